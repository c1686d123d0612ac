"""Anthropic's Messages API, with a memory behind it. Its clients send their key as X-API-Key.

The client holds the chat, as in ``openai.py``. ``memory`` is a field of the message, or of the
event ``message_delta``, which Anthropic's clients pass on. The model in this process gets texts; an
engine elsewhere gets tools and pictures, too.
"""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from app.api import streaming
from app.api.dialects.answer_pieces import answer_of
from app.api.dialects.anthropic import events
from app.api.dialects.anthropic.engine_request import (
    count_request,
    engine_request,
    shows_thoughts,
)
from app.api.dialects.ignored import Notes
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.openai.pass_through.forward import engine_of, find_model, forward
from app.api.dialects.translation import Translation
from app.api.schemas.anthropic import CountTokensBody, MessagesBody
from app.chat.live_reply import LiveReply
from app.chat.room import ATTACHMENT_TOKENS
from app.errors import ModelNotFound
from memory import prompt
from models.language.pass_through.interface import PassThrough
from models.language.pass_through.messages import count_attachments, strings

router = APIRouter(prefix="/v1", tags=["anthropic"])

_BETWEEN = "\n\n"  # blocks of a message are paragraphs
_RESULT = "tool_result"


@router.post("/messages")
async def create_message(body: MessagesBody, http: Request, context: InContext) -> Any:
    """Answer with the memory."""
    engine, thoughts = engine_of(context.services), shows_thoughts(body)
    if engine is None:
        reply, ignored = await _local(body, context)
    else:
        reply, ignored = await _forwarded(body, context, engine)
    if body.stream:
        if reply.forwarded:
            await streaming.started(reply, http)
        told = events.events(reply, ignored, thoughts=thoughts)
        return streaming.respond(told, reply, stop_when_left=True)
    done = await streaming.whole(reply, http, stop_when_left=True)
    return events.message(reply, done, await answer_of(reply), ignored, thoughts=thoughts)


@router.post("/messages/count_tokens")
async def count_tokens(body: CountTokensBody, context: InContext) -> dict[str, int]:
    """Count the tokens of a prompt, without memories. An engine elsewhere is not asked."""
    services, language = context.services, context.services.language
    engine = engine_of(services)
    if engine is not None:
        await find_model(engine, body.model)
        request = count_request(body)
        text = "\n".join(strings([request.messages, request.fields.get("tools")]))
        text = text.encode("utf-8", "ignore").decode()  # no tokenizer takes lone surrogates
        attached = ATTACHMENT_TOKENS * count_attachments(request.messages)
        user = context.caller.user()
        counted = await services.pools.counting.run(lambda _: language.count_text(text), user)
        return {"input_tokens": counted + attached}
    if body.model != language.name:
        raise ModelNotFound([language.name])
    system, said = _translation(body).prompt(services.settings.system_prompt)
    now = datetime.now(context.zone)

    def count(_: str) -> int:
        composed = prompt.compose(system, said[:-1], (), said[-1].content, now)
        return language.count_tokens(composed)

    counted = await services.pools.counting.run(count, context.caller.user())
    return {"input_tokens": counted}


async def _forwarded(
    body: MessagesBody, context: CompletionContext, engine: PassThrough
) -> tuple[LiveReply, list[str]]:
    request = engine_request(body)
    sent = request.body(
        user=_user(body, request, context),
        memory=body.memory,
        conversation_id=body.conversation_id,
    )
    return await forward(sent, context, engine, translated=True), request.ignored


async def _local(body: MessagesBody, context: CompletionContext) -> tuple[LiveReply, list[str]]:
    translation = _translation(body)
    if shows_thoughts(body):
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
    return await context.begin(completion), translation.ignored


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


def _user(body: MessagesBody, notes: Notes, context: CompletionContext) -> str | None:
    """The user in the metadata, for the key of an app that names nobody else.

    Agents put a session's id there, which must not divide the memory of a user with a key.
    """
    metadata, caller = body.metadata, context.caller
    if metadata is None:
        return None
    notes.ignore(*(f"metadata.{name}" for name in metadata.unknown))
    if metadata.user_id and caller.api_key is not None and caller.api_key.kind == "app":
        if not caller.named:
            return metadata.user_id
    elif metadata.user_id:
        notes.ignore("metadata.user_id")
    return None
