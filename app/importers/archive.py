"""The lines of an exported memory (``docs/privacy.md``), and how a file of them is read.

The first line is the header. The last line is the end: without it the file is not whole. Worker
processes import this module, so it imports little.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from app.field_types import Body, Identifier, NonEmptyText, Text, UtcDatetime
from memory.literals import Kind, Role, Verdict

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
    def _user_text_is_not_empty(self) -> "MemoryLine":
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


RecordLine = ConversationLine | DocumentLine | MemoryLine | FeedbackLine
Line = HeaderLine | RecordLine | EndLine
_LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="type")])
_NO_HEADER = "the header has to be the first line, and no other"


class BadItem(Exception):
    """A line, or an item of another service's export, is invalid.

    ``place`` names it. ``message`` does not quote it: messages end up in logs.
    """

    def __init__(self, place: str, message: str) -> None:
        super().__init__(place, message)
        self.place = place
        self.message = message


def dump(line: Line) -> bytes:
    return line.model_dump_json().encode() + b"\n"


def parse(place: str, line: bytes) -> Line:
    """Raises BadItem with ``place`` and the first error."""
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        raise BadItem(place, describe(error, skip=1)) from None


def describe(error: ValidationError, skip: int = 0) -> str:
    """The first error, without the input. ``skip``: parts of its place that are no field."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return "type: must be header, conversation, document, memory, feedback or end"
    if first["type"] == "json_invalid":
        return "is not JSON"
    field = ".".join(str(part)[:64] for part in first["loc"][skip:])
    message = first["msg"].removeprefix("Value error, ")[:200]
    return f"{field}: {message}" if field else message


class ArchiveReader:
    """Parses a file that comes in pieces of any size. No line may exceed ``max_line_bytes``."""

    def __init__(self, max_line_bytes: int) -> None:
        self._max_line_bytes = max_line_bytes
        self._line = bytearray()  # the beginning of the next line
        self._lines = self._memories = 0
        self._has_header = False
        self.whole = False
        """Whether the end came, with the number of memories that came before it."""

    def push(self, piece: bytes) -> Iterator[RecordLine]:
        """The lines that end in this piece. Raises BadItem; nothing can follow then."""
        if piece.isspace() and not self._line:  # empty lines, of which there may be millions
            self._lines += piece.count(b"\n")
            piece = piece[piece.rfind(b"\n") + 1 :]
        first, *others = piece.split(b"\n")
        self._append(first)
        for other in others:
            yield from self._end_line()
            self._append(other)

    def close(self) -> Iterator[RecordLine]:
        """The last line, if no line end follows it. Raises BadItem."""
        yield from self._end_line()
        if not self._has_header:
            raise BadItem("line 1", _NO_HEADER)

    def _append(self, part: bytes) -> None:
        self._line += part
        if len(self._line) > self._max_line_bytes:
            place = f"line {self._lines + 1}"
            raise BadItem(place, f"is longer than {self._max_line_bytes} bytes")

    def _end_line(self) -> Iterator[RecordLine]:
        content = bytes(self._line)
        self._line.clear()
        self._lines += 1
        if not content.strip():
            return
        place = f"line {self._lines}"
        line = parse(place, content)
        if isinstance(line, HeaderLine) != (self._lines == 1):
            raise BadItem(place, _NO_HEADER)
        self._has_header = True
        if self.whole:
            raise BadItem(place, "comes after the end")
        if isinstance(line, EndLine):
            if line.memories != self._memories:
                raise BadItem(place, f"there should be {line.memories} memories before it")
            self.whole = True
        elif not isinstance(line, HeaderLine):
            self._memories += isinstance(line, MemoryLine)
            yield line
