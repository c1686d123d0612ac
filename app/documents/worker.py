"""``python -m app.documents.worker``: a file on the standard input, its passages on the output.

First comes a line of JSON with ``kind``, ``charset``, ``title`` and ``seconds``, then the file. The
answer is a line of JSON that holds an ``error`` (with its ``message``) or null, and what could not
be read, then a line for each passage. ``app/documents/reader.py`` starts it.
"""

import json
import sys
import warnings
from typing import TYPE_CHECKING

from app.worker_limits import MEMORY_BYTES, limit

if TYPE_CHECKING:
    from app.documents.formats.extracted import Extracted
    from app.documents.formats.kinds import Kind

MOST_CHARACTERS = 4_000_000
"""Of a document's text. "War and Peace" has 3.2 million."""
MOST_PASSAGES = 5_000
"""Of a document: they are embedded, and stored in one transaction."""
# Made here, because there is no memory left where it is needed.
_OUT_OF_MEMORY = f"the document needs more than {MEMORY_BYTES >> 20} MiB of memory to be read"


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    limit(asked["seconds"])
    warnings.simplefilter("ignore")  # they quote the file
    from app.documents.formats.extracted import Extracted, TooLarge, Unreadable

    error = message = None
    document, found = Extracted(""), list[str]()
    try:
        content = sys.stdin.buffer.read()
        document = extract(content, asked["kind"], asked["charset"])
        del content
        found = split(document, asked["title"])
    except Unreadable as fault:
        error, message = "unreadable", str(fault)
    except TooLarge as fault:
        error, message = "too_large", str(fault)
    except MemoryError:
        error, message = "too_large", _OUT_OF_MEMORY
    first = {
        "error": error,
        "message": message,
        "unread_pages": document.unread_pages,
        "unread_parts": document.unread_parts,
    }
    out = sys.stdout.buffer
    out.write(json.dumps(first).encode() + b"\n")
    for passage in found:
        out.write(json.dumps(passage).encode() + b"\n")


def extract(content: bytes, kind: "Kind", charset: str | None) -> "Extracted":
    """The text of a file. Raises Unreadable, TooLarge, MemoryError.

    Only the reader of its format is imported: with all of them a short text would take a second.
    """
    from app.documents.formats.extracted import Extracted
    from app.documents.formats.plain_text import decode

    match kind:
        case "pdf":
            from app.documents.formats import pdf

            return pdf.extract(content, MOST_CHARACTERS)
        case "epub":
            from app.documents.formats import epub

            return epub.extract(content, MOST_CHARACTERS)
        case "docx":
            from app.documents.formats import docx

            return docx.extract(content)
        case "html":
            from app.documents.formats import html

            return html.extract(content, charset)
        case "email":
            from app.documents.formats import email_message

            return email_message.extract(content)
        case "csv":
            from app.documents.formats import table

            return table.extract(decode(content, charset))
        case "json":
            from app.documents.formats import json_text

            return json_text.extract(decode(content, charset))
        case "text" | "markdown":
            return Extracted(decode(content, charset), markdown=kind == "markdown")


def split(document: "Extracted", title: str) -> list[str]:
    """The passages of a text. Raises TooLarge, MemoryError."""
    from app.documents.chunking import passages
    from app.documents.formats.extracted import TooLarge

    text = document.text
    if len(text) > MOST_CHARACTERS:
        raise TooLarge(f"the text has more than {MOST_CHARACTERS:,} characters; send it in parts")
    found: list[str] = []
    for passage in passages(text, title, markdown=document.markdown):
        if len(found) == MOST_PASSAGES:
            raise TooLarge(f"the document has more than {MOST_PASSAGES:,} passages")
        found.append(passage)
    return found


if __name__ == "__main__":
    main()
