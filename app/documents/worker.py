"""``python -m app.documents.worker``: a file on the standard input, its passages on the output.

First comes a line of JSON with ``kind``, ``title`` and ``seconds``, then the file. The answer is a
line of JSON that holds an ``error`` (with its ``message``) or null, then a line for each passage.
``app/documents/reader.py`` starts it.
"""

import json
import sys

from app.worker_limits import MEMORY_BYTES, limit

MOST_CHARACTERS = 4_000_000
"""Of a document's text. "War and Peace" has 3.2 million."""
MOST_PASSAGES = 5_000
"""Of a document: they are embedded, and stored in one transaction."""
# Made here, because there is no memory left where it is needed.
_OUT_OF_MEMORY = f"the document needs more than {MEMORY_BYTES >> 20} MiB of memory to be read"


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    limit(asked["seconds"])
    from app.documents.chunking import TooLarge, Unreadable

    error = message = None
    found: list[str] = []
    try:
        found = read(sys.stdin.buffer.read(), asked["kind"], asked["title"])
    except Unreadable as fault:
        error, message = "unreadable", str(fault)
    except TooLarge as fault:
        error, message = "too_large", str(fault)
    except MemoryError:
        error, message = "too_large", _OUT_OF_MEMORY
    out = sys.stdout.buffer
    out.write(json.dumps({"error": error, "message": message}).encode() + b"\n")
    for passage in found:
        out.write(json.dumps(passage).encode() + b"\n")


def read(content: bytes, kind: str, title: str) -> list[str]:
    """The passages of a file. Raises Unreadable, TooLarge, MemoryError."""
    from app.documents.chunking import TooLarge, Unreadable, passages

    if kind == "application/pdf":
        from app.documents.formats.pdf import text_of

        text = text_of(content, MOST_CHARACTERS)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("the text is not in UTF-8") from None
    if len(text) > MOST_CHARACTERS:
        raise TooLarge(f"the text has more than {MOST_CHARACTERS:,} characters; send it in parts")
    found: list[str] = []
    for passage in passages(text, title, markdown=kind == "text/markdown"):
        if len(found) == MOST_PASSAGES:
            raise TooLarge(f"the document has more than {MOST_PASSAGES:,} passages")
        found.append(passage)
    return found


if __name__ == "__main__":
    main()
