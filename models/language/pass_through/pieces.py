"""The pieces of an engine's answer: texts, thoughts and calls of tools, whatever their fields.

Nothing here trusts a field to be there or to have its type.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.language.pass_through.answers import RawAnswer

# vLLM, DeepSeek, llama.cpp and others; then OpenRouter, Ollama and newer ones.
_THOUGHTS = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    text: str


@dataclass(frozen=True, slots=True)
class CallPart:
    """A part of the call of a tool. ``number`` counts the calls of an answer from 0.

    ``id`` and ``name`` are the same in all parts of a call; their ``arguments`` together are JSON.
    """

    number: int
    id: str
    name: str
    arguments: str


Piece = Text | Thought | CallPart


class PieceReader:
    """Reads the events of one answer in their order, or a whole answer."""

    def __init__(self) -> None:
        self._calls: list[tuple[object, str, str]] = []  # the engine's index; id and name

    def read(self, answer: RawAnswer) -> Iterator[Piece]:
        """The pieces of an event: thoughts, text, calls."""
        message = _first_message(answer.data)
        for field in _THOUGHTS:
            thought = message.get(field)
            if isinstance(thought, str) and thought:
                yield Thought(thought)
                break
        if answer.text:
            yield Text(answer.text)
        calls = message.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                yield from self._call(place, call)

    def _call(self, place: int, call: Mapping[str, Any]) -> Iterator[CallPart]:
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        index, given, name = call.get("index", place), call.get("id"), function.get("name")
        arguments = function.get("arguments")
        if isinstance(arguments, dict):  # a server that does not write them as a text
            arguments = json.dumps(arguments)
        number = self._number(index, given, name)
        if number is None:
            return
        _, id_, name_ = self._calls[number]
        yield CallPart(number, id_, name_, arguments if isinstance(arguments, str) else "")

    def _number(self, index: object, given: object, name: object) -> int | None:
        """The number of the call that this part belongs to; None if it is of no call."""
        for number in range(len(self._calls) - 1, -1, -1):
            known, id_, _ = self._calls[number]
            if known == index:
                # Some servers give all calls the same index, and new ids.
                if isinstance(given, str) and given and given != id_ and name:
                    break
                return number
        if not isinstance(name, str) or not name:
            return None
        id_ = given if isinstance(given, str) and given else f"call_{uuid.uuid4().hex[:24]}"
        self._calls.append((index, id_, name))
        return len(self._calls) - 1


def _first_message(data: str) -> Mapping[str, Any]:
    """The message of the first choice, or what an event adds to it. ``data`` was read before."""
    choices = json.loads(data).get("choices") or []
    first: Mapping[str, Any] = next(
        (each for each in choices if each.get("index") in (0, None)), {}
    )
    message = first.get("delta") or first.get("message")
    return message if isinstance(message, dict) else {}
