"""What matches of the English rules mean. The groups of a match are named in ``english.py``."""

import calendar
import re
from datetime import date, datetime
from typing import cast

from memory.date_rules import spans
from memory.date_rules.rules import (
    AFTERNOON,
    EVENING,
    FEW,
    MORNING,
    NIGHT,
    NOON,
    Counted,
    Meaning,
    determined,
    distant,
    one_of,
    recently,
    relative_day,
    relative_period,
    rolling,
)
from memory.date_rules.spans import DAY, Period, Series, Span, days

NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    "twelve",
)
_COUNTS = {
    **{word: (number, number) for number, word in enumerate(NUMBERS, 1)},
    "a": (1, 1),
    "an": (1, 1),
    "couple": (2, 2),
    "few": FEW,
    "several": FEW,
    "dozen": (12, 12),
}
_ONES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ORDINALS = (
    *_ONES,
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
    *(f"twenty-{each}" for each in _ONES),
    *("thirtieth", "thirty-first"),
)
_WEEKDAYS = tuple(each.lower() for each in calendar.day_abbr)
_MONTHS = tuple(each.lower() for each in calendar.month_abbr[1:])
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {
    "morning": MORNING,
    "noon": NOON,
    "afternoon": AFTERNOON,
    "evening": EVENING,
    "night": NIGHT,
}
# Months whose names are also words or names of people, and abbreviations.
_AMBIGUOUS = frozenset({"april", "august", "june", "march", "may", "sept"})


def _counts(match: re.Match[str]) -> tuple[int, int]:
    """The least and the most that a number, or two, stand for."""
    low = _count(match["low"])
    return low if match["high"] is None else (low[0], _count(match["high"])[1])


def _count(text: str) -> tuple[int, int]:
    if text.isdecimal():
        return int(text), int(text)
    return next(_COUNTS[word] for word in reversed(text.lower().split()) if word in _COUNTS)


def _series(name: str) -> Series:
    """The series of a weekday, week, weekend, month, season or part of the day."""
    name = name.lower()
    if name in ("week", "weekend"):
        return spans.week() if name == "week" else spans.weekend()
    if name in _PARTS:
        return _PARTS[name]
    if name in _SEASONS:
        return spans.season(_SEASONS[name])
    if name[:3] in _WEEKDAYS:
        return spans.weekday(_WEEKDAYS.index(name[:3]))
    return spans.month_of_year(_month(name))


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def fixed(match: re.Match[str], now: datetime) -> Meaning:
    text = match[0].lower()
    if "night" in text:
        day = now.date() - (2 if "before" in text else 1 if "last" in text else 0) * DAY
        return Meaning(NIGHT.within(days(day)), relative=True)
    shift = {"yesterday": -1, "today": 0, "tomorrow": 1}[match["day"].lower()]
    return relative_day(now, shift + (-1 if "before" in text else 1 if "after" in text else 0))


def ago(match: re.Match[str], now: datetime) -> Meaning:
    if match["half"]:
        year = match["half"].lower().endswith("year")
        return distant(now, "month", -6, -6) if year else distant(now, "minute", -30, -30)
    unit, low, high = _distance(match)
    if match["today"]:  # "a week ago today": that very day
        day = spans.shifted(now.date(), cast(Period, unit), -high)
        return Meaning(days(day), relative=True)
    return distant(now, unit, -high, -low)


def ahead(match: re.Match[str], now: datetime) -> Meaning:
    return distant(now, *_distance(match))


def _distance(match: re.Match[str]) -> tuple[Counted, int, int]:
    """A unit, and the least and the most of it."""
    low, high = _counts(match)
    unit = match["unit"].lower()
    return ("week", 2 * low, 2 * high) if unit == "fortnight" else (cast(Counted, unit), low, high)


def named_ago(match: re.Match[str], now: datetime) -> Meaning | None:
    """`Two Fridays ago`."""
    return determined(_series(match["name"]), -_counts(match)[1], now)


def calendar_period(match: re.Match[str], now: datetime) -> Meaning:
    unit = cast(Period, match["unit"].lower())
    which = match["which"].lower()
    shift = -1 if "last" in which else 0 if which in ("this", "current") else 1
    if which.startswith(("before", "after")):
        shift *= 2
    meaning = relative_period(now, unit, shift)
    if unit == "week" and shift == -1 and now.weekday() == 6 and meaning.span:
        # On a Sunday many mean the week that is ending. Both readings together.
        return Meaning(Span(meaning.span.start, days(now.date()).start), relative=True)
    return meaning


def rolling_period(match: re.Match[str], now: datetime) -> Meaning:
    number = match.groupdict().get("low")
    count = _count(number)[1] if number else 1
    past = match["which"].lower() in ("last", "past")
    return rolling(now, cast(Period, match["unit"].lower()), -count if past else count)


def determined_name(match: re.Match[str], now: datetime) -> Meaning | None:
    """`Last Friday`, `this May`, `the weekend before last`."""
    series, which = _series(match["name"]), match["which"].lower()
    verb = match["name"] == "march" or (match["name"] == "may" and which == "this")
    if verb or (series.kind == "part" and which == "next"):
        return None
    if "before" in which:
        return determined(series, -2, now)
    if "coming" in which:
        found = series.following(now.replace(tzinfo=None))
        return Meaning(found, relative=True) if found else None
    return determined(series, 0 if which == "this" else 1 if which == "next" else -1, now)


def named(match: re.Match[str], _: datetime) -> Meaning:
    name = match["name"].lower().rstrip(".")
    series = _series(name)
    if series.kind in ("part", "week"):
        return one_of(series, "expression")
    ambiguous = series.kind == "month" and (len(name) == 3 or name in _AMBIGUOUS)
    return one_of(series, "preposition" if ambiguous or series.kind == "season" else None)


def of_month(match: re.Match[str], _: datetime) -> Meaning:
    """A day of a month, or the days between two. Raises ValueError for 31 February."""
    month = match["month"]
    word = match.groupdict().get("word")
    first = ORDINALS.index(word.lower()) + 1 if word else _day(match["first"])
    last = _day(match["last"]) if match["last"] else first
    series = spans.days_of_month(_month(month), first, max(first, last))
    # "You may 5 times", "10 may be enough": the verb.
    verb = month in ("may", "march") and not word and match["first"].isdecimal()
    return one_of(series, "preposition" if verb else None)


def _day(text: str) -> int:
    return int(text.rstrip("stndrhSTNDRH"))


def ordinal(match: re.Match[str], _: datetime) -> Meaning:
    return one_of(spans.day_of_month(_day(match["day"])))


def digits(match: re.Match[str], _: datetime) -> Meaning:
    """A date in digits, the day before the month unless only the reverse is a date."""
    groups = match.groupdict()
    day, month = int(match["day"]), int(match["month"])
    if month > 12 and not groups.get("iso"):
        day, month = month, day
    if not groups.get("year"):
        return one_of(spans.days_of_month(month, day, day))
    return Meaning(days(date(int(match["year"]), month, day)))


def year(match: re.Match[str], _: datetime) -> Meaning:
    first = date(int(match["year"]), 1, 1)
    return Meaning(days(first, first.replace(year=first.year + 1) - DAY), needs="preposition")


def vague(_: re.Match[str], now: datetime) -> Meaning:
    return recently(now)
