"""Files that are ZIP archives inside: DOCX and EPUB. Runs in a worker process."""

import io
from zipfile import BadZipFile, ZipFile

from app.documents.formats.extracted import TooLarge, Unreadable

MAX_ENTRIES = 5_000
MAX_ENTRY_BYTES = 32 * 2**20
"""Of one unpacked entry of text."""
MAX_UNPACKED_BYTES = 256 * 2**20
"""Of all entries together, pictures among them: these are not unpacked."""


def open_archive(content: bytes, name: str) -> ZipFile:
    """The archive. Raises Unreadable, and TooLarge if it holds more than a document may."""
    try:
        archive = ZipFile(io.BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(f"the {name} is broken: it is no archive") from None
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"the {name} has more than {MAX_ENTRIES:,} parts")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise TooLarge(f"the {name} unpacks to more than {MAX_UNPACKED_BYTES >> 20} MiB")
    if any(entry.file_size > MAX_ENTRY_BYTES for entry in entries if _is_text(entry.filename)):
        raise TooLarge(f"the {name} has a part of more than {MAX_ENTRY_BYTES >> 20} MiB")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(f"the {name} is encrypted; save it without a password first")
    return archive


def _is_text(name: str) -> bool:
    return name.lower().endswith((".xml", ".html", ".htm", ".xhtml", ".opf", ".rels"))
