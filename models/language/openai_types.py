"""What a server that speaks OpenAI's protocol says: its shapes, and its refusals as our errors.

Nothing of it is trusted: shapes are checked, and its words go into no error and no log, because
they may quote the prompt or the key.
"""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from models.language.base import (
    ContextTooLong,
    LanguageModelError,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelUnreachable,
    Usage,
)

# How servers say that a prompt is too long: OpenAI, llama.cpp, vLLM.
_TOO_LONG = ("context_length_exceeded", "exceed_context_size", "maximum context length")


class Meta(BaseModel):
    n_ctx: int | None = None


class Card(BaseModel):
    """One model of ``GET /models``, with what some servers tell of its window."""

    id: str
    owned_by: str | None = None
    max_model_len: int | None = None  # vLLM
    context_length: int | None = None  # OpenRouter
    context_window: int | None = None  # Groq
    meta: Meta | None = None  # llama.cpp

    @property
    def window(self) -> int | None:
        meta = self.meta.n_ctx if self.meta else None
        return self.max_model_len or self.context_length or self.context_window or meta


class Cards(BaseModel):
    data: list[Card]


class CachedTokens(BaseModel):
    cached_tokens: int | None = None


class UsageTold(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: CachedTokens | None = None

    @property
    def usage(self) -> Usage:
        details = self.prompt_tokens_details
        cached = details.cached_tokens if details else None
        return Usage(self.prompt_tokens, self.completion_tokens, cached or 0)


class Delta(BaseModel):
    content: str | None = None


class Choice(BaseModel):
    delta: Delta = Delta()
    finish_reason: str | None = None


class Chunk(BaseModel):
    """One event of a streamed answer. Of one answer: there is one choice at most."""

    choices: list[Choice] = Field(default_factory=list, max_length=1)
    usage: UsageTold | None = None
    error: Any = None

    @property
    def text(self) -> str:
        """What it adds to the answer, without NULs: no reader sees one, no database keeps one."""
        return "".join(choice.delta.content or "" for choice in self.choices).replace("\0", "")

    @property
    def finish_reason(self) -> str | None:
        return self.choices[0].finish_reason if self.choices else None


def read_chunk(data: str) -> Chunk:
    """One event. Raises ModelFailed if it is none, LanguageModelError if it reports an error."""
    try:
        chunk = Chunk.model_validate_json(data)
    except ValidationError:
        raise ModelFailed("the engine sent what is no part of an answer") from None
    if chunk.error is not None:
        said = str(chunk.error)
        raise ContextTooLong() if too_long(said) else ModelFailed("the engine failed midway")
    return chunk


def too_long(said: str) -> bool:
    """Whether a server's complaint is that the prompt, or prompt and answer, do not fit."""
    return any(mark in said.lower() for mark in _TOO_LONG)


def fault(status: int, said: str) -> LanguageModelError:
    """The error for a response that is none of success, by its status and what its body says."""
    if status in (400, 413, 422, 500) and too_long(said):
        return ContextTooLong()
    if status in (401, 403):
        return ModelRefused("the engine does not accept the key that the service gives it")
    if status in (404, 405) or 300 <= status < 400:
        return ModelRefused("the engine has no such model, or its address is another (…/v1?)")
    if status in (429, 503):
        return ModelBusy("the engine has more to do than it can take")
    if status in (502, 504):
        return ModelUnreachable("the engine is not reached by the proxy before it")
    if status < 500:
        return ModelRefused(f"the engine refuses the request (status {status})")
    return ModelFailed(f"the engine failed (status {status})")
