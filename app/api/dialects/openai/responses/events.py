"""The output of a response, piece by piece, and the events of its stream in order."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dialects.answer_pieces import finish_reason, pieces
from app.api.dialects.openai.responses.forwarded import Loop
from app.api.dialects.openai.responses.shapes import (
    Asked,
    complete,
    failure,
    function_call,
    message,
    of_reply,
    reasoning,
    status_of,
    text_part,
)
from app.chat.live_reply import Done, Failed, LiveReply
from app.errors import error_body
from models.language.pass_through.pieces import CallPart, Piece, Text, Thought

_Event = tuple[str, dict[str, Any]]
"""The kind of an event, and its fields."""


async def whole(reply: LiveReply, done: Done, asked: Asked, loop: Loop | None) -> dict[str, Any]:
    """A response that is over."""
    output = _Output(reply.answer_id)
    async for each in pieces(reply):
        if isinstance(each, Text | Thought | CallPart):
            for _ in output.add(each):
                pass
    for _ in output.close(status_of(finish_reason(reply, done))):
        pass
    if loop is not None:
        loop.end_step(reply, output.items)
    return complete(reply, done, asked, output.items)


async def events(
    reply: LiveReply, asked: Asked, loop: Loop | None
) -> AsyncIterator[ServerSentEvent]:
    """The stream of a response."""
    numbers, output = count(), _Output(reply.answer_id)

    def event(kind: str, fields: dict[str, Any]) -> ServerSentEvent:
        data = {"type": kind, "sequence_number": next(numbers), **fields}
        return streaming.event(kind, data)

    begun = of_reply(reply, asked, "in_progress", [], None)
    yield event("response.created", {"response": begun})
    yield event("response.in_progress", {"response": begun})
    async for each in pieces(reply):
        match each:
            case Text() | Thought() | CallPart():
                for made in output.add(each):
                    yield event(*made)
            case Done():
                for made in output.close(status_of(finish_reason(reply, each))):
                    yield event(*made)
                if loop is not None:
                    loop.end_step(reply, output.items)
                response = complete(reply, each, asked, output.items)
                yield event(f"response.{response['status']}", {"response": response})
            case Failed(error):
                told = error_body(error)["error"]
                named = {name: told[name] for name in ("code", "message", "param")}
                yield event("error", named)
                failed = of_reply(reply, asked, "failed", [], None) | {"error": failure(told)}
                yield event("response.failed", {"response": failed})


@dataclass(slots=True)
class _Output:
    """The items so far: a new one for each change between text, thoughts and calls."""

    answer_id: str
    items: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[int, int] = field(default_factory=dict)  # the place of each call
    open: object = None  # "text", "thought" or the number of a call
    texts: int = 0

    def add(self, piece: Piece) -> Iterator[_Event]:
        match piece:
            case Text(text):
                yield from self._text(text)
            case Thought(text):
                if self.open != "thought":
                    yield from self._begin("thought", reasoning(""))
                self.items[-1]["content"][0]["text"] += text
                place = self._place(len(self.items) - 1, content_index=0)
                yield "response.reasoning_text.delta", {**place, "delta": text}
            case CallPart(number, id_, name, arguments):
                if number not in self.calls:
                    yield from self._begin(number, function_call(id_, name))
                    self.calls[number] = len(self.items) - 1
                index = self.calls[number]
                if arguments and self.items[index]["status"] == "in_progress":
                    self.items[index]["arguments"] += arguments
                    fields = {**self._place(index), "delta": arguments}
                    yield "response.function_call_arguments.delta", fields

    def close(self, status: str) -> Iterator[_Event]:
        """End the last item, with the status of the response. An empty answer has a text."""
        if not self.items:
            yield from self._text("")
        yield from self._end(status)

    def _text(self, text: str) -> Iterator[_Event]:
        if self.open != "text":
            suffix = f"_{self.texts}" if self.texts else ""
            self.texts += 1
            yield from self._begin("text", message(f"{self.answer_id}{suffix}", "", "in_progress"))
            place = self._place(len(self.items) - 1, content_index=0)
            yield "response.content_part.added", {**place, "part": text_part("")}
        self.items[-1]["content"][0]["text"] += text
        if text:
            place = self._place(len(self.items) - 1, content_index=0)
            yield "response.output_text.delta", {**place, "delta": text, "logprobs": []}

    def _begin(self, kind: object, item: dict[str, Any]) -> Iterator[_Event]:
        yield from self._end("completed")
        self.items.append(item)
        self.open = kind
        shown = {**item, "content": []} if "content" in item else dict(item)
        fields = {"output_index": len(self.items) - 1, "item": shown}
        yield "response.output_item.added", fields

    def _end(self, status: str) -> Iterator[_Event]:
        if self.open is None:
            return
        index, item = len(self.items) - 1, self.items[-1]
        self.open, item["status"] = None, status
        if item["type"] == "function_call":
            fields = {**self._place(index), "arguments": item["arguments"], "name": item["name"]}
            yield "response.function_call_arguments.done", fields
        else:
            [part] = item["content"]
            place = self._place(index, content_index=0)
            if item["type"] == "message":
                fields = {**place, "text": part["text"], "logprobs": []}
                yield "response.output_text.done", fields
                yield "response.content_part.done", {**place, "part": part}
            else:
                yield "response.reasoning_text.done", {**place, "text": part["text"]}
        yield "response.output_item.done", {"output_index": index, "item": item}

    def _place(self, index: int, **more: int) -> dict[str, Any]:
        return {"item_id": self.items[index]["id"], "output_index": index, **more}
