"""OpenAI's Responses API, with a memory behind it.

The service holds the conversation: ``previous_response_id`` and ``conversation`` put its messages
before those of ``input``. A client that holds the chat itself sends all of it as ``input``. The
model in this process gets texts; an engine elsewhere gets tools and pictures, too.
"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from app.api import streaming
from app.api.dependencies import AppServices, CurrentUser
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.openai.pass_through.forward import engine_of
from app.api.dialects.openai.responses import events, forwarded, shapes
from app.api.dialects.openai.responses.shapes import Asked
from app.api.dialects.openai.responses.stored import (
    MESSAGE,
    earlier,
    question_of,
    references,
    stored,
    texts_of,
)
from app.api.dialects.translation import Translation
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.api.schemas.responses import Item, ResponsesBody
from app.errors import ReplyOnAnotherReplica, Unsupported
from app.field_types import Identifier
from memory.errors import NotFound

router = APIRouter(prefix="/v1", tags=["openai"])

_RESULTS = ("function_call_output", "custom_tool_call_output", "computer_call_output")


@router.post("/responses")
async def respond(body: ResponsesBody, http: Request, context: InContext) -> Any:
    """Answer with the memory. `store: false` keeps nothing of the request."""
    if body.prompt is not None:
        raise Unsupported("prompt", "Prompt templates are not supported. Send instructions.")
    memory = body.memory or CompletionMemoryOptions()
    if body.store is False:
        memory = memory.model_copy(update={"write": False})
    engine = engine_of(context.services)
    loop: forwarded.Loop | None = None
    if engine is None:
        translation = Translation()
        completion = await _completion(body, translation, context, memory)
        ignored = translation.ignored
        reply = await context.begin(completion)
    else:
        reply, loop = await forwarded.begin(body, context, engine, memory)
        ignored = loop.ignored
    asked = Asked.of(body, store=memory.write, tools=engine is not None, ignored=ignored)
    stop_when_left = not body.background
    if body.stream:
        if reply.forwarded:
            await streaming.started(reply, http, stop_when_left=stop_when_left)
        told = events.events(reply, asked, loop)
        return streaming.respond(told, reply, stop_when_left=stop_when_left)
    done = await streaming.whole(reply, http, stop_when_left=stop_when_left)
    return await events.whole(reply, done, asked, loop)


@router.get("/responses/{response_id}")
async def get_response(
    response_id: Identifier, services: AppServices, user: CurrentUser
) -> dict[str, Any]:
    """Get a response that was kept."""
    return shapes.ended(await stored(services, user, response_id))


@router.delete("/responses/{response_id}")
async def delete_response(
    response_id: Identifier, services: AppServices, user: CurrentUser
) -> dict[str, Any]:
    """Forget a response and the message that it answers."""
    found = await stored(services, user, response_id)
    for slot_id in (found.id, found.question_id):
        try:
            if slot_id:
                await services.run(services.memories.forget, user, slot_id)
        except NotFound:  # forgotten before, or meanwhile
            continue
    services.open_loops.drop(user, found.conversation_id)
    return {"id": response_id, "object": "response", "deleted": True}


@router.post("/responses/{response_id}/cancel")
async def cancel_response(
    response_id: Identifier, services: AppServices, user: CurrentUser
) -> dict[str, Any]:
    """Stop a response. The part that was generated is kept. One that has ended does not change."""
    found = await stored(services, user, response_id)
    reply, task = services.chat.running.get(found.id, (None, None))
    if reply is not None and task is not None and reply.turn.user_id == user:
        reply.stop()
        await asyncio.wait([task])
    elif found.status == "pending":
        raise ReplyOnAnotherReplica
    return shapes.ended(await stored(services, user, response_id))


@router.get("/responses/{response_id}/input_items")
async def list_input_items(
    response_id: Identifier, services: AppServices, user: CurrentUser
) -> dict[str, Any]:
    """List the input of a response: the message that it answers. No other item is kept."""
    found = await stored(services, user, response_id)
    text = await question_of(services, user, found)
    items = [] if text is None else [shapes.question(found, text)]
    ends = [item["id"] for item in items] or [None]
    return {
        "object": "list",
        "data": items,
        "first_id": ends[0],
        "last_id": ends[-1],
        "has_more": False,
    }


async def _completion(
    body: ResponsesBody,
    translation: Translation,
    context: CompletionContext,
    memory: CompletionMemoryOptions,
) -> CompletionBody:
    translation.tools(body.tools, body.tool_choice)
    user = context.caller.user(body.user)
    # First, as in the interface: instructions of earlier responses do not apply again.
    if body.instructions:
        translation.say("system", body.instructions)
    before = await earlier(context.services, user, body)
    for message in before.history:
        translation.say(message.role, message.content)
    translation.ignore(*before.ignored)
    if isinstance(body.input, str):
        translation.say("user", body.input)
    else:
        known = await texts_of(context.services, user, references(body))
        for number, item in enumerate(body.input):
            _say(translation, f"input[{number}]", item, known)
    translation.ignore(*body.unknown)
    if body.text is not None:
        translation.ignore(*(f"text.{name}" for name in body.text.unknown))
    return translation.complete(
        model=body.model,
        max_completion_tokens=body.max_output_tokens,
        temperature=body.temperature,
        top_p=body.top_p,
        response_format=body.text.response_format if body.text else None,
        user=body.user,
        memory=memory,
        conversation_id=before.conversation_id,
    )


def _say(translation: Translation, place: str, item: Item, known: dict[str, str]) -> None:
    if item.type == "item_reference":
        text = known.get(item.id or "")
        if text is None:
            translation.ignore_part(place, item.type)
        elif (item.id or "").startswith(MESSAGE):
            translation.say("assistant", text)
    elif item.type in (None, "message") and item.role is not None:
        translation.say(item.role, translation.text(place, item.content))
    else:
        if item.type in _RESULTS:
            translation.tool_result()
        translation.ignore_part(place, item.type)
