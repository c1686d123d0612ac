"""Messages of OpenAI's chat completions, as clients send them.

Clients send back what they were given, and what other models gave them. Every field and every kind
of part is accepted; ``ChatMessage.ignored`` names those that are not used.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

from app.api.schemas.added_blocks import without_attached
from app.field_types import Text, storable

# Kinds of parts with a text, and its field there.
_TEXT_FIELDS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
# Fields of a message that say nothing to a model.
_BOOKKEEPING = frozenset(
    (
        "id",
        "type",
        "object",
        "index",
        "status",
        "created",
        "created_at",
        "timestamp",
        "finish_reason",
    )
)
OWN_CALL = "call_th_"
"""The beginning of the ids of calls that the service made. Their arguments were its answer."""
_LONGEST_NAME = 128  # characters of a speaker

Part = str | dict[str, Any]


def _checked_content(content: Any) -> Any:
    if isinstance(content, str):
        return storable(content)
    if isinstance(content, list):
        for number, part in enumerate(content):
            if not isinstance(part, str | dict):
                raise ValueError(f"part {number} must be a text or an object")
            text = _text_of(part)
            if text is not None and not isinstance(text, str):
                raise ValueError(f"part {number} must have a text")
            storable(text or "")
    elif content is not None:
        raise ValueError("must be a text or a list of parts")
    return content


def _text_of(part: Part) -> Any:
    """The text of a part, as it was sent; None for a part of another kind."""
    if isinstance(part, str):
        return part
    kind = part.get("type") or "text"
    return part.get(_TEXT_FIELDS[kind]) if isinstance(kind, str) and kind in _TEXT_FIELDS else None


def _kind_of(part: Part) -> str | None:
    """The kind of a part without a text; None for one that is used, or empty."""
    kind = "text" if isinstance(part, str) else part.get("type")
    if kind is None:
        return None if _text_of(part) else "part"
    if not isinstance(kind, str):
        return "part"
    return None if kind in _TEXT_FIELDS else kind


def _as_written(arguments: str) -> str | None:
    """Arguments in the layout of the service's answers: clients may write them anew."""
    try:
        return storable(json.dumps(json.loads(arguments), ensure_ascii=False))
    except (ValueError, RecursionError):  # an answer that was cut off
        pass
    try:
        return storable(arguments)
    except ValueError:
        return None


class ChatMessage(BaseModel):
    """One message. Its unused fields are kept as they were sent, in ``model_extra``."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={"examples": [{"role": "user", "content": "What is my dog's name?"}]},
    )

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[
        Any,
        AfterValidator(_checked_content),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "array",
                        "items": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                    },
                    {"type": "null"},
                ]
            }
        ),
    ] = None
    name: Text | None = None
    refusal: Text | None = None

    @property
    def text(self) -> str:
        """The text of the content and its parts; of a message without any, its refusal or the
        arguments of the service's own call. Files that Open WebUI lists above it are left out.
        """
        parts = [self.content] if isinstance(self.content, str) else self.content or ()
        texts = [_text_of(part) for part in parts]
        text = "".join(text for text in texts if text) or self.refusal
        if text and self.role == "user":
            text = without_attached(text)
        return text or (self._own_arguments if self.role == "assistant" else None) or ""

    @property
    def speaker(self) -> str | None:
        """The name, unless it only repeats the role or is not printable in 128 characters."""
        name = self.name or ""
        usable = name.strip() and name.isprintable() and len(name) <= _LONGEST_NAME
        return name if usable and name.casefold() != self.role else None

    @property
    def _own_arguments(self) -> str | None:
        """The arguments of a call that the service made, as it wrote them; None without one."""
        match (self.model_extra or {}).get("tool_calls"):
            case [{"id": str(id_), "function": {"arguments": str(arguments)}}]:
                return _as_written(arguments) if id_.startswith(OWN_CALL) else None
        return None

    @property
    def calls_tools(self) -> bool:
        extra = self.model_extra or {}
        return bool(extra.get("tool_calls") or extra.get("function_call"))

    @property
    def ignored(self) -> list[str]:
        """The names of fields and the kinds of parts with a value that is not used."""
        extra = self.model_extra or {}
        fields = [name for name, value in extra.items() if value and name not in _BOOKKEEPING]
        if "tool_calls" in fields and self._own_arguments is not None:
            fields.remove("tool_calls")
        if self.name and self.speaker is None and self.name.casefold() != self.role:
            fields.append("name")
        parts = self.content if isinstance(self.content, list) else []
        return fields + [kind for part in parts if (kind := _kind_of(part)) is not None]
