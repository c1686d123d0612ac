"""The lines of an exported memory: what a file of ``GET /v1/memories/export`` looks like.

The first line is the header, the last one the end, which tells a whole file from one that broke
off. ``docs/privacy.md`` describes it for who wants to read one.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from app.errors import BadLine
from app.fields import Body, Identifier, Moment, Text, Words
from memory.archive import (
    ArchivedConversation,
    ArchivedDocument,
    ArchivedFeedback,
    ArchivedMemory,
    Record,
)
from memory.feedback import Verdict
from memory.records import Kind, Role

SlotId = Annotated[Identifier, Field(max_length=36)]


class HeaderLine(Body):
    type: Literal["header"] = "header"
    format: Literal["tapehead-memory"] = "tapehead-memory"
    version: Literal[1] = 1
    exported_at: Moment | None = None


class ConversationLine(Body):
    type: Literal["conversation"] = "conversation"
    id: Identifier
    title: Annotated[Words, Field(max_length=200)] | None = None
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    created_at: Moment
    updated_at: Moment

    def record(self) -> Record:
        return ArchivedConversation(**self.model_dump(exclude={"type"}))


class DocumentLine(Body):
    type: Literal["document"] = "document"
    id: Identifier
    title: Identifier
    created_at: Moment

    def record(self) -> Record:
        return ArchivedDocument(**self.model_dump(exclude={"type"}))


class MemoryLine(Body):
    type: Literal["memory"] = "memory"
    id: SlotId
    position: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    kind: Kind = "fact"
    role: Role = "user"
    speaker: Identifier | None = None
    text: Text
    status: Literal["complete", "aborted", "failed"] = "complete"
    remembered: bool = True
    conversation_id: Identifier | None = None
    created_at: Moment

    @model_validator(mode="after")
    def _something_was_said(self) -> "MemoryLine":
        if self.status == "complete" and self.role == "user" and not self.text.strip():
            raise ValueError("text must not be empty")
        return self

    def record(self) -> Record:
        return ArchivedMemory(**self.model_dump(exclude={"type"}))


class FeedbackLine(Body):
    type: Literal["feedback"] = "feedback"
    reading_id: SlotId
    memory_id: SlotId
    question_id: SlotId
    feedback: Verdict
    created_at: Moment

    def record(self) -> Record:
        return ArchivedFeedback(**self.model_dump(exclude={"type"}))


class EndLine(Body):
    type: Literal["end"] = "end"
    memories: Annotated[int, Field(ge=0)]


Line = HeaderLine | ConversationLine | DocumentLine | MemoryLine | FeedbackLine | EndLine
_LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="type")])
_OF: dict[type, type[ConversationLine | DocumentLine | MemoryLine | FeedbackLine]] = {
    ArchivedConversation: ConversationLine,
    ArchivedDocument: DocumentLine,
    ArchivedMemory: MemoryLine,
    ArchivedFeedback: FeedbackLine,
}


def header() -> bytes:
    return dump(HeaderLine(exported_at=datetime.now(UTC)))


def line_of(record: Record) -> bytes:
    """A record as a line. What lies in the database is not checked again."""
    values = {name: getattr(record, name) for name in record.__slots__}
    return dump(_OF[type(record)].model_construct(**values))


def dump(line: Line) -> bytes:
    return line.model_dump_json().encode() + b"\n"


def parse(place: str, line: bytes) -> Line:
    """One line of a file. Raises BadLine, which names the ``place`` and the first thing wrong."""
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        raise BadLine(place, _told(error)) from None


def checked(place: str, **values: Any) -> MemoryLine | ConversationLine:
    """A line made of what another service exported. Raises BadLine."""
    try:
        line = _LINE.validate_python(values)
    except ValidationError as error:
        raise BadLine(place, _told(error)) from None
    assert isinstance(line, MemoryLine | ConversationLine)  # noqa: S101 - what is made here
    return line


def _told(error: ValidationError) -> str:
    """What is wrong, without the words that are: a message ends up in logs."""
    fault = error.errors(include_url=False, include_input=False)[0]
    if fault["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "type: must be header, conversation, document, memory, feedback or end"
    if fault["type"] == "json_invalid":
        return "is not JSON"
    where = ".".join(str(part)[:64] for part in fault["loc"][1:])
    message = fault["msg"].removeprefix("Value error, ")[:200]
    return f"{where}: {message}" if where else message
