"""Requests of OpenAI's completions, the interface before chat completions."""

from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.open_body import ChatExtensions, ModelName, Stop
from app.api.schemas.openai import StreamOptions
from app.field_types import Identifier, Text


class LegacyCompletionBody(ChatExtensions):
    """``POST /v1/completions``. ``memory`` and ``conversation_id`` are extensions."""

    model: ModelName
    prompt: Text | Annotated[list[Text | int | list[int]], Field(fail_fast=True)] = Field(
        description="One text, or a list of one. Token lists are refused."
    )
    suffix: Text | None = Field(None, description="Refused unless empty.")
    echo: bool | None = Field(None, description="Repeat the prompt before the answer.")
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    stop: Stop | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    n: int | None = None
    best_of: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: Identifier | None = None
    store: Any = None
    metadata: Any = None
