"""The shapes of the Messages API: a message, its blocks, and the events of a stream in order."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dialects.answer_pieces import Answer, finish_reason, pieces
from app.api.dialects.translation import memory_object
from app.api.error_shapes import for_anthropic
from app.chat.live_reply import Done, Failed, LiveReply
from app.errors import error_body
from models.language.base import Usage
from models.language.pass_through.pieces import CallPart, Piece, Text, Thought

_STOP_REASONS = {
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def message(
    reply: LiveReply, done: Done, answer: Answer, ignored: Sequence[str], *, thoughts: bool
) -> dict[str, Any]:
    """A whole message. ``thoughts``: with those of the model."""
    content: list[dict[str, Any]] = []
    if answer.thoughts and thoughts:
        content.append({"type": "thinking", "thinking": answer.thoughts, "signature": ""})
    if answer.text or not answer.calls:
        content.append({"type": "text", "text": answer.text})
    content += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.as_object}
        for call in answer.calls
    ]
    return {
        **_begun(reply),
        "content": content,
        "stop_reason": _stop_reason(reply, done),
        "usage": _usage(done.finish.usage),
        "memory": memory_object(reply, ignored),
    }


async def events(
    reply: LiveReply, ignored: Sequence[str], *, thoughts: bool = False
) -> AsyncIterator[ServerSentEvent]:
    """The stream of a message."""
    yield _event("message_start", message=_begun(reply))
    blocks = _Blocks()
    async for each in pieces(reply):
        match each:
            case Thought() if not thoughts:
                pass
            case Text() | Thought() | CallPart():
                for event in blocks.add(each):
                    yield event
            case Done(finish):
                for event in blocks.close():
                    yield event
                reason = {"stop_reason": _stop_reason(reply, each), "stop_sequence": None}
                memory = memory_object(reply, ignored)
                usage = _usage(finish.usage)
                yield _event("message_delta", delta=reason, usage=usage, memory=memory)
                yield _event("message_stop")
            case Failed(error):
                yield _event("error", **for_anthropic(error_body(error)))


@dataclass(slots=True)
class _Blocks:
    """The blocks of a stream: a new one for each change between text, thoughts and calls."""

    count: int = 0
    open: object = None  # "text", "thinking" or the number of a call
    calls: dict[int, int] = field(default_factory=dict)  # the block of each call

    def add(self, piece: Piece) -> Iterator[ServerSentEvent]:
        match piece:
            case Text(text):
                yield from self._begin("text", {"type": "text", "text": ""})
                yield self._delta({"type": "text_delta", "text": text})
            case Thought(text):
                empty = {"type": "thinking", "thinking": "", "signature": ""}
                yield from self._begin("thinking", empty)
                yield self._delta({"type": "thinking_delta", "thinking": text})
            case CallPart(number, id_, name, arguments):
                if number not in self.calls:
                    block: dict[str, Any] = {
                        "type": "tool_use",
                        "id": id_,
                        "name": name,
                        "input": {},
                    }
                    yield from self._begin(number, block)
                    self.calls[number] = self.count - 1
                if arguments:
                    delta = {"type": "input_json_delta", "partial_json": arguments}
                    yield _event("content_block_delta", index=self.calls[number], delta=delta)

    def close(self) -> Iterator[ServerSentEvent]:
        """End the last block. An empty answer has an empty text."""
        if not self.count:
            yield from self._begin("text", {"type": "text", "text": ""})
        yield from self._end()

    def _begin(self, kind: object, block: dict[str, Any]) -> Iterator[ServerSentEvent]:
        if self.open == kind:
            return
        yield from self._end()
        yield _event("content_block_start", index=self.count, content_block=block)
        self.open, self.count = kind, self.count + 1

    def _end(self) -> Iterator[ServerSentEvent]:
        if self.open is not None:
            yield _event("content_block_stop", index=self.count - 1)
            self.open = None

    def _delta(self, delta: dict[str, Any]) -> ServerSentEvent:
        return _event("content_block_delta", index=self.count - 1, delta=delta)


def _event(kind: str, **fields: Any) -> ServerSentEvent:
    return streaming.event(kind, {**fields, "type": kind})


def _stop_reason(reply: LiveReply, done: Done) -> str:
    return _STOP_REASONS.get(finish_reason(reply, done), "end_turn")


def _begun(reply: LiveReply) -> dict[str, Any]:
    """A message of which nothing is written yet. Some engines count the prompt at once."""
    counted = next((answer.usage for answer in reply.answers if answer.usage), None)
    return {
        "id": f"msg_{reply.answer_id}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(counted or Usage(0, 0)),
    }


def _usage(usage: Usage) -> dict[str, int]:
    """Tokens from the cache count apart from the others."""
    return {
        "input_tokens": max(0, usage.prompt_tokens - usage.cached_tokens),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
    }
