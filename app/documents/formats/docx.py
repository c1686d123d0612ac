"""The text of a Word document (DOCX), as Markdown. Runs in a worker process."""

import io

import mammoth

from app.documents.formats import html
from app.documents.formats.archives import open_archive
from app.documents.formats.extracted import Extracted, TooLarge, Unreadable


def extract(content: bytes) -> Extracted:
    """The text with its headings, lists and tables. Raises Unreadable, TooLarge."""
    open_archive(content, "Word document").close()
    try:
        found = mammoth.convert_to_html(
            io.BytesIO(content), convert_image=mammoth.images.img_element(lambda _: {})
        )
        return html.extract(found.value)
    except (TooLarge, Unreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken file breaks the reader in any way there is
        raise Unreadable("the Word document is broken: no reader here makes sense of it") from None
