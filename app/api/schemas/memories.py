"""Requests and responses of the routes for memories, readings, documents and feedback."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.api.filter_times import OptionalFilterTime, absent_if_empty
from app.field_types import Body, Identifier, NonEmptyText, TimeZoneName, UtcDatetime
from memory.prompt import Memory, memories_of
from memory.redaction import Redaction, unredacted
from memory.repositories.documents import Document
from memory.repositories.feedback import Verdict
from memory.repositories.memories import PAGE_CHARACTERS
from memory.types import Kind, Reading, Recalled, Role, Slot

_Optional = BeforeValidator(absent_if_empty)


class MemoryOut(BaseModel):
    """One memory (a slot of the tape)."""

    id: str
    memory: str = Field(description="Text, as it was said.")
    kind: Kind
    role: Role
    speaker: str | None
    conversation_id: str | None
    position: int = Field(description="Position on the tape. The first is 1.")
    created_at: datetime

    @classmethod
    def of(cls, slot: Slot, show: Redaction = unredacted) -> "MemoryOut":
        return cls(**_fields(slot) | {"memory": show(slot.text).text})


class MemoryRead(MemoryOut):
    """A memory with its weight in a read, and the signals behind it."""

    memory: str = Field(
        description="Text without secrets. With a new reply it is as quoted in the prompt: of a "
        "long memory only what matches the message best."
    )
    score: float = Field(description="Weight in the read. All weights and `null_weight` sum to 1.")
    signals: dict[str, float] = Field(description="Value of each signal.")
    shares: dict[str, float] = Field(
        description="Contribution of each signal to the logit of the weight."
    )
    selected: bool = Field(description="Whether it is in the prompt.")
    withheld: list[str] = Field(
        description="Kinds of secrets that are redacted in `memory` and in prompts."
    )


class ReadingOut(BaseModel):
    """Result of a read: the memories in the prompt, by decreasing weight."""

    id: str
    head: str = Field(description="Version of the read head.")
    null_weight: float = Field(description="Probability that no memory is relevant.")
    memories: list[MemoryRead]

    @classmethod
    def of(cls, reading: Reading, memories: Iterable[Memory]) -> "ReadingOut":
        """``memories``: the slots of the reading that are shown, in any order."""
        by_position = {memory.slot.position: memory for memory in memories}
        return cls(
            id=reading.id,
            head=reading.head,
            null_weight=reading.null_weight,
            memories=[
                MemoryRead(
                    **_fields(memory.slot),
                    score=read.weight,
                    signals=read.signals,
                    shares=read.shares,
                    selected=read.position in reading.selected,
                    withheld=list(memory.withheld),
                )
                for read in reading.slots
                if (memory := by_position.get(read.position)) is not None
            ],
        )


class ReadingDetail(ReadingOut):
    """A stored reading: the 32 memories of largest weight, without erased ones."""

    conversation_id: str | None
    question_position: int | None = Field(description="Position of the question on the tape.")
    created_at: datetime
    parameters: dict[str, Any] = Field(description="Parameters of the read: β, g, s, γ, …")
    feedback: dict[str, Verdict] = Field(description="The user's feedback, by id of the memory.")

    @classmethod
    def of_stored(
        cls, stored: Recalled, feedback: Mapping[int, Verdict], show: Redaction
    ) -> "ReadingDetail":
        reading = stored.reading
        assert reading.created_at is not None  # noqa: S101 - set when it was stored
        return cls(
            **ReadingOut.of(reading, memories_of(stored, show)).model_dump(),
            conversation_id=reading.conversation_id,
            question_position=reading.question_position,
            created_at=reading.created_at,
            parameters=reading.parameters,
            feedback={
                stored.slots[position].id: verdict
                for position, verdict in feedback.items()
                if position in stored.slots
            },
        )


class ReplayOut(BaseModel):
    """A stored reading, and the same read repeated on the memory as it was then."""

    then: ReadingDetail
    now: ReadingOut
    largest_difference: float = Field(
        description="Largest difference between two weights of a memory, or of the null slot. "
        "Differences come from memories that were edited, erased or embedded since."
    )


class WeightOut(BaseModel):
    """A weight, by position on the tape."""

    position: int
    weight: float


class WeightsOut(BaseModel):
    """A reading without texts and signals, for plots."""

    id: str
    question_position: int | None
    null_weight: float
    weights: list[WeightOut]

    @classmethod
    def of(cls, reading: Reading) -> "WeightsOut":
        return cls(
            id=reading.id,
            question_position=reading.question_position,
            null_weight=reading.null_weight,
            weights=[
                WeightOut(position=slot.position, weight=slot.weight) for slot in reading.slots
            ],
        )


class WeightsList(BaseModel):
    results: list[WeightsOut]


class MemoryList(BaseModel):
    results: list[MemoryOut]
    next: int | None = Field(
        description="Value of `before` that lists older memories; null if there are none."
    )

    @classmethod
    def of(cls, slots: Sequence[Slot], limit: int, show: Redaction = unredacted) -> "MemoryList":
        """A page of ``Store.page``, which ends early where the memories are long."""
        full = len(slots) == limit or sum(len(slot.text) for slot in slots) > PAGE_CHARACTERS
        return cls(
            results=[MemoryOut.of(slot, show) for slot in slots],
            next=slots[-1].position if full else None,
        )


class NewMemoryBody(Body):
    """``POST /v1/memories``: a memory from outside a chat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "I am allergic to peanuts.", "kind": "fact"}]}
    )

    text: NonEmptyText
    kind: Literal["fact", "document", "summary"] = "fact"
    role: Role = "user"
    speaker: Identifier | None = None
    created_at: UtcDatetime | None = Field(None, description="Time of the memory. Default: now.")


