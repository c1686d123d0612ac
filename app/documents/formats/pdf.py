"""The text of a PDF. Runs in a worker process, which imports it for a PDF only."""

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

from app.documents.formats.extracted import MAX_UNREAD, Extracted, TooLarge, Unreadable

MAX_PAGES = 2_000
TEXT_FLOOR = 100_000
TEXT_PER_BYTE = 20
"""The most characters that a PDF may hold: ``TEXT_FLOOR``, and ``TEXT_PER_BYTE`` for each byte.

Ordinary files hold one to six characters a byte. A file of 10 KB whose 1,500 pages share one stream
holds a thousand.
"""

_HYPHEN = "\ufffe\r\n"  # what PDFium puts where a line ends within a word
_SAME_BASELINE = 1.0  # points
_SPACE = 0.18  # of the tallest character: a wider gap is between words
# Digits with what joins them, and Latin words with the spaces between them.
_LEFT_TO_RIGHT = re.compile(r"[A-Za-z\u00c0-\u024f\d](?:[ .,:/\-]?[A-Za-z\u00c0-\u024f\d])*")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})  # classes of Unicode's bidirectional algorithm


class Character(NamedTuple):
    """A character and its box on the page, in points."""

    text: str
    left: float
    right: float
    height: float


def extract(content: bytes, most: int) -> Extracted:
    """The text of all pages, of ``most`` characters at the most. Raises TooLarge, Unreadable."""
    try:
        pages = _pages(content, most)
    except pypdfium2.PdfiumError as fault:
        if fault.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise Unreadable("the PDF is encrypted; save it without a password first") from None
        raise Unreadable("the PDF is broken: no reader here makes sense of it") from None
    empty = [number for number, page in enumerate(pages, 1) if not page.strip()]
    return Extracted("\n\n".join(pages), unread_pages=empty[:MAX_UNREAD])


def _pages(content: bytes, most: int) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    if len(document) > MAX_PAGES:
        raise TooLarge(f"the PDF has more than {MAX_PAGES:,} pages; send it in parts")
    plausible = TEXT_FLOOR + TEXT_PER_BYTE * len(content)
    pages: list[str] = []
    length = 0
    for page in document:
        text = page.get_textpage()
        length += text.count_chars()
        if length > min(most, plausible):
            raise TooLarge(
                f"the PDF holds more than {most:,} characters of text; send it in parts"
                if length > most
                else "the PDF holds far more text than a file of its size tells"
            )
        pages.append(_text_of(text))
        text.close()
        page.close()
    return pages


def _text_of(page: pypdfium2.PdfTextPage) -> str:
    text: str = page.get_text_range()
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        text = "\r\n".join(_in_order(line) for line in _lines(page))
    return text.replace(_HYPHEN, "").replace("\r\n", "\n")


def _lines(page: pypdfium2.PdfTextPage) -> Iterator[list[Character]]:
    """Characters on one baseline. PDFium also ends lines within a line of Arabic."""
    line: list[Character] = []
    baseline = 0.0
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    for place in range(page.count_chars()):
        text = chr(raw.FPDFText_GetUnicode(page, place))
        if text in "\r\n" or raw.FPDFText_IsGenerated(page, place) == 1:
            continue
        raw.FPDFText_GetCharOrigin(page, place, x, y)
        raw.FPDFText_GetLooseCharBox(page, place, box)
        if line and abs(y.value - baseline) > _SAME_BASELINE:
            yield line
            line = []
        baseline = y.value
        line.append(Character(text, box.left, box.right, box.top - box.bottom))
    yield line


def _in_order(line: list[Character]) -> str:
    """The line as it is read, if most of it is read from right to left.

    PDFium puts some words of Arabic in the order in which they are drawn, and others not. So the
    places on the page decide; numbers and Latin words within the line are read the other way.
    """
    classes = Counter(unicodedata.bidirectional(each.text) for each in line)
    if classes["R"] + classes["AL"] <= classes["L"]:
        return "".join(each.text for each in line)
    space = _SPACE * max(each.height for each in line)
    texts = []
    before = None
    for each in sorted(line, key=attrgetter("left"), reverse=True):
        if before is not None and before.left - each.right > space:
            texts += [] if " " in (before.text, each.text) else [" "]
        texts.append(each.text)
        before = each
    return _LEFT_TO_RIGHT.sub(lambda run: run[0][::-1], "".join(texts))
