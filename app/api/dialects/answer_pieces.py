"""The pieces of a reply in their order, whichever model answers, for interfaces that translate."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from app.chat.live_reply import Delta, Done, Failed, Forwarded, LiveReply
from models.language.pass_through.pieces import CallPart, Piece, PieceReader, Text, Thought


async def pieces(reply: LiveReply) -> AsyncIterator[Piece | Done | Failed]:
    """The pieces of the answer, then its end."""
    reader = PieceReader()
    async for event in reply.events():
        match event:
            case Delta(text) if not reply.forwarded:
                yield Text(text)
            case Forwarded(answer):
                for piece in reader.read(answer):
                    yield piece
            case Done() | Failed():
                yield event


@dataclass(slots=True)
class Call:
    """A whole call of a tool. ``arguments`` is JSON, unless the model wrote something else."""

    id: str
    name: str
    arguments: str = ""

    @property
    def as_object(self) -> dict[str, Any]:
        """The arguments. What is no JSON object is in ``arguments`` of one."""
        try:
            read = json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            read = self.arguments
        return read if isinstance(read, dict) else {"arguments": read}


@dataclass(slots=True)
class Answer:
    """What the pieces come to."""

    text: str = ""
    thoughts: str = ""
    calls: list[Call] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        match piece:
            case Text(text):
                self.text += text
            case Thought(text):
                self.thoughts += text
            case CallPart(number, id_, name, arguments):
                if number == len(self.calls):
                    self.calls.append(Call(id_, name))
                self.calls[number].arguments += arguments


async def answer_of(reply: LiveReply) -> Answer:
    """All of a reply that has ended."""
    answer = Answer()
    async for piece in pieces(reply):
        if isinstance(piece, Text | Thought | CallPart):
            answer.add(piece)
    return answer


def finish_reason(reply: LiveReply, done: Done) -> str:
    """``stop``, ``length``, ``tool_calls``, or another that the engine names."""
    if done.finish.calls_tools:
        return "tool_calls"
    said = (answer.finish_reason for answer in reversed(reply.answers))
    given = next((reason for reason in said if reason), None)
    return given if given == "content_filter" else done.finish.reason
