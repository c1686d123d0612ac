"""The shapes of memories and readings: what is sent and what comes back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.field_types import Body, Identifier, Moment, Words
from memory.prompt import Memory, memories_of
from memory.redaction import Withholding, as_said
from memory.repositories.documents import Document
from memory.repositories.feedback import Verdict
from memory.repositories.memories import PAGE_CHARACTERS
from memory.types import Kind, Reading, Recalled, Role, Slot


class MemoryOut(BaseModel):
    """One slot: something that was said or stored."""

    id: str
    memory: str = Field(description="Its text, as it was said.")
    kind: Kind
    role: Role
    speaker: str | None
    conversation_id: str | None
    position: int = Field(description="Its place on the tape: 1 is the first.")
    created_at: datetime

    @classmethod
    def of(cls, slot: Slot, show: Withholding = as_said) -> "MemoryOut":
        return cls(**_fields(slot) | {"memory": show(slot.text).text})


class MemoryRead(MemoryOut):
    """A slot with the weight that a read gave it, and why."""

    score: float = Field(description="Its weight in the read: with the null slot's they sum to 1.")
    signals: dict[str, float]
    shares: dict[str, float] = Field(description="Each signal's term in the slot's logit.")
    selected: bool = Field(description="Whether it went into the prompt.")
    withheld: list[str] = Field(
        description="Kinds of secrets in it that prompts do not show, and `memory` here neither."
    )


class ReadingOut(BaseModel):
    """What was read for a message: the memories that went into the prompt, heaviest first."""

    id: str
    head: str = Field(description="The version of the read head.")
    null_weight: float = Field(description="The weight of 'nothing here is relevant'.")
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
    """A stored reading: its 32 heaviest slots that are still there, chosen or not."""

    conversation_id: str | None
    question_position: int | None = Field(description="Where on the tape it was asked.")
    created_at: datetime
    parameters: dict[str, Any] = Field(description="What steered the read: β, g, s, γ, …")
    feedback: dict[str, Verdict] = Field(description="What the user found, by memory.")

    @classmethod
    def of_stored(
        cls, stored: Recalled, feedback: Mapping[int, Verdict], show: Withholding
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
    """A stored reading beside the same read, made again of the memory as it was then."""

    then: ReadingDetail
    now: ReadingOut
    largest_difference: float = Field(
        description="Between the two weights of a memory, or of nothing. Above rounding only where "
        "something has been edited or forgotten since, or had no key yet."
    )


class WeightOut(BaseModel):
    """One weight of a read, by its place on the tape."""

    position: int
    weight: float


class WeightsOut(BaseModel):
    """A reading without texts and reasons: what it takes to draw it."""

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
    next: int | None = Field(description="Give it as `before` for the older memories.")

    @classmethod
    def of(cls, slots: Sequence[Slot], limit: int, show: Withholding = as_said) -> "MemoryList":
        """A page of ``Store.page``, which ends early where the memories are long."""
        full = len(slots) == limit or sum(len(slot.text) for slot in slots) > PAGE_CHARACTERS
        return cls(
            results=[MemoryOut.of(slot, show) for slot in slots],
            next=slots[-1].position if full else None,
        )


class NewMemoryBody(Body):
    """``POST /v1/memories``: something to remember that nobody said in a chat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "I am allergic to peanuts.", "kind": "fact"}]}
    )

    text: Words
    kind: Literal["fact", "document", "summary"] = "fact"
    role: Role = "user"
    speaker: Identifier | None = None
    created_at: Moment | None = Field(None, description="When it was true; default: now.")


class MemoryPatch(Body):
    text: Words


class SearchBody(Body):
    """``POST /v1/memories/search``: the same read that a chat makes, without the chat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "dog", "top_k": 5}]})

    query: Words
    top_k: int = Field(10, ge=1, le=100)
    kind: Kind | None = None
    conversation_id: Identifier | None = None
    since: Moment | None = Field(None, description="Only what was said from then on.")
    until: Moment | None = Field(None, description="Only what was said before then.")
    as_of: Moment | None = Field(
        None, description="Read the memory as it was then: nothing that was said later."
    )


class SearchOut(BaseModel):
    results: list[MemoryRead]
    head: str
    null_weight: float

    @classmethod
    def of(cls, found: Recalled, show: Withholding = as_said) -> "SearchOut":
        read = ReadingOut.of(found.reading, memories_of(found, show))
        return cls(results=read.memories, head=read.head, null_weight=read.null_weight)


class FeedbackBody(Body):
    """``POST /v1/feedback``: what the user found of a memory that was read for an answer."""

    reading_id: Identifier
    memory_id: Identifier
    feedback: Verdict | None = Field(description="Null takes it back.")


class DocumentOut(BaseModel):
    id: str = Field(description="The `conversation_id` of its passages among the memories.")
    title: str
    passages: int
    created_at: datetime

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        return cls.model_validate(document, from_attributes=True)


class DocumentList(BaseModel):
    results: list[DocumentOut]


class Forgotten(BaseModel):
    forgotten: int = Field(description="How many memories were erased.")


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
