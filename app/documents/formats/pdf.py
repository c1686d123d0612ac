"""The text of a PDF. Runs in a worker process, which imports it for a PDF only."""

import io

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from app.documents.formats.extracted import MAX_UNREAD, Extracted, TooLarge, Unreadable

MAX_PAGES = 2_000
TEXT_FLOOR = 100_000
TEXT_PER_BYTE = 20
"""The most characters that a PDF may hold: ``TEXT_FLOOR``, and ``TEXT_PER_BYTE`` for each byte.

Ordinary files hold one to six characters a byte. A file of 10 KB whose 1,500 pages share one stream
holds a thousand.
"""

_ENCRYPTED = "the PDF is encrypted; save it without a password first"


def extract(content: bytes, most: int) -> Extracted:
    """The text of all pages, of ``most`` characters at the most. Raises TooLarge, Unreadable."""
    try:
        pages = _pages(content, most)
    except (TooLarge, Unreadable, MemoryError):
        raise
    except (DependencyError, FileNotDecryptedError):
        raise Unreadable(_ENCRYPTED) from None
    except Exception:  # noqa: BLE001 - a broken file breaks the reader in any way there is
        raise Unreadable("the PDF is broken: no reader here makes sense of it") from None
    empty = [number for number, page in enumerate(pages, 1) if not page.strip()]
    return Extracted("\n\n".join(pages), unread_pages=empty[:MAX_UNREAD])


def _pages(content: bytes, most: int) -> list[str]:
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(_ENCRYPTED)
    if len(reader.pages) > MAX_PAGES:
        raise TooLarge(f"the PDF has more than {MAX_PAGES:,} pages; send it in parts")
    plausible = TEXT_FLOOR + TEXT_PER_BYTE * len(content)
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        pages.append(page.extract_text())
        length += len(pages[-1])
        if length > min(most, plausible):
            raise TooLarge(
                f"the PDF holds more than {most:,} characters of text; send it in parts"
                if length > most
                else "the PDF holds far more text than a file of its size tells"
            )
    return pages
