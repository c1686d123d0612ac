"""Records of the database as lines of an exported memory, and back."""

from datetime import UTC, datetime

from app.importers.archive import (
    ConversationLine,
    DocumentLine,
    FeedbackLine,
    HeaderLine,
    MemoryLine,
    RecordLine,
    dump,
)
from memory.repositories.export import (
    ArchivedConversation,
    ArchivedDocument,
    ArchivedFeedback,
    ArchivedMemory,
    Record,
)

_LINES: dict[type[Record], type[RecordLine]] = {
    ArchivedConversation: ConversationLine,
    ArchivedDocument: DocumentLine,
    ArchivedMemory: MemoryLine,
    ArchivedFeedback: FeedbackLine,
}
_RECORDS: dict[type[RecordLine], type[Record]] = {line: record for record, line in _LINES.items()}


def header() -> bytes:
    return dump(HeaderLine(exported_at=datetime.now(UTC)))


def line_of(record: Record) -> bytes:
    """A record as a line. It is not validated: it comes from the database."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return dump(_LINES[type(record)].model_construct(**values))


def record_of(line: RecordLine) -> Record:
    return _RECORDS[type(line)](**line.model_dump(exclude={"type"}))
