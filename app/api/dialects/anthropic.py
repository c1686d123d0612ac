"""Anthropic's Messages API, with a memory behind it. Its clients send their key as X-API-Key.

The client holds the chat, as in ``openai.py``. ``memory`` is a field of the message, or of the
event ``message_delta``, which Anthropic's clients pass on.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.translation import Translation, memory_object
from app.api.schemas.anthropic import CountTokensBody, MessagesBody
from app.chat.live_reply import Delta, Done, Failed, LiveReply
from app.errors import error_body
from memory import prompt
from memory.errors import NotFound
from models.language.base import Finish

router = APIRouter(prefix="/v1", tags=["anthropic"])

_BETWEEN = "\n\n"  # blocks of a message are paragraphs
_RESULT = "tool_result"
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens"}


@router.post("/messages")
async def create_message(body: MessagesBody, http: Request, context: InContext) -> Any:
    """Answer with the memory."""
    translation = _translation(body)
    if body.thinking is not None and body.thinking.get("type") != "disabled":
        translation.ignore("thinking")
    completion = translation.complete(
        model=body.model,
        max_tokens=body.max_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        stop=translation.stops(body.stop_sequences),
        response_format=body.output_config.response_format if body.output_config else None,
        user=_user(body, translation, context),
        memory=body.memory,
        conversation_id=body.conversation_id,
    )
    ignored = translation.ignored
    reply = await context.begin(completion)
    if body.stream:
        return streaming.respond(_events(reply, ignored), reply, stop_when_left=True)
    done = await streaming.whole(reply, http, stop_when_left=True)
    content = [{"type": "text", "text": reply.outcome.text}]
    return {
        **_message(reply),
        "content": content,
        "stop_reason": _STOP_REASONS[done.finish.reason],
        "usage": _usage(done.finish),
        "memory": memory_object(reply, ignored),
    }


@router.post("/messages/count_tokens")
async def count_tokens(body: CountTokensBody, context: InContext) -> dict[str, int]:
    """Count the tokens of a prompt, without memories."""
    services, language = context.services, context.services.language
    if body.model != language.name:
        raise NotFound("model")
    system, said = _translation(body).prompt(services.settings.system_prompt)
    now = datetime.now(context.zone)

    def count(_: str) -> int:
        composed = prompt.compose(system, said[:-1], (), said[-1].content, now)
        return language.count_tokens(composed)

    counted = await services.pools.counting.run(count, context.caller.user())
    return {"input_tokens": counted}


def _translation(body: CountTokensBody) -> Translation:
    translation = Translation()
    translation.tools(body.tools, body.tool_choice)
    if system := translation.text("system", body.system, between=_BETWEEN):
        translation.say("system", system)
    for number, message in enumerate(body.messages):
        place = f"messages[{number}]"
        text = translation.text(place, message.content, between=_BETWEEN)
        kinds = [] if isinstance(message.content, str) else [p.type for p in message.content]
        if _RESULT in kinds and not text:
            translation.tool_result()
        elif text or message.role == "user":
            translation.say(message.role, text)
    translation.ignore(*body.unknown)
    if body.output_config is not None:
        translation.ignore(*(f"output_config.{name}" for name in body.output_config.unknown))
    return translation


def _user(body: MessagesBody, translation: Translation, context: CompletionContext) -> str | None:
    """The user in the metadata, for the key of an app that names nobody else.

    Agents put a session's id there, which must not divide the memory of a user with a key.
    """
    metadata, caller = body.metadata, context.caller
    if metadata is None:
        return None
    translation.ignore(*(f"metadata.{name}" for name in metadata.unknown))
    if metadata.user_id and caller.api_key is not None and caller.api_key.kind == "app":
        if not caller.named:
            return metadata.user_id
    elif metadata.user_id:
        translation.ignore("metadata.user_id")
    return None


async def _events(reply: LiveReply, ignored: list[str]) -> AsyncIterator[ServerSentEvent]:
    def event(kind: str, **fields: Any) -> ServerSentEvent:
        return streaming.event(kind, {"type": kind, **fields})

    yield event("message_start", message=_message(reply))
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    async for each in reply.events():
        match each:
            case Delta(text):
                delta = {"type": "text_delta", "text": text}
                yield event("content_block_delta", index=0, delta=delta)
            case Done(finish):
                yield event("content_block_stop", index=0)
                reason = {"stop_reason": _STOP_REASONS[finish.reason], "stop_sequence": None}
                memory = memory_object(reply, ignored)
                yield event("message_delta", delta=reason, usage=_usage(finish), memory=memory)
                yield event("message_stop")
            case Failed(error):
                yield event("error", **error_body(error))


def _message(reply: LiveReply) -> dict[str, Any]:
    """A message of which nothing is written yet."""
    return {
        "id": f"msg_{reply.turn.id}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _usage(finish: Finish) -> dict[str, int]:
    """Tokens from the cache count apart from the others."""
    usage = finish.usage
    return {
        "input_tokens": usage.prompt_tokens - usage.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.completion_tokens,
    }
