"""The parts of expressions of time: matches of the rules, joined with their neighbours.

`Friday` and `last week` are one day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from memory.date_rules import chinese, english
from memory.date_rules.rules import Meaning
from memory.date_rules.spans import Series, period

MAX_GAP = 24
"""Characters between two parts of an expression."""

_RULES = (*english.RULES, *chinese.RULES)
# Between the parts of one expression: "the morning of last Friday", "May, 2023", 去年的五月.
_JOINT = re.compile(
    r"['’]s\s|[\s,，]{0,3}(?:(?:of|in|on|at|during|back|the)\s{1,2}){0,2}|[的在]", re.IGNORECASE
)
_OF = re.compile(r"\s{0,2}(?:of\s{1,2}(?:the\s{1,2})?)?|的", re.IGNORECASE)
_MAX_LENGTH = 100  # characters of parts in a row that are one expression
_QUOTED = frozenset({'""', "“”", "《》", "«»", "「」"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part at ``text[start:end]``."""

    start: int
    end: int
    meaning: Meaning


def find_parts(text: str, begin: int, end: int, now: datetime) -> list[Part]:
    """The parts of ``text[begin:end]`` at a moment of the user's zone, in order."""
    return _join_all(text, _matches(text, begin, end, now))


def _matches(text: str, begin: int, end: int, now: datetime) -> list[Part]:
    """The longest matches of the rules in ``text[begin:end]`` that do not overlap, in order."""
    found = [
        (match, rule)
        for rule in _RULES
        for match in rule.pattern.finditer(text, begin, end)
        if match.end() < end or end == len(text)  # otherwise it may be cut
    ]
    taken = bytearray(end - begin)
    parts = []
    for match, rule in sorted(found, key=lambda each: each[0].start() - each[0].end()):
        start, stop = match.span()
        if any(taken[start - begin : stop - begin]):
            continue
        taken[start - begin : stop - begin] = b"\1" * (stop - start)
        try:
            meaning = rule.meaning(match, now)
        except (ValueError, OverflowError):
            continue
        # An expression alone in quotation marks is a title.
        quotes = text[max(0, start - 1) : start] + text[stop : stop + 1]
        if meaning is not None and quotes not in _QUOTED:
            parts.append(Part(start, stop, meaning))
    return sorted(parts, key=lambda each: each.start)


def _join_all(text: str, parts: Iterable[Part]) -> list[Part]:
    joined: list[Part] = []
    for each in parts:
        part = each
        while joined and (meaning := _join(text, joined[-1], part)):
            part = Part(joined.pop().start, part.end, meaning)
        joined.append(part)
    return joined


def _join(text: str, left: Part, right: Part) -> Meaning | None:
    """What two neighbours mean as one expression: the finer of them within the coarser."""
    gap = text[left.end : right.start]
    long = len(gap) > MAX_GAP or right.end - left.start > _MAX_LENGTH
    if long or not _JOINT.fullmatch(gap):
        return None
    for finer, coarser in ((left.meaning, right.meaning), (right.meaning, left.meaning)):
        if finer.series is None:
            continue
        if finer is left.meaning:
            # "Good morning, yesterday I ...".
            apart = finer.series.kind == "part" and not _OF.fullmatch(gap)
        else:
            # "I was ill last week, Monday is better".
            apart = gap.strip() in (",", "，")
        if not apart and (meaning := _within(finer, finer.series, coarser)):
            return meaning
    return None


def _within(finer: Meaning, series: Series, coarser: Meaning) -> Meaning | None:
    outer = coarser.series or coarser.span
    if outer is None:
        return None
    weekdays = isinstance(outer, Series) and outer.kind == "weekday"
    if series.kind == "weekday" and outer.unit == "day":
        return None if weekdays else replace(coarser, needs=None)  # "Friday, 7 May"
    if series.kind in ("week", "weekend") and outer.unit == "day" and not weekdays:
        if isinstance(outer, Series):
            return Meaning(series=series.around(outer))
        return Meaning(series.within(period(outer.start.date(), "week")))
    if outer.unit != series.period:
        return None
    if isinstance(outer, Series):
        return Meaning(series=series.of(outer))
    return Meaning(series.within(outer), relative=finer.relative or coarser.relative)
