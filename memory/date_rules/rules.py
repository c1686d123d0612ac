"""What an expression of time means before its neighbours and the tense of its clause are known."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from memory.date_rules.spans import (
    DAY,
    Period,
    Series,
    Span,
    days,
    part_of_day,
    period,
    shifted,
)

# What else an expression must stand with: a preposition ("in May") or another expression
# ("yesterday morning").
Needs = Literal["preposition", "expression"]
Marker = Literal["at", "since", "from", "after", "before", "until", "between"]
Counted = Period | Literal["hour", "minute"]

# "A few" and "several" of a unit.
FEW = (2, 6)
RECENT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Meaning:
    """A span, or a series of which the context chooses one.

    ``relative``: the span depends on the day of saying. ``vague``: no certain days, such as
    `recently`. ``future``: nothing is meant in the past tense, as by `in two days`.
    """

    span: Span | None = None
    series: Series | None = None
    relative: bool = False
    vague: bool = False
    future: bool = False
    needs: Needs | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression of time, and what a match of it means at a moment of the user's zone.

    ``meaning`` returns None for a match that means no time and hides those within it, such as
    `every Friday`. ValueError and OverflowError say the same: 31 February.
    """

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], datetime], Meaning | None]


def nothing(_: re.Match[str], __: datetime) -> None:
    """The meaning of idioms, habits and durations."""


def relative_day(now: datetime, shift: int) -> Meaning:
    return Meaning(days(now.date() + shift * DAY), relative=True)


def relative_period(now: datetime, unit: Period, shift: int) -> Meaning:
    return Meaning(period(now.date(), unit, shift), relative=True)


def distant(now: datetime, unit: Counted, least: int, most: int) -> Meaning:
    """The days, weeks, months or years that are so many from now; negative ones are past.

    Of hours and minutes it is a span around that moment, as long as they are. Raises ValueError if
    the number may be zero.
    """
    if least <= 0 <= most:
        raise ValueError("no distance")
    if unit == "hour" or unit == "minute":
        length = timedelta(hours=1) if unit == "hour" else timedelta(minutes=1)
        # In UTC, because the wall clock may have been changed since.
        ends = sorted(factor * each for each in (least, most) for factor in (0.5, 1.5))
        moments = [now.astimezone(UTC) + each * length for each in (ends[0], ends[-1])]
        start, end = (each.astimezone(now.tzinfo).replace(tzinfo=None) for each in moments)
        return Meaning(Span(start, end), relative=True)
    first, last = (period(now.date(), unit, each) for each in (least, most))
    return Meaning(Span(first.start, last.end), relative=True, future=least > 0)


def rolling(now: datetime, unit: Period, count: int, vague: bool = False) -> Meaning:
    """The time from so many units ago until now, or from now until so many units ahead."""
    edge = days(shifted(now.date(), unit, count))
    naive = now.replace(tzinfo=None)
    span = Span(edge.start, naive) if count < 0 else Span(naive, edge.end)
    return Meaning(span, relative=True, vague=vague)


def recently(now: datetime) -> Meaning:
    return rolling(now, "day", -RECENT_DAYS, vague=True)


def determined(series: Series, which: int, now: datetime) -> Meaning | None:
    """`Last` (-1), `this` (0) or `next` (1) of a series, `before last` (-2).

    `Next Friday` is of the next week; `last Friday` is the latest before today, of either week.
    """
    naive = now.replace(tzinfo=None)
    today = now.date()
    current = series.latest(naive)
    if which < 0:
        found = series.ended(naive, -which)
    elif which == 0 and current and current.end > naive:
        found = current
    elif which == 0 or series.period == "week":
        found = series.within(period(today, series.period, which))
    else:
        found = series.following(naive)
    return Meaning(found, relative=True) if found else None


def one_of(series: Series, needs: Needs | None = None) -> Meaning:
    return Meaning(series=series, needs=needs)


MORNING = part_of_day(5, 12)
NOON = part_of_day(11, 14)
AFTERNOON = part_of_day(12, 18)
EVENING = part_of_day(17, 24)
NIGHT = part_of_day(18, 29)
SMALL_HOURS = part_of_day(0, 5)
