"""Turn markers that a template writes as plain text: ``[INST]``, ``### Response:``, ``USER:``.

A content with such a marker would have the same tokens, so it gets a space inside the marker. Most
templates use control tokens instead and have no such markers.
"""

import re
from collections.abc import Callable, Iterable

_BRACKETED = re.compile(r"[\[<].*[\]>]")
_WORD = re.compile(r"\w+")


class TurnMarkers:
    """The markers in a template's own text: ``own_text`` is what it writes between contents and
    control tokens.

    A bare word (``user``) is no marker: it marks a turn only beside a control token.
    """

    def __init__(self, own_text: Iterable[str]) -> None:
        markers: set[str] = set()
        for line in {line.strip() for text in own_text for line in text.splitlines()}:
            words = line.split()
            markers |= set(words) if all(map(_BRACKETED.fullmatch, words)) else {line}
        named = [each for each in markers if _WORD.search(each) and not _WORD.fullmatch(each)]
        longest_first = sorted(named, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_at_a_word, longest_first))) if named else None

    def unmark(self, text: str, normalize: Callable[[str], str]) -> str:
        """The text without markers, before and after the tokenizer's normalization."""
        if self._pattern is None:
            return text
        if self._pattern.search(text):
            text = self._pattern.sub(_with_a_space, text)
        if self._pattern.search(normalized := normalize(text)):
            text = self._pattern.sub(_with_a_space, normalized)
        return text


def _at_a_word(marker: str) -> str:
    return (r"(?<!\w)" if _WORD.match(marker) else "") + re.escape(marker)


def _with_a_space(marker: re.Match[str]) -> str:
    return f"{marker[0][0]} {marker[0][1:]}"
