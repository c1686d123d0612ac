"""Requests of Anthropic's Messages API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.open_body import (
    MOST_MESSAGES,
    ChatExtensions,
    ModelName,
    OpenBody,
    Parts,
    Stop,
    Tools,
)
from app.field_types import Text


class AnthropicMessage(OpenBody):
    role: Literal["user", "assistant", "system"]
    content: Text | Parts


class Metadata(OpenBody):
    user_id: Text | None = None


class OutputConfig(OpenBody):
    format: dict[str, Any] | None = None

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The format in the words of chat completions."""
        if self.format is None or self.format.get("type") != "json_schema":
            return self.format
        schema = {"name": "output", "schema": self.format.get("schema")}
        return {"type": "json_schema", "json_schema": schema}


class CountTokensBody(ChatExtensions):
    """``POST /v1/messages/count_tokens``."""

    model: ModelName
    messages: Annotated[
        list[AnthropicMessage], Field(min_length=1, max_length=MOST_MESSAGES, fail_fast=True)
    ]
    system: Text | Parts | None = None
    tools: Tools | None = None
    tool_choice: Any = None
    output_config: OutputConfig | None = None


class MessagesBody(CountTokensBody):
    """``POST /v1/messages``. ``memory`` and ``conversation_id`` are extensions."""

    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    stop_sequences: Stop | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    stream: bool | None = None
    metadata: Metadata | None = Field(
        None,
        description="`user_id` is the user name if the key is an app's and no header names one.",
    )
    thinking: dict[str, Any] | None = None
    service_tier: Any = None
