"""A ZIP archive with a Markdown file for each conversation, and one for facts."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from memory.repositories.export import ArchivedMemory, Export

_FACTS = "memories.md"
_SPEAKERS = {"user": "You", "assistant": "Assistant"}
_NAME_LENGTH = 60  # characters of a title in the name of a file


class _Pieces(io.RawIOBase):
    """What was written since the last ``take``."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def markdown_archive(export: Export, user_id: str) -> Iterator[bytes]:
    """The archive, in pieces. Conversations without a complete turn are left out."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
        number = 0
        for conversation in export.conversations(user_id):
            title = _one_line(conversation.title or "Conversation")
            heading = f"# {title}\n\n{_day(conversation.created_at)}\n"
            name = f"{number + 1:05d} {_file_name(title)}.md"
            written = False
            for piece in _file(
                archive, name, heading, export.turns(user_id, conversation.id), pieces
            ):
                written = True
                yield piece
            number += written
        yield from _file(archive, _FACTS, "# Memories\n", export.facts(user_id), pieces)
    yield pieces.take()


def _file(
    archive: zipfile.ZipFile,
    name: str,
    heading: str,
    memories: Iterator[ArchivedMemory],
    pieces: _Pieces,
) -> Iterator[bytes]:
    """A file of the archive; none without a memory."""
    first = next(memories, None)
    if first is None:
        return
    info = zipfile.ZipInfo(name, _date_in_zip(first.created_at))
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w") as file:
        file.write((heading + _section(first)).encode())
        for memory in memories:
            file.write(_section(memory).encode())
            yield pieces.take()
    yield pieces.take()


def _section(memory: ArchivedMemory) -> str:
    speaker = _one_line(memory.speaker or _SPEAKERS[memory.role])
    return f"\n## {speaker}, {_day(memory.created_at)}\n\n{memory.text.strip()}\n"


def _date_in_zip(time: datetime) -> tuple[int, int, int, int, int, int]:
    """A ZIP archive has no earlier and no later years."""
    held = time.replace(year=min(max(time.year, 1980), 2107), day=min(time.day, 28))
    return held.year, held.month, held.day, held.hour, held.minute, held.second


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _file_name(title: str) -> str:
    kept = "".join(each for each in title[:_NAME_LENGTH] if each.isalnum() or each in " -_")
    return kept.strip() or "conversation"
