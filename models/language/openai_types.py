"""The responses of a server with OpenAI's protocol, and its errors as ours.

The shapes are validated. A server's messages go into no error and no log, because they may quote
the prompt or the API key.
"""

from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, Field, ValidationError

from models.language.base import (
    ContextTooLong,
    LanguageModelError,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelUnreachable,
    Usage,
)

# How OpenAI, llama.cpp and vLLM report that a prompt is too long.
_TOO_LONG = ("context_length_exceeded", "exceed_context_size", "maximum context length")


class ModelCard(BaseModel):
    """One model of ``GET /models``."""

    id: str
    owned_by: str | None = None
    window: int | None = Field(
        None,
        validation_alias=AliasChoices(
            "max_model_len",  # vLLM
            "context_length",  # OpenRouter
            "context_window",  # Groq
            AliasPath("meta", "n_ctx"),  # llama.cpp
        ),
    )


class ModelList(BaseModel):
    data: list[ModelCard]


class ChunkUsage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = Field(
        None, validation_alias=AliasPath("prompt_tokens_details", "cached_tokens")
    )

    def as_usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.completion_tokens, self.cached_tokens or 0)


class Chunk(BaseModel):
    """One event of a streamed answer, with at most one choice."""

    choices: list[Any] = Field(default_factory=list, max_length=1)
    content: str | None = Field(None, validation_alias=AliasPath("choices", 0, "delta", "content"))
    finish_reason: str | None = Field(
        None, validation_alias=AliasPath("choices", 0, "finish_reason")
    )
    usage: ChunkUsage | None = None
    error: Any = None

    @property
    def text(self) -> str:
        """Without NUL characters, which databases do not store."""
        return (self.content or "").replace("\0", "")


def read_chunk(data: str) -> Chunk:
    """One event. Raises ModelFailed if it is malformed or reports an error, ContextTooLong."""
    try:
        chunk = Chunk.model_validate_json(data)
    except ValidationError:
        raise ModelFailed("the engine sent a malformed part of its answer") from None
    if chunk.error is not None:
        if is_too_long(str(chunk.error)):
            raise ContextTooLong
        raise ModelFailed("the engine failed while it answered")
    return chunk


def is_too_long(message: str) -> bool:
    """Whether a server's error says that the prompt, or prompt and answer, exceed the window."""
    return any(code in message.lower() for code in _TOO_LONG)


def error_of(status: int, message: str) -> LanguageModelError:
    """The error for a response that is not successful."""
    if status in (400, 413, 422, 500) and is_too_long(message):
        return ContextTooLong()
    if status in (401, 403):
        return ModelRefused("the engine does not accept the API key of the service")
    if status in (404, 405) or 300 <= status < 400:
        return ModelRefused("the engine has no such model, or its URL is wrong (…/v1?)")
    if status in (429, 503):
        return ModelBusy("the engine is overloaded")
    if status in (502, 504):
        return ModelUnreachable("a proxy does not reach the engine")
    if status < 500:
        return ModelRefused(f"the engine refused the request (status {status})")
    return ModelFailed(f"the engine failed (status {status})")
