"""The formats of documents, and which of them a file has."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from app.errors import Unsupported

Kind = Literal["text", "markdown", "html", "csv", "json", "docx", "epub", "email", "pdf"]


@dataclass(frozen=True, slots=True)
class Format:
    """``name`` stands in messages. ``seconds`` is the processor time that reading may take."""

    name: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    seconds: int = 60


FORMATS: dict[Kind, Format] = {
    "text": Format("text", ("text/plain",), (".txt", ".text", ".log")),
    "markdown": Format("text", ("text/markdown", "text/x-markdown"), (".md", ".markdown")),
    "html": Format(
        "HTML page", ("text/html", "application/xhtml+xml"), (".html", ".htm", ".xhtml"), 120
    ),
    "csv": Format("table", ("text/csv", "text/tab-separated-values"), (".csv", ".tsv")),
    "json": Format(
        "JSON", ("application/json", "application/x-ndjson"), (".json", ".jsonl", ".ndjson")
    ),
    "docx": Format(
        "Word document",
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
        (".docx",),
        120,
    ),
    "epub": Format("EPUB", ("application/epub+zip",), (".epub",), 120),
    "email": Format("e-mail", ("message/rfc822",), (".eml",)),
    "pdf": Format("PDF", ("application/pdf",), (".pdf",), 120),
}
_BY_MEDIA_TYPE: dict[str, Kind] = {
    each: kind for kind, known in FORMATS.items() for each in known.media_types
}
_BY_SUFFIX: dict[str, Kind] = {
    each: kind for kind, known in FORMATS.items() for each in known.suffixes
}
# What programs send that do not know the type: browsers, HTTP libraries, `curl --data-binary`.
_UNKNOWN = ("", "application/octet-stream", "binary/octet-stream", "application/x-binary")
_FORM = "application/x-www-form-urlencoded"
_ZIP = b"PK\x03\x04"
_EPUB_OFFSET = 30  # an EPUB's first entry is not compressed, and names the media type


def kind_of(media_type: str, file_name: str, content: bytes) -> Kind:
    """The format of a file, by its first bytes, its media type and its name. Raises Unsupported.

    ``media_type`` is without parameters, and may be empty. A file of another known type than is
    declared is what it is; text of an unknown type is read as text.
    """
    if content.lstrip()[:5] == b"%PDF-":
        return "pdf"
    by_name = _BY_SUFFIX.get(PurePath(file_name).suffix.lower())
    declared = _BY_MEDIA_TYPE.get(media_type)
    if content.startswith(_ZIP):
        if content[_EPUB_OFFSET:].startswith(b"mimetypeapplication/epub+zip"):
            return "epub"
        if "docx" in (declared, by_name):
            return "docx"
    elif declared == "text" and by_name is not None:
        return by_name  # servers and mail programs call any text plain
    elif declared is not None:
        return declared
    elif by_name is not None:
        return by_name
    elif media_type in (*_UNKNOWN, _FORM):
        return "text"
    names = ", ".join(sorted({suffix for known in FORMATS.values() for suffix in known.suffixes}))
    raise Unsupported("Content-Type", f"documents of this type cannot be read, but these: {names}")
