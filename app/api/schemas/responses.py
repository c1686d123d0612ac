"""Requests of OpenAI's Responses API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.open_body import (
    MOST_MESSAGES,
    ChatExtensions,
    ModelName,
    OpenBody,
    Parts,
    Tools,
)
from app.field_types import Identifier, Text


class Item(OpenBody):
    """An item of ``input``: a message, a reference to one, or another type."""

    type: Text | None = None
    id: Text | None = None
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: Text | Parts | None = None


class ConversationNamed(OpenBody):
    id: Identifier


class TextOptions(OpenBody):
    format: dict[str, Any] | None = None

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The format in the words of chat completions."""
        if self.format is None or self.format.get("type") != "json_schema":
            return self.format
        schema = {name: value for name, value in self.format.items() if name != "type"}
        return {"type": "json_schema", "json_schema": schema}


class ResponsesBody(ChatExtensions):
    """``POST /v1/responses``. ``memory`` and ``conversation_id`` are extensions."""

    model: ModelName
    input: Text | Annotated[list[Item], Field(max_length=MOST_MESSAGES, fail_fast=True)]
    instructions: Text | None = None
    previous_response_id: Identifier | None = Field(
        None, description="Continues after this response. Its instructions do not apply again."
    )
    conversation: Identifier | ConversationNamed | None = Field(
        None, description="Id of a conversation whose messages come first; a new id begins one."
    )
    store: bool | None = Field(None, description="False: nothing of the request is kept.")
    stream: bool | None = None
    background: bool | None = Field(
        None, description="Finish the response even if the client disconnects."
    )
    max_output_tokens: int | None = Field(None, ge=1, le=1_000_000)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    text: TextOptions | None = None
    tools: Tools | None = None
    tool_choice: Any = None
    prompt: Any = Field(None, description="Templates are not supported.")
    user: Identifier | None = None
    # Accepted, and true of every response.
    parallel_tool_calls: Any = None
    stream_options: Any = None
    truncation: Any = None

    @property
    def conversation_named(self) -> str | None:
        if isinstance(self.conversation, ConversationNamed):
            return self.conversation.id
        return self.conversation
