"""The shapes of Ollama's API: a whole answer, and the lines of a stream."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from app.api import streaming
from app.api.dialects.answer_pieces import Answer, pieces
from app.api.dialects.translation import memory_object
from app.api.error_shapes import for_ollama
from app.chat.live_reply import Done, Failed, LiveReply
from app.errors import error_body
from models.language.pass_through.pieces import CallPart, Text, Thought

_NS_PER_MS = 1_000_000

Shape = Callable[[Answer], dict[str, Any]]
"""Makes the fields of an answer, or of a part of one: ``message`` or ``response``."""


def message(answer: Answer) -> dict[str, Any]:
    """The fields of ``/api/chat``."""
    fields: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.thoughts:
        fields["thinking"] = answer.thoughts
    if answer.calls:
        fields["tool_calls"] = [
            {
                "id": call.id,
                "function": {"index": index, "name": call.name, "arguments": call.as_object},
            }
            for index, call in enumerate(answer.calls)
        ]
    return {"message": fields}


def response(answer: Answer) -> dict[str, Any]:
    """The fields of ``/api/generate``, which has no tools."""
    thoughts = {"thinking": answer.thoughts} if answer.thoughts else {}
    return {"response": answer.text, **thoughts}


def loaded(model: str, shape: Shape) -> dict[str, Any]:
    """The answer to a request that asks nothing of the model."""
    now = _iso(datetime.now(UTC))
    head = {"model": model, "created_at": now}
    return {**head, **shape(Answer()), "done": True, "done_reason": "load"}


def whole(
    reply: LiveReply, done: Done, answer: Answer, ignored: list[str], shape: Shape
) -> dict[str, Any]:
    return {**_head(reply), **shape(answer), **_end(reply, done, ignored)}


async def lines(reply: LiveReply, ignored: list[str], shape: Shape) -> AsyncIterator[bytes]:
    """The stream of an answer. Calls are whole, in a line before the last."""
    head, called = _head(reply), Answer()
    async for each in pieces(reply):
        match each:
            case Text(text):
                yield streaming.line({**head, **shape(Answer(text)), "done": False})
            case Thought(text):
                yield streaming.line({**head, **shape(Answer(thoughts=text)), "done": False})
            case CallPart():
                called.add(each)
            case Done():
                if called.calls:
                    yield streaming.line({**head, **shape(called), "done": False})
                yield streaming.line({**head, **shape(Answer()), **_end(reply, each, ignored)})
            case Failed(error):
                yield streaming.line(for_ollama(error_body(error)))


def _head(reply: LiveReply) -> dict[str, Any]:
    return {"model": reply.model, "created_at": _iso(reply.turn.created_at)}


def _end(reply: LiveReply, done: Done, ignored: list[str]) -> dict[str, Any]:
    """The end of an answer. Reading the memory counts as evaluation of the prompt."""
    total = done.timings.get("total_ms", 0.0)
    steps = (ms for step, ms in done.timings.items() if step != "total_ms")
    before = min(total, sum(steps))
    return {
        "done": True,
        "done_reason": done.finish.reason,
        "total_duration": round(total * _NS_PER_MS),
        "load_duration": 0,
        "prompt_eval_count": done.finish.usage.prompt_tokens,
        "prompt_eval_duration": round(before * _NS_PER_MS),
        "eval_count": done.finish.usage.completion_tokens,
        "eval_duration": round((total - before) * _NS_PER_MS),
        "memory": memory_object(reply, ignored),
    }


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
