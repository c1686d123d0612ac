"""From a request of another interface to ``CompletionBody``, and what every reply reports back."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.dialects.ignored import Notes
from app.api.schemas.memories import ReadingOut
from app.api.schemas.open_body import Part, Stop
from app.api.schemas.openai import CompletionBody
from app.chat.live_reply import LiveReply
from app.errors import Unsupported
from models.language.base import Message

_TEXTS = (None, "text", "input_text", "output_text")
_MOST_STOPS = 4


class Translation(Notes):
    """The messages of one request in the words of chat completions, and what has no effect."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, str]] = []
        self._last_is_result = False

    def say(self, role: str, text: str) -> None:
        """Add a message."""
        self.messages.append({"role": role, "content": text})
        self._last_is_result = self._last_is_result and role != "user"

    def tool_result(self) -> None:
        """Note a tool's result, which the model does not see."""
        self._last_is_result = True

    def text(self, place: str, content: str | Iterable[Part] | None, *, between: str = "") -> str:
        """The text of a message, its parts joined by ``between``. Other parts are ignored."""
        if content is None or isinstance(content, str):
            return content or ""
        texts = []
        for part in content:
            if part.type in _TEXTS and part.text is not None:
                texts.append(part.text)
            else:
                self.ignore_part(place, part.type)
        return between.join(texts)

    def tools(self, tools: Sequence[Any] | None, choice: Any) -> None:
        """Ignore tools that the model may call. Raises Unsupported where it must."""
        if _requires_a_tool(choice):
            raise Unsupported(
                "tool_choice", "tool_choice cannot require a tool: tools are never called."
            )
        if tools:
            self.ignore("tools")

    def stops(self, stop: Stop | None) -> list[str]:
        """The first texts at which the answer ends."""
        given = [each for each in ([stop] if isinstance(stop, str) else stop or ()) if each]
        if len(given) > _MOST_STOPS:
            self.ignore(f"stop: all but the first {_MOST_STOPS}")
        return given[:_MOST_STOPS]

    def prompt(self, system: str) -> tuple[str, list[Message]]:
        """The system prompt, or the given one if there is none, and the other messages.

        Raises Unsupported.
        """
        self._check()
        first = [each["content"] for each in self.messages if each["role"] == "system"]
        others = [
            Message("assistant" if each["role"] == "assistant" else "user", each["content"])
            for each in self.messages
            if each["role"] != "system"
        ]
        return "\n\n".join(first) or system, others

    def complete(self, **fields: Any) -> CompletionBody:
        """The request with these fields; None is left out.

        Raises Unsupported and, as FastAPI does for a body, RequestValidationError.
        """
        self._check()
        given = {name: value for name, value in fields.items() if value is not None}
        try:
            return CompletionBody.model_validate(given | {"messages": self.messages})
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None

    def _check(self) -> None:
        if self._last_is_result:
            raise Unsupported(
                "messages",
                "The last message must be from the user. Results of tools are not supported.",
            )
        if all(each["role"] == "system" for each in self.messages):
            raise Unsupported("messages", "The request has no message of the user.")


def _requires_a_tool(choice: Any) -> bool:
    if isinstance(choice, dict):
        kind = choice.get("type")
        choice = choice.get("mode") if kind == "allowed_tools" else kind
    return choice not in (None, "auto", "none")


def memory_object(reply: LiveReply, ignored: Sequence[str]) -> dict[str, Any]:
    """The field ``memory`` of an answer: its ids, what was read, and what had no effect."""
    read = reply.memories_read
    reading = ReadingOut.of(read.reading, read.memories) if read else None
    return {
        "reply_id": reply.turn.id,
        "conversation_id": reply.turn.conversation_id,
        "reading": reading.model_dump(mode="json") if reading else None,
        "ignored": [*reply.ignored, *ignored],
    }
