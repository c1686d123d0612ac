"""Requests and responses of the chat, and of conversations. Unknown fields are refused."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.schemas.memories import ReadingOut
from app.api.schemas.openai_messages import ChatMessage
from app.field_types import (
    Body,
    Identifier,
    NonEmptyText,
    OptionalIdentifier,
    StopText,
    Text,
    TimeZoneName,
)
from memory.repositories.conversations import Conversation, Turn
from memory.types import Role
from models.language.base import Sampling, Usage


class MemoryOptions(Body):
    """Use of the memory by one request.

    Turns of a chat with neither ``read`` nor ``write`` stay in its conversation until that is
    deleted, and are never read as memories.
    """

    read: bool = Field(True, description="Read the memory for this message.")
    write: bool = Field(True, description="Remember this message and its reply.")
    budget_tokens: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="Limit of memories in the prompt, in tokens. "
        "Default: the setting TAPEHEAD_MEMORY_BUDGET_TOKENS.",
    )

    def budget(self, default: int) -> int:
        return default if self.budget_tokens is None else self.budget_tokens


class UserNamed(Body):
    user: Identifier | None = Field(
        None,
        description="User name, as in the header X-User-Id. Default: 'local', without API keys.",
    )


class SamplingOptions(UserNamed):
    """Sampling of the reply's tokens. Defaults: the service's settings."""

    temperature: float | None = Field(None, ge=0, le=2, description="0: greedy.")
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
    """``POST /v1/chat``: one message. The service adds history and memories."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "What is my dog's name?", "stream": False}]}
    )

    message: NonEmptyText
    conversation_id: Identifier | None = Field(None, description="Default: a new conversation.")
    replaces: Identifier | None = Field(
        None,
        description="Id of the turn that this message replaces. It and all later turns of the "
        "conversation are erased.",
    )
    system: Text | None = Field(None, description="System prompt. Default: the service's.")
    stream: bool = False
    background: bool = Field(
        False, description="Finish the reply even if the client disconnects. Get it by its id."
    )
    memory: MemoryOptions = MemoryOptions()
    timezone: TimeZoneName | None = None

    @model_validator(mode="after")
    def _replaces_in_a_conversation(self) -> Self:
        if self.replaces is not None and self.conversation_id is None:
            raise ValueError("replaces needs the conversation_id of the turn")
        return self


class ExternalChatBody(UserNamed):
    """A chat as its client shows it, for a model that the client asks itself."""

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000, fail_fast=True)]
    conversation_id: OptionalIdentifier = Field(
        None, description="Default: the conversation with these messages, or a new one."
    )


class RecallBody(ExternalChatBody):
    """``POST /v1/chat/recall``: a chat, whose last message of the user is to be answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"messages": [{"role": "user", "content": "What is my dog's name?"}]}]
        }
    )

    budget_tokens: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="Limit of the text, in tokens. "
        "Default: the setting TAPEHEAD_MEMORY_BUDGET_TOKENS.",
    )
    timezone: TimeZoneName | None = None


class RecallOut(BaseModel):
    text: str = Field(description="Text to put before the message. Empty: nothing is relevant.")
    reading: ReadingOut | None = Field(description="What was read. It is not stored.")
    ignored: list[str] = Field(description="Parts of the messages that are not used.")


class ExchangeBody(ExternalChatBody):
    """``POST /v1/chat/exchanges``: a chat with the answer of another model at its end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "messages": [
                        {"role": "user", "content": "My dog is called Biscuit."},
                        {"role": "assistant", "content": "Noted."},
                    ]
                }
            ]
        }
    )

    model: Annotated[Identifier, Field(description="Name of the model.")] = "external"
    append: bool = Field(
        False,
        description="Add the exchange behind what is stored of the conversation, which must have "
        "an id. Nothing is replaced, and earlier messages do not count. The same exchange as the "
        "last one is not stored twice.",
    )


class ExchangeOut(BaseModel):
    """The ids of what was stored; null if nothing was."""

    conversation_id: str | None
    question_id: str | None
    answer_id: str | None
    ignored: list[str] = Field(description="Parts of the messages that are not used.")


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
    """The ids of a reply, known before its first token."""

    id: str
    conversation_id: str
    question_id: str | None
    model: str
    created_at: datetime


class ReplyOut(ReplyStarted):
    """A reply. It is complete if ``status`` is, otherwise the part that was generated."""

    status: Literal["pending", "complete", "aborted", "failed"]
    message: str
    finish_reason: Literal["stop", "length"] | None
    memory: ReadingOut | None
    usage: UsageOut
    timings: dict[str, float] = Field(description="Duration of each step, in milliseconds.")
    error: str | None = None


class ConversationOut(BaseModel):
    id: str
    title: str | None
    preview: str | None = Field(description="Beginning of its first turn.")
    turns: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        return cls.model_validate(conversation, from_attributes=True)


class ConversationList(BaseModel):
    results: list[ConversationOut]


class ConversationPatch(Body):
    title: Annotated[NonEmptyText, Field(max_length=200)]


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
    next: int | None = Field(
        description="Value of `before` that lists older turns; null if there are none."
    )


class ErrorBody(BaseModel):
    message: str
    type: str
    param: str | None
    code: str
    request_id: str | None


class ErrorOut(BaseModel):
    """Body of every error."""

    error: ErrorBody


class Health(BaseModel):
    status: Literal["ok"] = "ok"