class MemoryPatch(Body):
    text: NonEmptyText


class SearchBody(Body):
    """``POST /v1/memories/search``: the same read as in a chat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "dog", "top_k": 5}]})

    query: NonEmptyText
    top_k: int = Field(10, ge=1, le=100)
    kind: Annotated[Kind | None, _Optional] = None
    conversation_id: Annotated[Identifier | None, _Optional] = None
    since: OptionalFilterTime = Field(
        None, description="Only memories from this time on, or from this day (2026-11-28) on."
    )
    until: OptionalFilterTime = Field(
        None, description="Only memories before this time, or to the end of this day."
    )
    as_of: OptionalFilterTime = Field(
        None, description="Read the memory as it was at this time, or at the end of this day."
    )
    timezone: Annotated[TimeZoneName | None, _Optional] = None


class SearchOut(BaseModel):
    results: list[MemoryRead]
    head: str
    null_weight: float

    @classmethod
    def of(cls, found: Recalled, show: Redaction = unredacted) -> "SearchOut":
        read = ReadingOut.of(found.reading, memories_of(found, show))
        return cls(results=read.memories, head=read.head, null_weight=read.null_weight)


class FeedbackBody(Body):
    """``POST /v1/feedback``: whether a memory was useful for a reply."""

    reading_id: Identifier
    memory_id: Identifier
    feedback: Verdict | None = Field(description="Null removes the feedback.")


class DocumentOut(BaseModel):
    id: str = Field(description="Also the `conversation_id` of its passages.")
    title: str
    passages: int
    created_at: datetime

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        return cls.model_validate(document, from_attributes=True)


class AddedDocument(DocumentOut):
    is_new: bool = Field(description="False if the same file was there: nothing was stored.")
    unread_pages: list[int] = Field(
        description="Pages without text, such as scans: the first 50 of them."
    )
    unread_parts: list[str] = Field(
        description="Attached files that were not read: the first 50 of them."
    )


class DocumentList(BaseModel):
    results: list[DocumentOut]


class Forgotten(BaseModel):
    forgotten: int = Field(description="Number of erased memories.")


def _fields(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "memory": slot.text,
        "kind": slot.kind,
        "role": slot.role,
        "speaker": slot.speaker,
        "conversation_id": slot.conversation_id,
        "position": slot.position,
        "created_at": slot.created_at,
    }
