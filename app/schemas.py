"""The shapes of requests and responses. What a model here does not name is refused."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app.asking import MemoryUse
from app.prompt import Memory
from memory.conversations import Conversation, Turn
from memory.records import Kind, Reading, Role, Slot
from models.language import Sampling, Usage


def _storable(text: str) -> str:
    """Refuse what not every database can hold: NUL, and halves of characters (lone surrogates)."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not contain lone surrogates")
    return text


def _in_utc(moment: datetime) -> datetime:
    """Times lie in UTC here, and those at the very ends of the calendar may not reach it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a time that exists in UTC") from None


def _visible(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Words = Annotated[str, AfterValidator(_storable), AfterValidator(_visible)]
StopText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Identifier = Annotated[
    str, Field(min_length=1, max_length=128), AfterValidator(_storable), AfterValidator(_plain)
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)

    def digest(self) -> str:
        """What an idempotency key stands for: the request, however its answer is delivered."""
        asked = self.model_dump_json(exclude={"stream", "stream_options", "background"})
        return hashlib.sha256(asked.encode()).hexdigest()


class MemoryOptions(Body):
    """What one request does with the memory.

    Both off is a chat apart: its turns are the history of their conversation until that is deleted,
    and are never read as memories.
    """

    read: bool = Field(True, description="Read the memory for this message.")
    write: bool = Field(True, description="Remember this message and its answer.")
    budget_tokens: int | None = Field(
        None, ge=0, le=100_000, description="Tokens that memories may take in the prompt."
    )

    def use(self, default_budget: int) -> MemoryUse:
        budget = default_budget if self.budget_tokens is None else self.budget_tokens
        return MemoryUse(read=self.read, write=self.write, budget_tokens=budget)


class UserNamed(Body):
    user: Identifier | None = Field(
        None, description="Whose memory; instead of the header X-User-Id. Default: 'local'."
    )


class SamplingOptions(UserNamed):
    """How the answer's tokens are chosen. What is left out follows the service's settings."""

    temperature: float | None = Field(None, ge=0, le=2, description="0 is greedy.")
    top_p: float | None = Field(None, gt=0, le=1)
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    stop: Annotated[list[StopText], Field(max_length=4)] | StopText | None = None

    def sampling(self, default: Sampling) -> Sampling:
        stop = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return Sampling(
            temperature=default.temperature if self.temperature is None else self.temperature,
            top_p=default.top_p if self.top_p is None else self.top_p,
            max_tokens=default.max_tokens if self.max_tokens is None else self.max_tokens,
            seed=self.seed,
            stop=tuple(stop),
        )


class ChatBody(SamplingOptions):
    """``POST /v1/chat``: one message; history and memory are the service's business."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "What is my dog's name?", "stream": False}]}
    )

    message: Words
    conversation_id: Identifier | None = Field(None, description="Left out: a new conversation.")
    system: Text | None = Field(None, description="Instead of the service's system prompt.")
    stream: bool = False
    background: bool = Field(
        False, description="Finish even if the client goes away; ask for the reply by its id."
    )
    memory: MemoryOptions = MemoryOptions()


class MemoryOut(BaseModel):
    """One slot: something that was said or stored."""

    id: str
    memory: str = Field(description="Its text, as it was said.")
    kind: Kind
    role: Role
    speaker: str | None
    conversation_id: str | None
    created_at: datetime

    @classmethod
    def of(cls, slot: Slot) -> "MemoryOut":
        return cls(**_fields(slot))


class MemoryRead(MemoryOut):
    """A slot with the weight that a read gave it, and why."""

    score: float = Field(description="Its weight in the read: with the null slot's they sum to 1.")
    signals: dict[str, float]
    shares: dict[str, float] = Field(description="Each signal's term in the slot's logit.")
    selected: bool = Field(description="Whether it went into the prompt.")


