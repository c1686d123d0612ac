"""A chat completion for an engine elsewhere, put together from a request of another interface."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.dialects.ignored import Notes
from app.api.dialects.openai.pass_through.body import PassThroughBody
from app.api.schemas.open_body import Part
from app.errors import Unsupported

Content = str | list[dict[str, Any]]
"""A text, or parts of a message in the words of chat completions."""


class EngineRequest(Notes):
    """The messages and fields of one request, and what of it has no effect."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.fields: dict[str, Any] = {"model": model}

    def set(self, **fields: Any) -> None:
        """Set these fields; None is left out."""
        self.fields |= {name: value for name, value in fields.items() if value is not None}

    def stream(self, stream: bool) -> None:
        """Ask for a stream, with the usage at its end."""
        if stream:
            self.set(stream=True, stream_options={"include_usage": True})

    def say(self, role: str, content: Content) -> None:
        """Add a message. Texts for the system that follow each other are one message.

        The text of an answer that already calls tools stands beside the calls.
        """
        last = self.messages[-1] if self.messages else {}
        if role == "system" == last.get("role") and isinstance(content, str):
            last["content"] += f"\n\n{content}"
            return
        if role == "assistant" and last.get("tool_calls") and last["content"] is None:
            last["content"] = content
        else:
            self.messages.append({"role": role, "content": content})

    def call(self, call_id: str, name: str, arguments: str) -> None:
        """Add the call of a tool to the answer before, or to a new one. ``arguments`` is JSON."""
        if not self.messages or self.messages[-1]["role"] != "assistant":
            self.messages.append({"role": "assistant", "content": None})
        call = {"name": name, "arguments": arguments}
        self.messages[-1].setdefault("tool_calls", []).append(
            {"id": call_id, "type": "function", "function": call}
        )

    def result(self, call_id: str, content: Content) -> None:
        """Add the result of a call."""
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": content})

    def body(self, **ours: Any) -> PassThroughBody:
        """The request, with ``ours``: fields for this service. None is left out.

        Raises Unsupported without a message, and RequestValidationError as FastAPI does.
        """
        if not any(each["role"] not in ("system", "developer") for each in self.messages):
            raise Unsupported("messages", "The request has no message of the user.")
        given = {name: value for name, value in ours.items() if value is not None}
        try:
            return PassThroughBody.model_validate(self.fields | given | {"messages": self.messages})
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None


def text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def image_part(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url, **more}}


def function_tool(
    name: str, description: object, parameters: object, **more: Any
) -> dict[str, Any]:
    """A tool that the model may call. ``parameters`` is a JSON schema of an object."""
    fields = {"description": description, "parameters": parameters, **more}
    given = {field: value for field, value in fields.items() if value is not None}
    return {"type": "function", "function": {"name": name, **given}}


def named_tool(name: str) -> dict[str, Any]:
    """The choice of one tool that the model must call."""
    return {"type": "function", "function": {"name": name}}


def joined(parts: Sequence[dict[str, Any]]) -> Content:
    """The parts as a content: a single text is a text."""
    match parts:
        case []:
            return ""
        case [{"type": "text", "text": str(text)}]:
            return text
    return list(parts)


def names_of(tools: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names of tools that ``function_tool`` made."""
    return {tool["function"]["name"] for tool in tools}


def translated_parts(
    request: EngineRequest,
    place: str,
    content: Iterable[Part],
    translate: Callable[[Part], dict[str, Any] | None],
) -> list[dict[str, Any]]:
    """The parts of a message in the words of chat completions.

    Those for which ``translate`` has none are left out and noted.
    """
    parts = []
    for part in content:
        made = translate(part)
        if made is None:
            request.ignore_part(place, part.type)
        else:
            parts.append(made)
    return parts
