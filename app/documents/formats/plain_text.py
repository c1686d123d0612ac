"""Text in any encoding. Runs in a worker process."""

import codecs
from contextlib import suppress

from app.documents.formats.extracted import Unreadable

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 100_000
_LEAST_CONFIDENCE = 0.15
"""Below this a guess is no better than the most common encoding of one byte a character."""
_MOST_COMMON = "windows-1252"


def decode(content: bytes, charset: str | None = None) -> str:
    """The text of bytes: by byte order mark, then ``charset``, then UTF-8, then a guess.

    Raises Unreadable if the bytes are no text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    for declared in (charset, "utf-8"):
        if declared is not None and _is_text_encoding(declared):
            with suppress(UnicodeError):
                return content.decode(declared)
    return content.decode(_guess(content), errors="replace")


def _is_text_encoding(name: str) -> bool:
    """Python also has codecs from text to text, and from bytes to bytes."""
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return name.lower() not in ("idna", "punycode", "unicode_escape", "raw_unicode_escape")


def _guess(content: bytes) -> str:
    import chardet  # takes longer to load than most texts to read

    found = chardet.detect(content[:_SAMPLE_BYTES])
    encoding, confidence = found["encoding"], found["confidence"]
    if encoding is None or not _is_text_encoding(encoding):
        raise Unreadable("the file is no text, or in an encoding that is not known here")
    return encoding if confidence >= _LEAST_CONFIDENCE else _MOST_COMMON
