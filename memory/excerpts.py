"""What of a long memory is quoted: the sentences or lines that match the question best.

The time is linear in the length of the text, whatever its content. Of a very long text only the
blocks with the most terms of the question are split into sentences.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

from memory.tape.query import Query
from memory.text.layout import headings, lines_matter
from memory.text.sentences import MAX_SENTENCE, Span, blocks, cut, lines, sentences, stripped
from memory.text.words import terms

OMITTED = "…"
# A text with more characters per token has its beginning counted only: it is too long.
MAX_CHARACTERS_PER_TOKEN = 16
# Characters that are split into sentences, and the blocks of a longer text to choose from.
MAX_SPLIT = 32_768
_BLOCK = 4_096
# Distinct terms of a question that count; a question may be as long as a message.
_MAX_TERMS = 256
# The answer often stands beside what matches: a sentence has this share of its neighbours' scores.
_BESIDE = 0.3
# A term counts so much less each time that it is in the excerpt already.
_REPEATED = 0.5
_MAX_CANDIDATES = 100
# Spaces and line breaks between two sentences that stay as they are.
_MAX_GAP = 100
_JOINT = len(f" {OMITTED} ")
# An excerpt is counted at most so many times, and is long enough with this share of its tokens.
_ATTEMPTS = 5
_LONG_ENOUGH = 0.85
_CAREFUL = 0.98

# Data URIs, base64 and hex, and base64 in lines (MIME, PEM). A run is matched from its beginning
# only, and a line once.
_DATA_URI = re.compile(r"data:[\w.+/;=%-]{0,256}+(?<=;base64),[A-Za-z0-9+/=_%-]*+", re.ASCII)
_DATA_LINES = re.compile(
    r"^(?>(?:[A-Za-z0-9+/]{60,80}+=?=?\r?\n){2,})"
    r"(?:(?:[A-Za-z0-9+/]{16,80}+=?=?|[A-Za-z0-9+/]{1,80}+==?)(?:\r?\n|\Z))?",
    re.MULTILINE,
)
_RUN = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{120,}+")
# Base64 has one of these in 32 characters or fewer; addresses and rulers have more.
_BETWEEN_WORDS = "-_/"
_MIN_WORD = 16


def without_data_uris(text: str) -> str:
    """The text with "…" instead of data URIs."""
    return _DATA_URI.sub(OMITTED, text)


def without_data(text: str) -> str:
    """The text with "…" instead of data URIs, and of base64 and hex from 120 characters on."""
    text = _DATA_LINES.sub(f"{OMITTED}\n", without_data_uris(text))
    return _RUN.sub(lambda run: OMITTED if _is_data(run[0]) else run[0], text)


def _is_data(run: str) -> bool:
    return _MIN_WORD * sum(map(run.count, _BETWEEN_WORDS)) <= len(run)


def excerpt(
    text: str,
    wanted: Collection[str] | Query,
    *,
    max_tokens: int,
    count_tokens: Callable[[str], int],
) -> str:
    """The text if it has at most ``max_tokens``, else its best sentences or lines within them.

    ``wanted`` is a question, or terms as ``bm25.terms`` makes them. If the text has none of them,
    its beginning is best. "…" stands for what is left out. The result is empty if nothing fits.
    ``count_tokens`` may count more than the text, as a quotation does. It is called at most eight
    times, with at most ``MAX_CHARACTERS_PER_TOKEN`` × ``max_tokens`` characters.
    """
    most = MAX_CHARACTERS_PER_TOKEN * max(max_tokens, 0)
    counted = text[:most]
    tokens = count_tokens(counted)
    if len(text) <= most and tokens <= max_tokens:
        return text
    clean = without_data(text)
    if clean != text:
        counted = clean[:most]
        tokens = count_tokens(counted)
        if len(clean) <= most and tokens <= max_tokens:
            return clean
    fixed = count_tokens("")
    candidates = _Sentences(clean, wanted.terms if isinstance(wanted, Query) else wanted)
    best, room = "", most
    for attempt in range(_ATTEMPTS):
        if tokens > fixed:
            per_character = (tokens - fixed) / max(len(counted), 1)
            room = min(most, int(_CAREFUL * (max_tokens - fixed) / per_character))
        counted = candidates.best(room if attempt < 3 else room // 2)
        if len(counted) <= len(best):
            break
        tokens = count_tokens(counted)
        if tokens <= max_tokens:
            best = counted
            if attempt or tokens >= _LONG_ENOUGH * max_tokens:
                break
    return best


class _Sentences:
    """The sentences of a text, or its lines if they matter, with the wanted terms in each."""

    def __init__(self, text: str, wanted: Collection[str]) -> None:
        self._text = text
        self._wanted = tuple(dict.fromkeys(wanted))[:_MAX_TERMS]
        self._by_line = lines_matter(text)
        self._lines = [
            line for block in _best_blocks(text, self._wanted) for line in lines(text, *block)
        ]
        self._headings = headings([text[start:end] for start, end in self._lines])
        self._limit = self._longest = 0

    def best(self, characters: int) -> str:
        """The best sentences within so many characters, in their order; empty if none fits."""
        room = characters - 2 * _JOINT
        if room <= _JOINT:
            return ""
        limit = min(MAX_SENTENCE, room - _JOINT)
        if self._longest > limit or self._limit < limit:
            self._split(limit)
        chosen: set[int] = set()
        for number in self._matching():
            room -= self._add(chosen, number, room)
        # What stands around them fills the rest, a sentence at each end in turn; or the beginning.
        ends = [(number, step) for number in sorted(chosen) or [-1] for step in (1, -1)]
        while ends:
            following = []
            for number, step in ends:
                cost = self._add(chosen, number + step, room)
                room -= cost
                if cost:
                    following.append((number + step, step))
            ends = following
        return self._joined(sorted(chosen))

    def _add(self, chosen: set[int], number: int, room: int) -> int:
        """Choose a sentence and its heading, or it alone. Return its cost; 0 if it is not added."""
        if number in chosen or not 0 <= number < len(self._spans):
            return 0
        heading = self._heading[number]
        for added in ({number, heading} if heading is not None else {number}, {number}):
            spans = [self._spans[each] for each in added - chosen]
            cost = sum(span.end - span.start + _JOINT for span in spans)
            if cost <= room:
                chosen |= added
                return cost
        return 0

    def _split(self, limit: int) -> None:
        """Into sentences of at most so many characters."""
        self._limit = limit
        self._spans: list[Span] = []
        first: list[int] = []
        for number, (start, end) in enumerate(self._lines):
            first.append(len(self._spans))
            whole = self._by_line and end - start <= limit
            for sentence in [(start, end)] if whole else sentences(self._text, start, end):
                for part in cut(self._text, *sentence, limit):
                    begin, stop = stripped(self._text, *part, indented=whole)
                    if begin < stop:
                        self._spans.append(Span(begin, stop, number))
        self._heading = [
            None if heading is None else first[heading]
            for heading in (self._headings[span.line] for span in self._spans)
        ]
        self._longest = max((span.end - span.start for span in self._spans), default=0)
        wanted = frozenset(self._wanted)
        texts = [self._text[span.start : span.end] for span in self._spans]
        found = {each: wanted.intersection(terms(each)) for each in set(texts)}
        self._found = [found[each] for each in texts]
        counts = Counter(term for found in self._found for term in found)
        self._idf = {
            term: math.log1p((len(self._spans) - count + 0.5) / (count + 0.5))
            for term, count in counts.items()
        }

    def _matching(self) -> Iterator[int]:
        """The sentences with wanted terms, the most useful beside those before it first."""
        own = [math.fsum(map(self._idf.__getitem__, found)) for found in self._found]
        beside = [
            _BESIDE * (before + after)
            for before, after in zip([0.0, *own[:-1]], [*own[1:], 0.0], strict=True)
        ]
        useful = [n for n in range(len(own)) if own[n] or beside[n]]
        once = {self._text[slice(*self._spans[n][:2])]: n for n in reversed(useful)}
        left = sorted(once.values(), key=lambda n: (-own[n] - beside[n], n))[:_MAX_CANDIDATES]
        weights = dict(self._idf)
        while left:
            number = max(
                left,
                key=lambda n: (math.fsum(map(weights.__getitem__, self._found[n])) + beside[n], -n),
            )
            left.remove(number)
            for term in self._found[number]:
                weights[term] *= _REPEATED
            yield number

    def _joined(self, chosen: Sequence[int]) -> str:
        if not chosen:
            return ""
        spans = [self._spans[number] for number in chosen]
        parts = [self._text[spans[0].start : spans[0].end]]
        for before, span in pairwise(spans):
            gap = self._text[before.end : span.start][:_MAX_GAP]
            if not (len(gap) < _MAX_GAP and (not gap or gap.isspace())):
                new_line = self._by_line and span.line != before.line
                gap = f"\n{OMITTED}\n" if new_line else f" {OMITTED} "
            parts += gap, self._text[span.start : span.end]
        joint = "\n" if self._by_line else " "
        if self._text[: spans[0].start].strip():
            parts.insert(0, f"{OMITTED}{joint}")
        if self._text[spans[-1].end :].strip():
            parts.append(f"{joint}{OMITTED}")
        return "".join(parts)


def _best_blocks(text: str, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Blocks of a text with many wanted terms, at most ``MAX_SPLIT`` characters, in their order.

    The first is always among them. Terms are stems, so they are searched as parts of words.
    """
    if len(text) <= MAX_SPLIT:
        yield 0, len(text)
        return
    parts = [term.removesuffix("i") or term for term in wanted]
    places = list(blocks(text, _BLOCK))
    found = [_terms_in(text[start:end], parts) for start, end in places]
    counts = Counter(part for each in found for part in each)
    scores = [math.fsum(math.log1p(len(places) / counts[part]) for part in each) for each in found]
    best = sorted(range(1, len(places)), key=lambda number: -scores[number])
    for number in sorted([0, *best[: MAX_SPLIT // _BLOCK - 1]]):
        yield places[number]


def _terms_in(block: str, parts: Sequence[str]) -> list[str]:
    folded = unicodedata.normalize("NFKC", block).casefold()
    return [part for part in parts if part in folded]
