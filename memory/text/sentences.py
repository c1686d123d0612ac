"""Splits texts of all scripts into sentences, or into lines. The time is linear in their length."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from memory.text.words import MARKS

# A longer sentence is cut between words, or anywhere in a script without spaces.
MAX_SENTENCE = 300
# What ends sooner is part of a sentence: "Prof.", "!!"
_MIN_SENTENCE = 3
_MIN_BEFORE_STOP = 12
# Brackets with fewer characters are not cut, because one may stand for a secret.
_BRACKETS = 40

# Not after one letter or digit, or a title: "J. Smith", "3. Mai", "Dr. Smith".
_SENTENCE_END = re.compile(
    r"(?:(?<!\b\w)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)\.|[!?؟…‼⁇])[\"'”’»)\]]{0,3}(?=\s)"
    r"|[。！？｡।॥۔።։။។][\"'”’»)\]）」』】]{0,3}"
)
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CUT_BEFORE = " \t\u3000"
_CUT_AFTER = ",;，、；：،"
_ATTACHED = re.compile(f"[{MARKS}\u200d\ufe0f]")


class Span(NamedTuple):
    """A part of a text, from ``start`` to ``end``, and the number of its line."""

    start: int
    end: int
    line: int


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines that are not blank, with their indentation."""
    for found in _LINE_END.finditer(text, start, end):
        if not text[start : found.start()].isspace() and found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end and not text[start:end].isspace():
        yield start, end


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a line."""
    for found in _SENTENCE_END.finditer(text, start, end):
        least = _MIN_BEFORE_STOP if found[0][0] == "." else _MIN_SENTENCE
        if found.end() - start >= least:
            yield start, found.end()
            start = found.end()
    if start < end:
        yield start, end


def cut(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Parts of at most so many characters, in the last third between words if words end there."""
    while end - start > most:
        first, last = start + max(1, most - most // 3), start + most
        at = max(
            max(text.rfind(each, first, last + 1) for each in _CUT_BEFORE),
            max(text.rfind(each, first, last) + 1 for each in _CUT_AFTER),
        )
        if at < first:
            at = last
            while at > first and _ATTACHED.match(text, at):
                at -= 1
        bracket = text.rfind("[", max(start, at - _BRACKETS), at)
        if bracket > start and at <= text.find("]", bracket, bracket + _BRACKETS):
            at = bracket
        yield start, at
        start = at
    yield start, end


def blocks(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Parts of at most so many characters, cut between lines or else as ``cut`` does."""
    start = 0
    while len(text) - start > most:
        end = text.rfind("\n", start + most // 2, start + most) + 1
        if not end:
            [(_, end), *_] = cut(text, start, start + most + 1, most)
        yield start, end
        start = end
    yield start, len(text)


def stripped(text: str, start: int, end: int, *, indented: bool) -> tuple[int, int]:
    """Without the spaces at both ends, or at the end only."""
    part = text[start:end]
    if not indented:
        start = end - len(part.lstrip())
    return start, start + len(text[start:end].rstrip())
