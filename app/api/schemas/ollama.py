"""Requests of Ollama's API."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field

from app.api.schemas.open_body import (
    MOST_MESSAGES,
    ChatExtensions,
    ModelName,
    OpenBody,
    Stop,
    Tools,
)
from app.field_types import Text


class Options(OpenBody):
    """Sampling. Values that Ollama takes and this service does not are brought into its range."""

    num_predict: int | None = Field(None, description="Most tokens of the answer, if positive.")
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, ge=0)
    stop: Stop | None = None
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)


class OllamaMessage(OpenBody):
    role: Text
    content: Text | None = None
    images: list[Any] | None = None
    tool_calls: list[Any] | None = None
    thinking: Text | None = None
    tool_name: Text | None = None


class GenerationBody(ChatExtensions):
    """What ``/api/chat`` and ``/api/generate`` have in common."""

    model: ModelName
    stream: bool | None = Field(None, description="Default: true.")
    options: Options | None = None
    format: Any = Field(None, description="`json`, or a JSON schema.")
    think: Any = None
    keep_alive: Any = None

    @property
    def response_format(self) -> dict[str, Any] | None:
        """The format in the words of chat completions."""
        if self.format in (None, ""):
            return None
        if isinstance(self.format, dict):
            schema = {"name": "format", "schema": self.format}
            return {"type": "json_schema", "json_schema": schema}
        return {"type": "json_object"}


class OllamaChatBody(GenerationBody):
    """``POST /api/chat``. Without messages, it only asks whether the model is there."""

    messages: (
        Annotated[list[OllamaMessage], Field(max_length=MOST_MESSAGES, fail_fast=True)] | None
    ) = None
    tools: Tools | None = None


class OllamaGenerateBody(GenerationBody):
    """``POST /api/generate``. Without a prompt, it only asks whether the model is there."""

    prompt: Text | None = None
    system: Text | None = None
    suffix: Text | None = Field(None, description="Refused unless empty.")
    images: list[Any] | None = None
    context: list[int] | None = None


class OllamaShowBody(OpenBody):
    """``POST /api/show``."""

    # Older clients say name.
    model: ModelName = Field(validation_alias=AliasChoices("model", "name"))


class OllamaErrorOut(BaseModel):
    """Body of every error: ``error`` is the message."""

    error: str
    type: str
    param: str | None
    code: str
    request_id: str | None
