"""Expressions of time in a text: parts, with what stands around them.

`between Monday` and `today` is one interval, `since Friday` reaches to now.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from memory.date_rules import chinese, english
from memory.date_rules.parts import MAX_GAP, Part, find_parts
from memory.date_rules.rules import Marker, Meaning
from memory.date_rules.spans import EARLIEST, LATEST, Span
from memory.date_rules.tense import tense

EDGE_CHARACTERS = 4_000
"""Characters that are looked at, at the beginning and at the end of a text."""
MAX_PHRASES = 16

# Between the two ends of an interval.
_TO = re.compile(
    r"(?:\s{1,2}(?:to|until|till|through|thru)\s{1,2}|\s?[-–—~～]\s?)(?:(?:the|in|on)\s{1,2}){0,2}"
    r"|\s?(?:一?直?到|至)\s?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s{1,2}and\s{1,2}(?:the\s{1,2})?|[和与跟]", re.IGNORECASE)
# Between expressions of which each has the preposition of the first: "in May or June".
_OR = re.compile(r"\s?(?:,\s?)?(?:and\s|or\s|&\s)?|[和或、，]|还是|或者", re.IGNORECASE)
_BETWEEN_ENDS = re.compile(r"之?间|期间")
_ONWARDS = re.compile(r"\s{1,2}(?:onwards?\b|on(?=\s{0,2}(?:$|[,.;!?])))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """An expression at ``text[start:end]``.

    ``day`` is its span without `since`, `before` and the like, at ``text[day_start:day_end]``.
    ``relative``: it depends on the day of saying, and is known for certain. ``vague``: it names no
    certain days.
    """

    start: int
    end: int
    span: Span
    day: Span
    day_start: int
    day_end: int
    relative: bool
    vague: bool


def find_phrases(text: str, now: datetime) -> list[Phrase]:
    """The expressions of a text at a moment of the user's zone, in order.

    Of more than ``MAX_PHRASES`` the first and the last halves are returned.
    """
    windows = [(0, len(text))]
    if len(text) > 2 * EDGE_CHARACTERS:
        windows = [(0, EDGE_CHARACTERS), (len(text) - EDGE_CHARACTERS, len(text))]
    parts = [part for each in windows for part in find_parts(text, *each, now)]
    reader = _Reader(text, now.replace(tzinfo=None), _markers(text, windows))
    parts = reader.standing(parts)
    if len(parts) > 2 * MAX_PHRASES:  # two parts may be one phrase
        parts = [*parts[:MAX_PHRASES], *parts[-MAX_PHRASES:]]
    phrases = reader.phrases(parts)
    if len(phrases) > MAX_PHRASES:
        return [*phrases[: MAX_PHRASES // 2], *phrases[-MAX_PHRASES // 2 :]]
    return phrases


def _markers(text: str, windows: Iterable[tuple[int, int]]) -> dict[int, tuple[Marker, int]]:
    """The markers before expressions, with their starts, by where the expression may begin."""
    markers: dict[int, tuple[Marker, int]] = {}
    for begin, end in windows:
        for language in (chinese, english):
            for match in language.MARKERS.finditer(text, begin, end):
                kind = next(each for each in get_args(Marker) if match.groupdict().get(each))
                markers[match.end()] = kind, match.start()
                if match.groupdict().get("adverb"):
                    markers[match.start("adverb")] = kind, match.start()
    return markers


@dataclass(frozen=True, slots=True)
class _Reader:
    """Chooses the span of each part by what stands around it."""

    text: str
    now: datetime
    markers: dict[int, tuple[Marker, int]]

    def standing(self, parts: Iterable[Part]) -> list[Part]:
        """The parts without those that are no time alone: the verb `may`, a number."""
        kept: list[Part] = []
        for part in parts:
            if part.meaning.span is None and part.meaning.series is None:
                continue
            needs = part.meaning.needs
            if needs == "preposition" and (part.start in self.markers or self._goes_on(kept, part)):
                needs = None
            if needs is None:
                kept.append(part)
        return kept

    def _goes_on(self, kept: list[Part], part: Part) -> bool:
        """Whether a part is the end of an interval, or another of a list."""
        gap = self._gap(kept[-1], part) if kept else None
        return gap is not None and bool(_TO.fullmatch(gap) or _OR.fullmatch(gap))

    def _gap(self, left: Part, right: Part) -> str | None:
        length = right.start - left.end
        return self.text[left.end : right.start] if length <= MAX_GAP else None

    def phrases(self, parts: list[Part]) -> list[Phrase]:
        phrases: list[Phrase] = []
        at = 0
        while at < len(parts):
            part, following = parts[at], parts[at + 1] if at + 1 < len(parts) else None
            interval = self._interval(part, following) if following else None
            phrase = interval or self._single(part, following.start if following else None)
            at += 2 if interval else 1
            if phrase and EARLIEST <= phrase.span.start < phrase.span.end <= LATEST:
                phrases.append(phrase)
        return phrases

    def _interval(self, left: Part, right: Part) -> Phrase | None:
        """`From` one part `to` another, or `between` them."""
        gap = self._gap(left, right)
        marker, start = self.markers.get(left.start, (None, left.start))
        between = _BETWEEN_ENDS.match(self.text, right.end)
        if gap is None or not (
            _TO.fullmatch(gap) or (_AND.fullmatch(gap) and (marker == "between" or between))
        ):
            return None
        when = tense(self.text, left.start, right.end)
        first, last = self._ends(left.meaning, right.meaning, future=when == "future")
        if first is None or last is None or first.start >= last.end:
            return None
        span = Span(first.start, last.end)
        return Phrase(
            start if marker in ("from", "between") else left.start,
            between.end() if between else right.end,
            span,
            span,
            left.start,
            right.end,
            all(_is_relative(each.meaning, known=when is not None) for each in (left, right)),
            vague=False,
        )

    def _ends(self, left: Meaning, right: Meaning, future: bool) -> tuple[Span | None, Span | None]:
        """The first and the last span; what is not known follows from the other, or from now."""
        first, last = left.span, right.span
        if left.series and right.series:
            if future:
                first = left.series.coming(self.now)
            else:
                last = right.series.latest(self.now)
        if left.series and last:
            first = left.series.latest(last.start)
        elif right.series and first:
            last = right.series.following(first.start)
        return first, last

    def _single(self, part: Part, limit: int | None) -> Phrase | None:
        """One part, with `since`, `before` and the like; it ends before ``limit``."""
        meaning = part.meaning
        when = None
        span = meaning.span
        if meaning.series or meaning.future:
            when = tense(self.text, part.start, part.end)
        if meaning.series:
            choose = meaning.series.coming if when == "future" else meaning.series.latest
            span = choose(self.now)
        if span is None or (meaning.future and when == "past"):
            return None
        relative = _is_relative(meaning, known=when is not None)
        start, end, side = self._side(part, limit)
        around = self._open(span, side)
        return Phrase(start, end, around, span, part.start, part.end, relative, meaning.vague)

    def _side(self, part: Part, limit: int | None) -> tuple[int, int, Marker]:
        """Where a part with its marker begins and ends, and which side of its span is meant."""
        marker, start = self.markers.get(part.start, ("at", part.start))
        suffix = chinese.SUFFIXES.match(self.text, part.end)
        onwards = _ONWARDS.match(self.text, part.end) if marker == "from" else None
        if suffix and (limit is None or suffix.end() <= limit):
            kind = next(each for each in get_args(Marker) if suffix.groupdict().get(each))
            if kind == "from":
                kind = "since" if marker in ("from", "since") else "at"
            if kind != "at":
                return (start if kind == "since" else part.start), suffix.end(), kind
        if onwards:
            return start, onwards.end(), "since"
        if marker in ("at", "from", "between") or part.meaning.vague:
            return part.start, part.end, "at"
        return start, part.end, marker

    def _open(self, span: Span, side: Marker) -> Span:
        """What lies on one side of a span: until now, if that is on the same side."""
        if side in ("since", "after"):
            start = span.start if side == "since" else span.end
            return Span(start, self.now if start < self.now else LATEST)
        if side in ("before", "until"):
            start = self.now if span.start > self.now else EARLIEST
            return Span(start, span.start if side == "before" else span.end)
        return span


def _is_relative(meaning: Meaning, known: bool) -> bool:
    """Whether it depends on the day of saying. A weekday does; its tense must be ``known``."""
    return meaning.relative or (
        known and meaning.series is not None and meaning.series.period == "week"
    )
