"""Requests of OpenAI's chat completions.

A parameter that the service does not support is refused, unless its value is the default.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.chat import MemoryOptions, SamplingOptions
from app.errors import Unsupported
from app.field_types import Body, Identifier, Text, TimeZoneName
from app.thoughts import without_thoughts
from models.language.base import Message

# Unsupported parameters, with the values that change nothing.
_ACCEPTED: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "response_format": ({"type": "text"},),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "modalities": (["text"],),
    "service_tier": ("auto", "default"),
}


class TextPart(Body):
    type: Literal["text"]
    text: Text


class ChatMessage(Body):
    role: Literal["system", "developer", "user", "assistant"]
    content: Text | Annotated[list[TextPart], Field(fail_fast=True)]
    name: Identifier | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class StreamOptions(Body):
    include_usage: bool = False
    include_obfuscation: bool = False


class CompletionMemoryOptions(MemoryOptions):
    timezone: TimeZoneName | None = None


class CompletionBody(SamplingOptions):
    """``POST /v1/chat/completions``. ``memory`` and ``conversation_id`` are extensions."""

    model: Annotated[Text, Field(max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000, fail_fast=True)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    metadata: dict[Text, Text] | None = None
    store: bool | None = None
    memory: CompletionMemoryOptions = CompletionMemoryOptions()
    conversation_id: Identifier | None = Field(
        None, description="Default: the conversation with these messages, or a new one."
    )

    n: Any = None
    frequency_penalty: Any = None
    presence_penalty: Any = None
    logit_bias: Any = None
    logprobs: Any = None
    top_logprobs: Any = None
    response_format: Any = None
    tools: Annotated[list[dict[str, Any]], Field(fail_fast=True)] | None = Field(
        None,
        exclude=True,  # so that the request's hash does not depend on it
        description="Accepted, but never called: `tool_choice` cannot be `required`.",
    )
    tool_choice: Any = None
    functions: Any = None
    function_call: Any = None
    parallel_tool_calls: Any = None
    modalities: Any = None
    service_tier: Any = None

    def check_supported(self) -> None:
        """Raises Unsupported."""
        for name, accepted in _ACCEPTED.items():
            value = getattr(self, name)
            # By type too: 1 == True, but n=true is not n=1.
            if value is not None and not any(
                value == one and isinstance(value, bool) == isinstance(one, bool)
                for one in accepted
            ):
                raise Unsupported(name, f"{name} is not supported with this value. Leave it out.")
        if self.messages[-1].role != "user" or not self.messages[-1].text.strip():
            raise Unsupported("messages", "The last message must be from the user, and not empty.")

    @property
    def system(self) -> str | None:
        """The system prompt of the messages, or None."""
        said = [m.text for m in self.messages if m.role in ("system", "developer")]
        return "\n\n".join(said) if said else None

    @property
    def history(self) -> tuple[Message, ...]:
        """The messages before the last one, answers without their thoughts."""
        return tuple(
            Message("user", m.text)
            if m.role == "user"
            else Message("assistant", without_thoughts(m.text))
            for m in self.messages[:-1]
            if m.role in ("user", "assistant")
        )
