"""The responses of a server with OpenAI's protocol, and its errors as ours.

The shapes are validated. A server's messages go into no log, because they may quote the prompt or
the API key. Only ``refusal_of`` repeats one, to the client whose request was refused.
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import AliasChoices, AliasPath, BaseModel, Field, ValidationError

from models.language.base import (
    ContextTooLong,
    LanguageModelError,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelUnreachable,
    RequestRefused,
    Usage,
)

# How OpenAI, llama.cpp and vLLM report that a prompt is too long.
_TOO_LONG = ("context_length_exceeded", "exceed_context_size", "maximum context length")
# Statuses that say something of the request, and not of the service.
_ABOUT_REQUEST = (400, 404, 413, 415, 422)
_LONGEST_MESSAGE = 500  # characters
_LONGEST_NAME = 64


class ModelCard(BaseModel):
    """One model of ``GET /models``."""

    id: str
    created: float | None = None
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
    def ends(self) -> bool:
        """Whether little or nothing follows it."""
        return bool(self.finish_reason)

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


def refusal_of(status: int, content: str, secrets: Sequence[str]) -> LanguageModelError:
    """The error for a client's own request that the server refuses: with the server's message,
    without ``secrets``, if the status is about the request.
    """
    told = _told(content)
    message = told.get("message")
    if status not in _ABOUT_REQUEST or not isinstance(message, str):
        return error_of(status, content)
    for secret in secrets:
        message = message.replace(secret, "…")
    message = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    code = "context_length_exceeded" if is_too_long(content) else _name(told.get("code"))
    return RequestRefused(status, message[:_LONGEST_MESSAGE], _name(told.get("param")), code)


def _told(content: str) -> dict[str, Any]:
    """The fields of an error, in the shapes of OpenAI, vLLM, llama.cpp, Ollama and FastAPI."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    error = body.get("error") or body
    if isinstance(error, str):
        return {"message": error}
    if not isinstance(error, dict):
        return {}
    detail = error.get("detail")
    if "message" not in error and detail:
        return {"message": detail if isinstance(detail, str) else json.dumps(detail)}
    return error


def _name(value: object) -> str | None:
    """The name of a field or an error, if it is one."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not value.isprintable():
        return None
    return value or None
