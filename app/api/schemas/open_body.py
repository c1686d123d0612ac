"""Bodies of other services' interfaces: unknown fields are accepted, and reported by their name.

Texts are checked as everywhere; what has no effect here is not looked into.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.api.schemas.openai import CompletionMemoryOptions
from app.field_types import Identifier, Text

MOST_MESSAGES = 10_000
NEUTRAL: tuple[Any, ...] = (None, False, 0, "", [], {})
"""Values that ask for nothing."""

ModelName = Annotated[Text, Field(min_length=1, max_length=200)]
Tools = Annotated[list[dict[str, Any]], Field(fail_fast=True)]
Stop = Annotated[list[Text], Field(max_length=100, fail_fast=True)] | Text


class OpenBody(BaseModel):
    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True)

    @property
    def unknown(self) -> list[str]:
        """The names of unknown fields whose value is not neutral."""
        return [name for name, value in (self.model_extra or {}).items() if value not in NEUTRAL]


class Part(OpenBody):
    """A part of a message: a text, or another type that is ignored."""

    type: Text | None = None
    text: Text | None = None


def inner_parts(content: object) -> list[Part]:
    """The parts of a content that no schema looks into. One of a wrong type is empty."""
    given = (
        [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
    )
    parts = []
    for each in given:
        try:
            parts.append(Part.model_validate(each))
        except ValidationError:
            parts.append(Part())
    return parts


Parts = Annotated[list[Part], Field(max_length=MOST_MESSAGES, fail_fast=True)]


class ChatExtensions(OpenBody):
    """What every chat route takes beside the fields of its own interface."""

    memory: CompletionMemoryOptions | None = None
    conversation_id: Identifier | None = Field(
        None, description="Default: the conversation with these messages, or a new one."
    )
