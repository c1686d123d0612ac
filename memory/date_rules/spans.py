"""Calendar arithmetic in the wall time of one zone: days, weeks, and what recurs in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "year"]
Kind = Literal["part", "weekday", "weekend", "week", "ordinal", "date", "month", "season"]

# Expressions of times outside of these are ignored. An open interval ends at one of them.
EARLIEST = datetime(1900, 1, 1)
LATEST = datetime(2200, 1, 1)

DAY = timedelta(days=1)
# Periods before and after a day that are searched: leap days may be eight years apart.
_REACH = 9


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of wall times: naive datetimes of the user's zone."""

    start: datetime
    end: datetime

    @property
    def unit(self) -> Period | None:
        """The period that it is one of, by its length."""
        length = (self.end - self.start) / DAY
        for unit, least, most in _LENGTHS:
            if least <= length <= most:
                return unit
        return None


# Shortest and longest in days. A week has up to 13, because `last week` may have two readings.
_LENGTHS: tuple[tuple[Period, int, int], ...] = (
    ("day", 1, 1),
    ("week", 7, 13),
    ("month", 28, 31),
    ("year", 365, 366),
)


def days(first: date, last: date | None = None) -> Span:
    """The days from the first to the last, both included."""
    midnight = datetime.combine(first, time.min)
    return Span(midnight, datetime.combine(last or first, time.min) + DAY)


def month(day: date) -> Span:
    """The month that begins on a day."""
    return days(day, _period_start(day, "month", 1) - DAY)


def hours(day: date, first: int, last: int) -> Span:
    """Hours of a day; those from 24 on are of the next."""
    midnight = datetime.combine(day, time.min)
    return Span(midnight + timedelta(hours=first), midnight + timedelta(hours=last))


def period(day: date, unit: Period, shift: int = 0) -> Span:
    """The day, week, month or year that a day is in, or the ``shift``-th after it."""
    start = _period_start(day, unit, shift)
    return days(start, _period_start(start, unit, 1) - DAY)


def shifted(day: date, unit: Period, shift: int) -> date:
    """The same day of the ``shift``-th week, month or year after it, or the last of a short
    month.
    """
    if unit in ("day", "week"):
        return day + shift * (7 if unit == "week" else 1) * DAY
    start = _period_start(day, "month", shift * (12 if unit == "year" else 1))
    last = _period_start(start, "month", 1) - DAY
    return min(last, start + (day.day - 1) * DAY)


def _period_start(day: date, unit: Period, shift: int) -> date:
    if unit == "day":
        return day + shift * DAY
    if unit == "week":
        return day + (7 * shift - day.weekday()) * DAY
    if unit == "year":
        return date(day.year + shift, 1, 1)
    months = 12 * day.year + day.month - 1 + shift
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Series:
    """Spans that recur once in each period: Fridays, Mays, mornings.

    ``occurrence`` returns that of the period which begins on a day. It raises ValueError if there
    is none, as in February for the 30th.
    """

    kind: Kind
    period: Period
    occurrence: Callable[[date], Span]

    @property
    def unit(self) -> Period | None:
        """The period that one occurrence is, if it is one."""
        if self.kind in ("weekday", "ordinal", "date"):
            return "day"
        return "month" if self.kind == "month" else None

    def near(self, day: date, back: int = _REACH, ahead: int = _REACH) -> list[Span]:
        """Its occurrences in the periods around a day, in order."""
        spans = []
        for shift in range(-back, ahead + 1):
            try:
                spans.append(self.occurrence(_period_start(day, self.period, shift)))
            except (ValueError, OverflowError):
                continue
        return spans

    def latest(self, now: datetime) -> Span | None:
        """The latest that has begun."""
        return _last([each for each in self.near(now.date()) if each.start <= now])

    def ended(self, now: datetime, back: int = 1) -> Span | None:
        """The latest that has ended, or the ``back``-th latest."""
        return _last(
            [each for each in self.near(now.date()) if each.end <= now][: 1 - back or None]
        )

    def coming(self, now: datetime) -> Span | None:
        """The first that has not ended."""
        return next((each for each in self.near(now.date()) if each.end > now), None)

    def following(self, now: datetime) -> Span | None:
        """The first that begins then or later."""
        return next((each for each in self.near(now.date()) if each.start >= now), None)

    def within(self, span: Span) -> Span | None:
        """The first that begins in a span, which is one of its periods or begins in one."""
        near = self.near(span.start.date(), back=0, ahead=1)
        return next((each for each in near if span.start <= each.start < span.end), None)

    def around(self, outer: "Series") -> "Series":
        """The series of its occurrences in the weeks of those of another: `the week of 7 May`."""

        def occurrence(start: date) -> Span:
            day = outer.occurrence(start).start.date()
            return self.occurrence(_period_start(day, "week", 0))

        return Series(self.kind, outer.period, occurrence)

    def of(self, outer: "Series") -> "Series":
        """The series of its occurrences in those of another: Friday mornings."""

        def occurrence(start: date) -> Span:
            found = self.within(outer.occurrence(start))
            if found is None:
                raise ValueError("no such occurrence")
            return found

        return Series("part" if self.kind == "part" else "date", outer.period, occurrence)


def _last(spans: list[Span]) -> Span | None:
    return spans[-1] if spans else None


def weekday(number: int) -> Series:
    """A day of the week, 0 (Monday) to 6."""
    return Series("weekday", "week", lambda monday: days(monday + number * DAY))


def weekend() -> Series:
    return Series("weekend", "week", lambda monday: days(monday + 5 * DAY, monday + 6 * DAY))


def week() -> Series:
    return Series("week", "week", lambda monday: days(monday, monday + 6 * DAY))


def month_of_year(number: int) -> Series:
    """A month, 1 to 12."""
    return Series("month", "year", lambda year: month(year.replace(month=number)))


def days_of_month(number: int, first: int, last: int) -> Series:
    """Days of a month without a year. Raises ValueError if no year has them."""
    date(2000, number, first), date(2000, number, last)
    return Series(
        "date",
        "year",
        lambda year: days(date(year.year, number, first), date(year.year, number, last)),
    )


def day_of_month(number: int) -> Series:
    """A day of any month. Raises ValueError if no month has it."""
    date(2000, 1, number)
    return Series("ordinal", "month", lambda start: days(start.replace(day=number)))


def season(first_month: int) -> Series:
    """A northern season: three months. Winter is that of the year in which it begins."""

    def occurrence(year: date) -> Span:
        start = year.replace(month=first_month)
        return days(start, _period_start(start, "month", 3) - DAY)

    return Series("season", "year", occurrence)


def part_of_day(first: int, last: int) -> Series:
    """Hours of a day."""
    return Series("part", "day", lambda day: hours(day, first, last))
