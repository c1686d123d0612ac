"""Expressions of time in a text become half-open intervals in the user's zone.

English and Chinese. Weeks begin on Monday. How an ambiguous expression is read:

- A weekday, a month or a day without a year is the latest that has begun; today's weekday is today.
  It is the next one if its clause is of the future: "I am flying on Friday".
- "Last Friday" is the latest before today. "This Friday" is that of this week, "next Friday" that
  of the next week. "Last May" is the latest that has ended.
- "Two weeks ago" is a calendar week, as "last week" is; months and years likewise. "Last week" said
  on a Sunday includes the week that is ending, because many count weeks from Sunday.
- "A few" are two to six. "Lately" and "recently" are the last 14 days.
- Seasons are those of the north, in whole months. A night is from 18 to 5 o'clock.
- "Since" and "after" end now, or in 2200 if they begin later. "Before" and "until" begin in 1900,
  or now if the day is yet to come. A time outside of 1900 to 2200 is no expression.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from memory.date_rules.phrases import EDGE_CHARACTERS, Phrase, find_phrases
from memory.date_rules.spans import DAY, Span

_SENTENCE_END = re.compile(r"[.!?;。！？；\n]")
# Not the point in "2.5 weeks ago".
_SENTENCE_BREAK = re.compile(r"[.!?;](?=\s)|[。！？；\n]")
# Every expression that is relative to the day of saying has one of these.
_RELATIVE = re.compile(
    r"day|morrow|night|week|month|year|hour|minute|morning|noon|evening|spring|summer|autumn|fall"
    r"|winter|\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|[天日儿早晚晨夜午周期拜月年春夏秋冬时钟]",
    re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open interval of aware datetimes, in the zone that it was asked for."""

    start: datetime
    end: datetime

    def contains(self, moment: datetime) -> bool:
        """Whether an aware moment is in it."""
        # Datetimes of one zone compare by their wall clock, which is ambiguous when it is set back.
        return self.start - _EPOCH <= moment - _EPOCH < self.end - _EPOCH


@dataclass(frozen=True, slots=True)
class RelativeDays:
    """An expression as it is written, and what it means: "last week" and "1 to 7 May 2023"."""

    text: str
    days: str


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """``text`` as it is written at the offsets ``start`` to ``end``, in characters."""

    text: str
    start: int
    end: int
    interval: Interval


def time_expressions(
    text: str, said_at: datetime, zone: tzinfo = UTC
) -> tuple[TimeExpression, ...]:
    """The expressions of time in a text that was said at an aware moment, in order.

    They do not overlap. Of a long text the first and the last 4,000 characters are used. At most 16
    are returned.
    """
    return tuple(
        TimeExpression(text[each.start : each.end], each.start, each.end, interval)
        for each, interval in _found(text, said_at, zone)
    )


def asked_interval(text: str, now: datetime, zone: tzinfo = UTC) -> Interval | None:
    """The interval that a question is about, or None if there is none or more than one.

    Of nested intervals it is the smallest, and adjacent ones are one. If sentences with a question
    mark have expressions, only these count.
    """
    found = _found(text, now, zone)
    asked = [each for each in found if _is_asked(text, each[0])] or found
    certain = [each for each in asked if not each[0].vague] or asked
    intervals = [interval for _, interval in certain]
    begun = [each for each in intervals if each.start - _EPOCH <= now - _EPOCH]
    # "What did I say yesterday about next week?" is about yesterday.
    return _one(intervals) or _one(begun)


def relative_days(
    text: str, said_at: datetime, zone: tzinfo = UTC, *, most: int
) -> tuple[RelativeDays, ...]:
    """The first expressions that are relative to the day of saying, each with its days.

    Days are written as "7 May 2023", "1 to 7 May 2023", "May 2023" or "2023", and differ from one
    another. A weekday counts if the tense of its clause tells which one is meant. Expressions such
    as "recently" and "in May" are left out, and those around the moment of saying: "today", "this
    year". Of a long text the first 4,000 characters are used.
    """
    found: dict[str, str] = {}
    for sentence in _SENTENCE_BREAK.split(text[:EDGE_CHARACTERS]):
        if not _RELATIVE.search(sentence):
            continue
        for phrase, _ in _found(sentence, said_at, zone):
            now = said_at.astimezone(zone).replace(tzinfo=None)
            if phrase.relative and not phrase.vague and not _is_around(phrase.day, now):
                found.setdefault(_written(phrase.day), sentence[phrase.day_start : phrase.day_end])
        if len(found) >= most:
            break
    return tuple(RelativeDays(text, days) for days, text in list(found.items())[:most])


def is_relative(text: str, said_at: datetime, zone: tzinfo = UTC) -> bool:
    """Whether a text names a time that depends on the moment of saying: "today", "next week"."""
    return any(phrase.relative for phrase, _ in _found(text, said_at, zone))


def _found(text: str, said_at: datetime, zone: tzinfo) -> list[tuple[Phrase, Interval]]:
    try:
        now = said_at.astimezone(zone)
    except OverflowError:  # at the ends of the calendar
        return []
    found = []
    for phrase in find_phrases(text, now):
        start, end = (each.replace(tzinfo=zone) for each in (phrase.span.start, phrase.span.end))
        # A day may be left out when a country crosses the date line.
        if start - _EPOCH < end - _EPOCH:
            found.append((phrase, Interval(start, end)))
    return found


def _is_asked(text: str, phrase: Phrase) -> bool:
    end = _SENTENCE_END.search(text, phrase.end, phrase.end + EDGE_CHARACTERS)
    return end is not None and end[0] in "?？"


def _one(intervals: Sequence[Interval]) -> Interval | None:
    """What all intervals have in common, or the union of adjacent ones."""
    if not intervals:
        return None
    start = max(each.start for each in intervals)
    end = min(each.end for each in intervals)
    if start < end:
        return Interval(start, end)
    ordered = sorted(set(intervals), key=lambda each: each.start)
    if all(left.end == right.start for left, right in pairwise(ordered)):
        return Interval(ordered[0].start, ordered[-1].end)
    return None


def _is_around(span: Span, now: datetime) -> bool:
    """Whether it is the day, week, month or year of a moment, or a part of that day."""
    length = span.end - span.start
    if length <= DAY:
        return span.start.date() == now.date()
    # Longer than seven days: "last week", which may have two readings.
    week = span.unit == "week" and length > 7 * DAY
    return span.unit is not None and not week and span.start < now < span.end


def _written(span: Span) -> str:
    """The days of a span: without those of a year or a month that is whole."""
    first, last = span.start, span.end - timedelta(microseconds=1)
    if span.end - span.start <= DAY:  # a night is that of its evening
        last = first
    if span.unit in ("month", "year") and first.day == 1 and span.end.day == 1:
        if span.unit == "month":
            return f"{first:%B} {first.year}"
        if first.month == 1:
            return f"{first.year}"
    until = f"{last.day} {last:%B} {last.year}"
    if first.date() == last.date():
        return until
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} to {until}"
    return (
        f"{first.day} {first:%B} to {until}"
        if first.month != last.month
        else f"{first.day} to {until}"
    )
