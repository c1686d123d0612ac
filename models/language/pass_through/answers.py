"""The engine's answer as it gave it, and the little of it that the service understands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ValidationError

from models.language.base import ContextTooLong, ModelFailed, Usage
from models.language.openai_types import ChunkUsage, is_too_long
from models.language.pass_through.messages import calls_tools, text_of

# What an engine says of an answer that it gave up.
_FAILED = frozenset(("abort", "error"))


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A whole answer, or one event of a stream: ``data`` is the engine's JSON object.

    ``text`` is what it adds to the text of the first choice, without thoughts in fields of their
    own. ``finish_reason`` and ``calls_tools`` are those of the first choice. ``trailing``: nothing
    is left to say in it, so it may be among the last events of its stream. ``ends``: so it is.
    """

    data: str
    text: str = ""
    finish_reason: str | None = None
    calls_tools: bool = False
    trailing: bool = False
    ends: bool = False
    usage: Usage | None = None

    @property
    def reason(self) -> Literal["stop", "length"]:
        return "length" if self.finish_reason == "length" else "stop"


def read_event(data: str, *, single: bool = True) -> RawAnswer:
    """One event of a stream, which has a ``single`` choice or several.

    Raises ModelFailed if it is malformed or reports an error, ContextTooLong.
    """
    answer = _read(data, "delta")
    return replace(answer, ends=single and answer.finish_reason is not None)


def read_whole(data: str) -> RawAnswer:
    """A whole answer. Raises as ``read_event``."""
    answer = _read(data, "message")
    if answer.finish_reason is None:
        raise ModelFailed("the engine's answer is incomplete")
    return answer


def _read(data: str, part: str) -> RawAnswer:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ModelFailed("the engine sent a malformed part of its answer")
    if body.get("error"):
        if is_too_long(str(body["error"])):
            raise ContextTooLong
        raise ModelFailed("the engine failed while it answered")
    choices = body.get("choices") or []
    if not isinstance(choices, list) or not all(isinstance(each, dict) for each in choices):
        raise ModelFailed("the engine sent a malformed part of its answer")
    first: dict[str, Any] = next((each for each in choices if each.get("index") in (0, None)), {})
    message = first.get(part)
    message = message if isinstance(message, dict) else {}
    reason = first.get("finish_reason")
    reason = reason if isinstance(reason, str) and reason else None
    if reason in _FAILED:
        raise ModelFailed("the engine's answer is incomplete")
    return RawAnswer(
        data,
        text=_storable(text_of(message)),
        finish_reason=reason,
        calls_tools=calls_tools(message) or reason in ("tool_calls", "function_call"),
        trailing=all(each.get("finish_reason") for each in choices),
        usage=_usage(body),
    )


def _storable(text: str) -> str:
    """Without NUL characters and lone surrogates, which databases do not store."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _usage(body: Mapping[str, Any]) -> Usage | None:
    try:
        return ChunkUsage.model_validate(body["usage"]).as_usage()
    except (KeyError, ValidationError):
        return None
