"""Requests of OpenAI's chat completions.

Fields that the service does not know are accepted, as is ``null`` for every field that may be left
out. ``completion_parameters.py`` reports the values that are not used.
"""

import hashlib
import json
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.api.schemas.chat import MemoryOptions
from app.api.schemas.openai_messages import ChatMessage
from app.field_types import Body, OptionalIdentifier, Text, TimeZoneName


def _not_boolean(value: Any) -> Any:
    if isinstance(value, bool):  # which pydantic takes for 0 and 1
        raise ValueError("must be a number")
    return value


Integer = Annotated[int, BeforeValidator(_not_boolean)]
Number = Annotated[float, BeforeValidator(_not_boolean)]


class StreamOptions(Body):
    model_config = ConfigDict(extra="allow")

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


# A boolean that is true where ``null`` or nothing is sent.
Yes = Annotated[
    bool,
    BeforeValidator(lambda value: True if value is None else value),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "null"}]}),
]


class CompletionMemoryOptions(MemoryOptions):
    """Unknown options are refused here: one may be a misspelt ``write``."""

    read: Yes = Field(True, description="Read the memory for this message.")
    write: Yes = Field(True, description="Remember this message and its reply.")
    timezone: TimeZoneName | None = None


class CompletionBody(Body):
    """``POST /v1/chat/completions``. ``memory`` and ``conversation_id`` are extensions."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[Text, Field(max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000, fail_fast=True)]
    user: OptionalIdentifier = Field(
        None, description="User name, as in the header X-User-Id. An empty one names nobody."
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    memory: CompletionMemoryOptions | None = None
    conversation_id: OptionalIdentifier = Field(
        None, description="Default: the conversation with these messages, or a new one."
    )

    temperature: Number | None = Field(None, description="From 0 (greedy) to 2.")
    top_p: Number | None = Field(None, description="From 0 (excluded) to 1.")
    max_tokens: Integer | None = Field(
        None, description="Default, also for less than 1: the setting TAPEHEAD_MAX_TOKENS."
    )
    max_completion_tokens: Integer | None = Field(None, description="Counts before max_tokens.")
    seed: Integer | None = None
    stop: Annotated[list[Text], Field(fail_fast=True)] | Text | None = None

    # The JSON of the answer (answer_format.py).
    response_format: dict[str, Any] | None = None
    tools: Annotated[list[dict[str, Any]], Field(fail_fast=True)] | None = None
    tool_choice: Text | dict[str, Any] | None = None

    # Not used by the model in this process: other values than the defaults are reported.
    n: Integer | None = None
    frequency_penalty: Number | None = None
    presence_penalty: Number | None = None
    logit_bias: dict[str, Any] | None = None
    logprobs: bool | None = None
    top_logprobs: Integer | None = None
    functions: Annotated[list[dict[str, Any]], Field(fail_fast=True)] | None = None
    function_call: Text | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    modalities: Annotated[list[Text], Field(fail_fast=True)] | None = None
    service_tier: Text | None = None
    metadata: dict[Text, Any] | None = None
    store: bool | None = None

    @property
    def memory_options(self) -> CompletionMemoryOptions:
        return self.memory or CompletionMemoryOptions()

    def digest(self) -> str:
        """Hash of what the reply depends on, for the idempotency key of the request."""
        used = self.model_dump(mode="json", include=_USED)
        messages = [(each.role, each.name, each.text) for each in self.messages]
        return hashlib.sha256(json.dumps([used, messages]).encode()).hexdigest()


_USED = {
    *("model", "user", "memory", "conversation_id", "temperature", "top_p", "seed", "stop"),
    *("max_tokens", "max_completion_tokens", "response_format", "tools", "tool_choice"),
}
