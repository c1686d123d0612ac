"""The lines of an exported memory: what a file of ``GET /v1/memories/export`` looks like.

The first line is the header, the last one the end, which tells a whole file from one that broke
off. ``docs/privacy.md`` describes it for who wants to read one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.importers.archive import (
    BadItem,
    ConversationLine,
    DocumentLine,
    EndLine,
    FeedbackLine,
    HeaderLine,
    Line,
    MemoryLine,
    dump,
    parse,
)
from memory.repositories.export import (
    ArchivedConversation,
    ArchivedDocument,
    ArchivedFeedback,
    ArchivedMemory,
    Record,
)

__all__ = ["ArchiveReader", "EndLine", "HeaderLine", "Line", "dump", "header", "line_of", "parse"]

_NO_HEADER = "the header has to be the first line, and no other"

RecordLine = ConversationLine | DocumentLine | MemoryLine | FeedbackLine
_OF: dict[type[Record], type[RecordLine]] = {
    ArchivedConversation: ConversationLine,
    ArchivedDocument: DocumentLine,
    ArchivedMemory: MemoryLine,
    ArchivedFeedback: FeedbackLine,
}
_RECORDS: dict[type[RecordLine], type[Record]] = {line: record for record, line in _OF.items()}


def header() -> bytes:
    return dump(HeaderLine(exported_at=datetime.now(UTC)))


def line_of(record: Record) -> bytes:
    """A record as a line. What lies in the database is not checked again."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return dump(_OF[type(record)].model_construct(**values))


def record_of(line: RecordLine) -> Record:
    """The record that a line tells of."""
    return _RECORDS[type(line)](**line.model_dump(exclude={"type"}))


class ArchiveReader:
    """Takes a file in pieces of any size, and gives its records.

    ``longest``: bytes that a line may have. One that never ends shall not fill the memory.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._held: list[bytes] = []  # pieces of a line that has not ended
        self._length = 0
        self._number = 0
        self._memories = 0
        self._begun = False
        self.whole = False
        """Whether the last line was there, and told as many memories as came before it."""

    def push(self, piece: bytes) -> Iterator[Record]:
        """The records of the lines that end in this piece. Raises BadItem; then it is over."""
        if piece.isspace() and not self._length:  # empty lines, of which there may be millions
            self._number += piece.count(b"\n")
            self._hold(piece[piece.rfind(b"\n") + 1 :])
            return
        first, *rest = piece.split(b"\n")
        self._hold(first)
        for following in rest:
            yield from self._end_line()
            self._hold(following)

    def close(self) -> Iterator[Record]:
        """The record of a last line that nothing ended. Raises BadItem."""
        yield from self._end_line()
        if not self._begun:
            raise BadItem("line 1", _NO_HEADER)

    def _hold(self, part: bytes) -> None:
        self._held.append(part)
        self._length += len(part)
        if self._length > self._longest:
            raise BadItem(f"line {self._number + 1}", f"is longer than {self._longest} bytes")

    def _end_line(self) -> Iterator[Record]:
        line = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._held.clear()
        self._length = 0
        self._number += 1
        if not line or line.isspace():
            return
        place = f"line {self._number}"
        read = parse(place, line)
        if isinstance(read, HeaderLine) != (self._number == 1):
            raise BadItem(place, _NO_HEADER)
        self._begun = True
        if self.whole:
            raise BadItem(place, "comes after the end")
        if isinstance(read, EndLine):
            if read.memories != self._memories:
                raise BadItem(place, f"there should be {read.memories} memories before it")
            self.whole = True
        elif not isinstance(read, HeaderLine):
            self._memories += isinstance(read, MemoryLine)
            yield record_of(read)
