"""Secrets are redacted in memories that go into a prompt; the stored text keeps them.

A memory goes to the language model, and from there into answers, histories and whatever reads them.
A key or a card number has no business there. Off by ``TAPEHEAD_REDACT_SECRETS=false``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from memory.secret_patterns import HINT, PATTERNS

# A long text is searched in windows, because a search holds the GIL. A secret that begins in one
# may end up to _REACH characters after it.
_WINDOW = 65_536
_REACH = 16_384


@dataclass(frozen=True, slots=True)
class Shown:
    """A redacted text, and the kinds of the secrets that were in it."""

    text: str
    withheld: tuple[str, ...] = ()


Withholding = Callable[[str], Shown]
# Characters of a memory in a reading and in tools; `GET /v1/memories/{id}` has all.
LONGEST_SHOWN = 16_384


def briefly(show: Withholding) -> Withholding:
    """The same for the beginning of a long text only, so that a list of many is fast."""

    def show_beginning(text: str) -> Shown:
        return show(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")

    return show_beginning


def as_said(text: str) -> Shown:
    """The text without redaction."""
    return Shown(text)


def withhold(text: str) -> Shown:
    """The text with ``[withheld: card number]`` instead of each secret."""
    if not HINT.search(text):
        return Shown(text)
    shown, kinds, end = list[str](), list[str](), 0
    for start, stop, kind in _secrets(text):
        if start >= end:
            shown += text[end:start], f"[withheld: {kind}]"
            kinds.append(kind)
        end = max(end, stop)
    return Shown("".join([*shown, text[end:]]), tuple(kinds))


def _secrets(text: str) -> list[tuple[int, int, str]]:
    """The start, end and kind of each secret, by start. They may overlap."""
    found = []
    for pattern in PATTERNS:
        window = len(text) if pattern.long else _WINDOW
        for begin in range(0, len(text), window):
            for match in pattern.regex.finditer(text, begin, begin + window + _REACH):
                if match.start() >= begin + window:
                    break
                start, end = match.span(match.lastindex or 0)
                length = pattern.measure(text[start:end])
                if length:
                    found.append((start, start + length, pattern.kind))
    return sorted(found, key=lambda secret: secret[0])
