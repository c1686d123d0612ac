"""Requests of OpenAI's chat completions that go to an engine elsewhere.

Only what the service itself needs is validated. The engine judges the rest.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.schemas.openai import CompletionMemoryOptions
from app.field_types import OptionalIdentifier, Text

# Fields of this service, which the engine does not get. It does not learn who asks.
_OURS = {"user", "memory", "conversation_id"}


class PassThroughBody(BaseModel):
    """``POST /v1/chat/completions``: any field of the engine's. ``memory`` and ``conversation_id``
    are extensions.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={
            "examples": [{"messages": [{"role": "user", "content": "What is my dog's name?"}]}]
        },
    )

    model: Annotated[Text, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Default: the first of `/v1/models`."
    )
    messages: Annotated[
        list[dict[str, Any]], Field(min_length=1, max_length=10_000, fail_fast=True)
    ]
    stream: bool | None = None
    user: OptionalIdentifier = Field(None, description="User name, as in the header X-User-Id.")
    memory: CompletionMemoryOptions | None = None
    conversation_id: OptionalIdentifier = Field(
        None, description="Default: the conversation with these messages, or a new one."
    )

    @property
    def for_engine(self) -> dict[str, Any]:
        """The request as it was sent, without what is meant for this service."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - _OURS}
        return {**sent, **(self.model_extra or {})}
