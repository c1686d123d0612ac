"""OpenAI's shapes of chat completions, and what of them this service understands.

A parameter that is understood is honoured. One that is known but cannot be honoured is refused
unless it asks for what happens anyway. One that is unknown is refused: silently ignoring it would
be a lie.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.schemas.chat import MemoryOptions, SamplingOptions
from app.errors import Unsupported
from app.field_types import Body, Identifier, Text
from models.language.base import Message

# Known parameters with the values that ask for nothing that does not happen anyway.
_HARMLESS: dict[str, tuple[Any, ...]] = {
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


class CompletionBody(SamplingOptions):
    """``POST /v1/chat/completions``. ``memory`` and ``conversation_id`` are this service's own."""

    model: Annotated[Text, Field(max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=10_000, fail_fast=True)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    metadata: dict[Text, Text] | None = None
    store: bool | None = None
    memory: MemoryOptions = MemoryOptions()
    conversation_id: Identifier | None = Field(
        None, description="Left out: recognised by the messages, or a new one."
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
        exclude=True,  # no part of the request: with and without them the answer is the same
        description="Taken, and none is ever called; so `tool_choice` cannot be `required`.",
    )
    tool_choice: Any = None
    functions: Any = None
    function_call: Any = None
    parallel_tool_calls: Any = None
    modalities: Any = None
    service_tier: Any = None

    def refuse_what_cannot_be_honoured(self) -> None:
        """Raises Unsupported."""
        for name, harmless in _HARMLESS.items():
            value = getattr(self, name)
            # By type too: 1 == True, and n=true is not n=1.
            if value is not None and not any(
                value == one and isinstance(value, bool) == isinstance(one, bool)
                for one in harmless
            ):
                raise Unsupported(name, f"{name} is not supported here with this value")
        if self.messages[-1].role != "user" or not self.messages[-1].text.strip():
            raise Unsupported("messages", "the last message must be the user's, and not empty")

    @property
    def system(self) -> str | None:
        """What the client says as system or developer, or None if it says nothing."""
        said = [m.text for m in self.messages if m.role in ("system", "developer")]
        return "\n\n".join(said) if said else None

    @property
    def history(self) -> tuple[Message, ...]:
        """The chat before the last message."""
        return tuple(
            Message("user" if m.role == "user" else "assistant", m.text)
            for m in self.messages[:-1]
            if m.role in ("user", "assistant")
        )
