"""The shapes of the Responses API: a response, its message, and the events of a stream in order."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dialects.openai.stored_responses import MESSAGE, RESPONSE
from app.api.dialects.translation import memory_object
from app.api.schemas.responses import ResponsesBody
from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.errors import error_body
from memory.repositories.reply_types import Ended
from models.language.base import Finish, Usage

_BUSY = ("rate_limit_error", "overloaded_error")
_STATUS = {"pending": "in_progress", "aborted": "cancelled", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a response repeats of its request."""

    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: str | None = None
    store: bool = True
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    user: str | None = None
    text_format: dict[str, Any] = field(default_factory=lambda: {"type": "text"})
    ignored: Sequence[str] = ()

    @classmethod
    def of(cls, body: ResponsesBody, *, store: bool, ignored: Sequence[str]) -> "Asked":
        given = body.text.format if body.text else None
        return cls(
            instructions=body.instructions,
            previous_response_id=body.previous_response_id,
            conversation=body.conversation_named,
            store=store,
            max_output_tokens=body.max_output_tokens,
            temperature=body.temperature,
            top_p=body.top_p,
            user=body.user,
            text_format=given or {"type": "text"},
            ignored=ignored,
        )


def complete(reply: LiveReply, finish: Finish, asked: Asked) -> dict[str, Any]:
    """A response that is over."""
    output = [_message(reply.turn.id, reply.outcome.text, finish)]
    return {**_of_reply(reply, asked, _status(finish), output, finish)}


def ended(stored: Ended) -> dict[str, Any]:
    """A response as it is stored."""
    over = stored.status == "complete"
    finish = stored.finish if over else None
    status = _STATUS.get(stored.status, "failed") if finish is None else _status(finish)
    return {
        **_response(
            stored.id,
            stored.created_at,
            stored.model,
            Asked(),
            status,
            [_message(stored.id, stored.text, finish)] if over or stored.text else [],
            finish,
        ),
        "memory": {"reply_id": stored.id, "conversation_id": stored.conversation_id},
    }


async def events(reply: LiveReply, asked: Asked) -> AsyncIterator[ServerSentEvent]:
    """The stream of a response."""
    numbers, place = count(), {"output_index": 0, "content_index": 0}
    item = _message(reply.turn.id, "", None)
    at_item = {"item_id": item["id"], **place}

    def event(kind: str, **fields: Any) -> ServerSentEvent:
        data = {"type": kind, "sequence_number": next(numbers), **fields}
        return streaming.event(kind, data)

    begun = _of_reply(reply, asked, "in_progress", [], None)
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    yield event("response.output_item.added", output_index=0, item={**item, "content": []})
    yield event("response.content_part.added", **at_item, part=_part(""))
    async for each in reply.events():
        match each:
            case Delta(text):
                yield event("response.output_text.delta", **at_item, delta=text, logprobs=[])
            case Done(finish):
                response = complete(reply, finish, asked)
                [message] = response["output"]
                for closing in _closing(message, at_item):
                    yield event(**closing)
                yield event(f"response.{response['status']}", response=response)
            case Failed(error):
                told = error_body(error)["error"]
                yield event(
                    "error", code=told["code"], message=told["message"], param=told["param"]
                )
                failed = _of_reply(reply, asked, "failed", [], None) | {"error": _error(told)}
                yield event("response.failed", response=failed)


def _closing(message: dict[str, Any], at_item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    [part] = message["content"]
    text = {"text": part["text"], "logprobs": []}
    yield {"kind": "response.output_text.done", **at_item, **text}
    yield {"kind": "response.content_part.done", **at_item, "part": part}
    yield {"kind": "response.output_item.done", "output_index": 0, "item": message}


def _status(finish: Finish) -> str:
    return "incomplete" if finish.reason == "length" else "completed"


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _message(reply_id: str, text: str, finish: Finish | None) -> dict[str, Any]:
    return {
        "id": f"{MESSAGE}{reply_id}",
        "type": "message",
        "role": "assistant",
        "status": "in_progress" if finish is None else _status(finish),
        "content": [_part(text)],
    }


def _error(told: dict[str, Any]) -> dict[str, Any]:
    """An error of ours with one of the codes that the interface knows."""
    code = "rate_limit_exceeded" if told["type"] in _BUSY else "server_error"
    return {"code": code, "message": told["message"], "type": told["code"], "param": told["param"]}


def _of_reply(
    reply: LiveReply,
    asked: Asked,
    status: str,
    output: list[dict[str, Any]],
    finish: Finish | None,
) -> dict[str, Any]:
    turn = reply.turn
    return {
        **_response(turn.id, turn.created_at, reply.model, asked, status, output, finish),
        "memory": memory_object(reply, asked.ignored),
    }


def _response(
    reply_id: str,
    created_at: datetime,
    model: str,
    asked: Asked,
    status: str,
    output: list[dict[str, Any]],
    finish: Finish | None,
) -> dict[str, Any]:
    conversation = {"id": asked.conversation} if asked.conversation else None
    return {
        "id": f"{RESPONSE}{reply_id}",
        "object": "response",
        "created_at": int(created_at.timestamp()),
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "model": model,
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": asked.previous_response_id,
        "conversation": conversation,
        "reasoning": {"effort": None, "summary": None},
        "store": asked.store,
        "temperature": asked.temperature,
        "text": {"format": asked.text_format},
        "tool_choice": "auto",
        "tools": [],
        "top_p": asked.top_p,
        "truncation": "disabled",
        "usage": None if finish is None else _usage(finish.usage),
        "user": asked.user,
        "metadata": {},
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