class ReadingOut(BaseModel):
    """What was read for a message: the memories that went into the prompt, heaviest first."""

    id: str
    head: str = Field(description="The version of the read head.")
    null_weight: float = Field(description="The weight of 'nothing here is relevant'.")
    memories: list[MemoryRead]

    @classmethod
    def of(cls, reading: Reading, slots: dict[int, Slot], selected: frozenset[int]) -> "ReadingOut":
        return cls(
            id=reading.id,
            head=reading.head,
            null_weight=reading.null_weight,
            memories=[
                MemoryRead(
                    **_fields(slots[read.position]),
                    score=read.weight,
                    signals=read.signals,
                    shares=read.shares,
                    selected=read.position in selected,
                )
                for read in reading.slots
                if read.position in slots
            ],
        )

    @classmethod
    def of_chosen(cls, reading: Reading, memories: tuple[Memory, ...]) -> "ReadingOut":
        slots = {memory.slot.position: memory.slot for memory in memories}
        return cls.of(reading, slots, frozenset(slots))


class ReadingDetail(ReadingOut):
    """A stored reading: its 32 heaviest slots that are still there, chosen or not."""

    conversation_id: str | None
    created_at: datetime
    parameters: dict[str, Any] = Field(description="What steered the read: β, g, s, γ, …")


class CachedTokens(BaseModel):
    cached_tokens: int


class UsageOut(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens

    @classmethod
    def of(cls, usage: Usage) -> "UsageOut":
        return cls(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
            prompt_tokens_details=CachedTokens(cached_tokens=usage.cached_tokens),
        )


class ReplyStarted(BaseModel):
    """The ids of a reply, known before its first word."""

    id: str
    conversation_id: str
    question_id: str | None
    model: str
    created_at: datetime


class ReplyOut(ReplyStarted):
    """A reply: whole when ``status`` is complete, else as far as it got."""

    status: Literal["pending", "complete", "aborted", "failed"]
    message: str
    finish_reason: Literal["stop", "length"] | None
    memory: ReadingOut | None
    usage: UsageOut
    timings: dict[str, float] = Field(description="Milliseconds of each step.")
    error: str | None = None


class ConversationOut(BaseModel):
    id: str
    title: str | None
    preview: str | None = Field(description="The beginning of its first turn.")
    turns: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        return cls.model_validate(conversation, from_attributes=True)


class ConversationList(BaseModel):
    results: list[ConversationOut]


class ConversationPatch(Body):
    title: Annotated[Words, Field(max_length=200)]


class TurnOut(BaseModel):
    id: str
    role: Role
    text: str
    status: str
    remembered: bool
    created_at: datetime

    @classmethod
    def of(cls, turn: Turn) -> "TurnOut":
        return cls.model_validate(turn, from_attributes=True)


class TurnList(BaseModel):
    results: list[TurnOut]
    next: int | None = Field(description="Give it as `before` for the older turns.")


class MemoryList(BaseModel):
    results: list[MemoryOut]
    next: int | None = Field(description="Give it as `before` for the older memories.")


class NewMemoryBody(Body):
    """``POST /v1/memories``: something to remember that nobody said in a chat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "I am allergic to peanuts.", "kind": "fact"}]}
    )

    text: Words
    kind: Literal["fact", "document", "summary"] = "fact"
    role: Role = "user"
    speaker: Identifier | None = None
    created_at: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = Field(
        None, description="When it was true; default: now."
    )


class MemoryPatch(Body):
    text: Words


class SearchBody(Body):
    """``POST /v1/memories/search``: the same read that a chat makes, without the chat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "dog", "top_k": 5}]})

    query: Words
    top_k: int = Field(10, ge=1, le=100)
    kind: Kind | None = None
    conversation_id: Identifier | None = None


class SearchOut(BaseModel):
    results: list[MemoryRead]
    head: str
    null_weight: float


class Forgotten(BaseModel):
    forgotten: int = Field(description="How many memories were erased.")


class ErrorBody(BaseModel):
    message: str
    type: str
    param: str | None
    code: str
    request_id: str | None


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: ErrorBody


class Health(BaseModel):
    status: Literal["ok"] = "ok"


def _fields(slot: Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "memory": slot.text,
        "kind": slot.kind,
        "role": slot.role,
        "speaker": slot.speaker,
        "conversation_id": slot.conversation_id,
        "created_at": slot.created_at,
    }
