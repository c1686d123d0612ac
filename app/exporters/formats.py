"""The formats of an export that other programs read, by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from app.exporters.markdown import markdown_archive
from app.exporters.messages import message_lines
from app.exporters.open_webui import open_webui_chats
from memory.repositories.export import Export

FormatName = Literal["tapehead", "messages", "open-webui", "markdown"]
"""``tapehead`` is this service's own format, the only one with everything."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A file in pieces, and how it is sent. No piece is larger than a message and its frame."""

    pieces: Callable[[Export, str], Iterator[bytes]]
    media_type: str
    file_name: str


FORMATS = {
    "messages": ExportFormat(message_lines, "application/x-ndjson", "messages.jsonl"),
    "open-webui": ExportFormat(open_webui_chats, "application/json", "open-webui.json"),
    "markdown": ExportFormat(markdown_archive, "application/zip", "memory.zip"),
}
