"""Whether a turn corrects what was said before, by its wording. English and Chinese."""

import re

_BEGINNING = re.compile(
    r"\s{0,9}(?:correction\b|actually\b|no, |sorry, (?:i|it|that)\b|i meant\b|i mean, "
    r"|i was wrong\b|scratch that\b|let me correct\b|i have to correct\b|wait, no\b"
    r"|on second thought|更正|纠正|不对|不是[,，]|其实|我说错|说错了|应该是)",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:no longer|not any ?more|any ?more\b(?=[.!,;]|$)|i (?:said|told you) (?:it )?wrong)"
    r"|, not [\w' -]{1,40}[.!]?$|不再|不是[^。！？]{1,20}而是",
    re.IGNORECASE,
)
_LENGTH = 600


def is_correction(text: str) -> bool:
    """Whether a statement says that an earlier one was wrong or holds no more."""
    beginning = text[:_LENGTH]
    return bool(_BEGINNING.match(beginning) or _WITHIN.search(beginning))
