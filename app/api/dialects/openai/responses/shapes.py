"""The shapes of the Responses API: a response and the items of its output."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.api.dialects.answer_pieces import finish_reason
from app.api.dialects.openai.responses.stored import MESSAGE, RESPONSE
from app.api.dialects.translation import memory_object
from app.api.schemas.responses import ResponsesBody
from app.chat.live_reply import Done, LiveReply
from memory.repositories.reply_types import Ended
from models.language.base import Finish, Usage

_BUSY = ("rate_limit_error", "overloaded_error")
_INCOMPLETE = {
    "length": {"reason": "max_output_tokens"},
    "content_filter": {"reason": "content_filter"},
}
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
    tools: Sequence[dict[str, Any]] = ()
    tool_choice: Any = "auto"
    parallel_tool_calls: bool = True
    ignored: Sequence[str] = ()

    @classmethod
    def of(
        cls, body: ResponsesBody, *, store: bool, tools: bool, ignored: Sequence[str]
    ) -> "Asked":
        """``tools``: whether the model gets them."""
        given = body.text.format if body.text else None
        offered = [each for each in body.tools or () if each.get("type") == "function"]
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
            tools=offered if tools else (),
            tool_choice=body.tool_choice or "auto" if tools else "auto",
            parallel_tool_calls=body.parallel_tool_calls is not False,
            ignored=ignored,
        )


def complete(
    reply: LiveReply, done: Done, asked: Asked, output: list[dict[str, Any]]
) -> dict[str, Any]:
    """A response that is over."""
    reason = finish_reason(reply, done)
    return {
        **of_reply(reply, asked, status_of(reason), output, done.finish),
        "incomplete_details": _INCOMPLETE.get(reason),
    }


def ended(stored: Ended, *, status: str | None = None) -> dict[str, Any]:
    """A response as it is stored, with its status or another."""
    over = stored.status == "complete"
    finish = stored.finish if over else None
    if finish is not None:
        status = status_of(finish.reason)
    status = status or _STATUS.get(stored.status, "failed")
    shown = over or stored.text
    return {
        **_response(
            stored.id,
            stored.created_at,
            stored.model,
            Asked(),
            status,
            [message(stored.id, stored.text, status)] if shown else [],
            finish,
        ),
        "memory": {"reply_id": stored.id, "conversation_id": stored.conversation_id},
    }


def status_of(reason: str) -> str:
    """The status of a response that ended for this reason."""
    return "incomplete" if reason in _INCOMPLETE else "completed"


def text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def message(answer_id: str, text: str, status: str) -> dict[str, Any]:
    """The item of a text."""
    known = status if status in ("completed", "incomplete") else "in_progress"
    return {
        "id": f"{MESSAGE}{answer_id}",
        "type": "message",
        "role": "assistant",
        "status": known,
        "content": [text_part(text)],
    }


def reasoning(text: str) -> dict[str, Any]:
    """The item of thoughts."""
    return {
        "id": f"rs_{uuid.uuid4().hex}",
        "type": "reasoning",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": text}],
        "status": "in_progress",
    }


def function_call(call_id: str, name: str) -> dict[str, Any]:
    """The item of a call of which no arguments are known yet."""
    return {
        "id": f"fc_{uuid.uuid4().hex}",
        "type": "function_call",
        "call_id": call_id,
        "name": name,
        "arguments": "",
        "status": "in_progress",
    }


def question(stored: Ended, text: str) -> dict[str, Any]:
    """The item of the message that a stored response answers."""
    return {
        "id": f"{MESSAGE}{stored.question_id}",
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_text", "text": text}],
    }


def failure(told: dict[str, Any]) -> dict[str, Any]:
    """An error of ours with one of the codes that the interface knows."""
    code = "rate_limit_exceeded" if told["type"] in _BUSY else "server_error"
    return {"code": code, "message": told["message"], "type": told["code"], "param": told["param"]}


def of_reply(
    reply: LiveReply,
    asked: Asked,
    status: str,
    output: list[dict[str, Any]],
    finish: Finish | None,
) -> dict[str, Any]:
    created_at = reply.turn.created_at
    return {
        **_response(reply.answer_id, created_at, reply.model, asked, status, output, finish),
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
        "incomplete_details": _INCOMPLETE["length"] if status == "incomplete" else None,
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "model": model,
        "output": output,
        "parallel_tool_calls": asked.parallel_tool_calls,
        "previous_response_id": asked.previous_response_id,
        "conversation": conversation,
        "reasoning": {"effort": None, "summary": None},
        "store": asked.store,
        "temperature": asked.temperature,
        "text": {"format": asked.text_format},
        "tool_choice": asked.tool_choice,
        "tools": list(asked.tools),
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
