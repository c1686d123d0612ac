"""Turns that a template marks with plain text: ``[INST]``, ``### Response:``, ``USER:``.

There the tokens of a mark are the same whoever writes it, so a content that holds one is shown with
a space inside it. Most templates mark their turns with control tokens and have no such marks.
"""

import re
from collections.abc import Callable, Iterable

_BRACKETED = re.compile(r"[\[<].*[\]>]")
_WORD = re.compile(r"\w+")


class TurnMarkers:
    """The marks among what a template itself writes: ``written`` is its text between the contents
    and the control tokens.

    A bare word (``user``) is none: it marks a turn only beside a control token.
    """

    def __init__(self, written: Iterable[str]) -> None:
        marks: set[str] = set()
        for line in {line.strip() for text in written for line in text.splitlines()}:
            words = line.split()
            marks |= set(words) if all(map(_BRACKETED.fullmatch, words)) else {line}
        named = [mark for mark in marks if _WORD.search(mark) and not _WORD.fullmatch(mark)]
        longest_first = sorted(named, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_at_a_word, longest_first))) if named else None

    def unmark(self, text: str, normalize: Callable[[str], str]) -> str:
        """The text without marks, neither in it nor in what its tokenizer makes of it."""
        if self._pattern is None:
            return text
        if self._pattern.search(text):
            text = self._pattern.sub(_with_a_space, text)
        if self._pattern.search(seen := normalize(text)):
            text = self._pattern.sub(_with_a_space, seen)
        return text


def _at_a_word(mark: str) -> str:
    return (r"(?<!\w)" if _WORD.match(mark) else "") + re.escape(mark)


def _with_a_space(mark: re.Match[str]) -> str:
    return f"{mark[0][0]} {mark[0][1:]}"
