"""The lines of an exported memory as types. Light: worker processes import them.

``docs/privacy.md`` describes the file for who wants to read one.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from app.field_types import Body, Identifier, NonEmptyText, Text, UtcDatetime
from memory.kinds import Kind, Role, Verdict

SlotId = Annotated[Identifier, Field(max_length=36)]


class HeaderLine(Body):
    type: Literal["header"] = "header"
    format: Literal["tapehead-memory"] = "tapehead-memory"
    version: Literal[1] = 1
    exported_at: UtcDatetime | None = None


class ConversationLine(Body):
    type: Literal["conversation"] = "conversation"
    id: Identifier
    title: Annotated[NonEmptyText, Field(max_length=200)] | None = None
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime


class DocumentLine(Body):
    type: Literal["document"] = "document"
    id: Identifier
    title: Identifier
    created_at: UtcDatetime


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
    created_at: UtcDatetime

    @model_validator(mode="after")
    def _something_was_said(self) -> "MemoryLine":
        if self.status == "complete" and self.role == "user" and not self.text.strip():
            raise ValueError("text must not be empty")
        return self


class FeedbackLine(Body):
    type: Literal["feedback"] = "feedback"
    reading_id: SlotId
    memory_id: SlotId
    question_id: SlotId
    feedback: Verdict
    created_at: UtcDatetime


class EndLine(Body):
    type: Literal["end"] = "end"
    memories: Annotated[int, Field(ge=0)]


Line = HeaderLine | ConversationLine | DocumentLine | MemoryLine | FeedbackLine | EndLine
_LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="type")])


class BadItem(Exception):
    """A line, or what another service exported, is not what it should be.

    ``place`` names it; what stands there is not repeated.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(place, message)
        self.place = place
        self.message = message


def dump(line: Line) -> bytes:
    return line.model_dump_json().encode() + b"\n"


def parse(place: str, line: bytes) -> Line:
    """One line of a file. Raises BadItem, which names the ``place`` and the first thing wrong."""
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        raise BadItem(place, _told(error)) from None


def checked(place: str, **values: Any) -> MemoryLine | ConversationLine:
    """A line made of what another service exported. Raises BadItem."""
    try:
        line = _LINE.validate_python(values)
    except ValidationError as error:
        raise BadItem(place, _told(error)) from None
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
