"""OpenAI's Responses API, with a memory behind it.

The service holds the conversation: ``previous_response_id`` and ``conversation`` put its messages
before those of ``input``. A client that holds the chat itself sends all of it as ``input``.
"""

from typing import Any

from fastapi import APIRouter, Request

from app.api import streaming
from app.api.dependencies import AppServices, CurrentUser
from app.api.dialects.openai import response_events
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.openai.response_events import Asked
from app.api.dialects.openai.stored_responses import (
    MESSAGE,
    history_of,
    history_until,
    stored,
    texts_of,
)
from app.api.dialects.translation import Translation
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.api.schemas.responses import Item, ResponsesBody
from app.errors import Unsupported
from app.field_types import Identifier

router = APIRouter(prefix="/v1", tags=["openai"])

_RESULTS = ("function_call_output", "custom_tool_call_output", "computer_call_output")


@router.post("/responses")
async def respond(body: ResponsesBody, http: Request, context: InContext) -> Any:
    """Answer with the memory. `store: false` keeps nothing of the request."""
    translation = Translation()
    memory = body.memory or CompletionMemoryOptions()
    if body.store is False:
        memory = memory.model_copy(update={"write": False})
    completion = await _completion(body, translation, context, memory)
    asked = Asked.of(body, store=memory.write, ignored=translation.ignored)
    reply = await context.begin(completion)
    stop_when_left = not body.background
    if body.stream:
        events = response_events.events(reply, asked)
        return streaming.respond(events, reply, stop_when_left=stop_when_left)
    done = await streaming.whole(reply, http, stop_when_left=stop_when_left)
    return response_events.complete(reply, done.finish, asked)


@router.get("/responses/{response_id}")
async def get_response(
    response_id: Identifier, services: AppServices, user: CurrentUser
) -> dict[str, Any]:
    """Get a response that was kept."""
    return response_events.ended(await stored(services, user, response_id))


async def _completion(
    body: ResponsesBody,
    translation: Translation,
    context: CompletionContext,
    memory: CompletionMemoryOptions,
) -> CompletionBody:
    if body.prompt is not None:
        raise Unsupported("prompt", "Prompt templates are not supported. Send instructions.")
    translation.tools(body.tools, body.tool_choice)
    user = context.caller.user(body.user)
    # First, as in the interface: instructions of earlier responses do not apply again.
    if body.instructions:
        translation.say("system", body.instructions)
    conversation_id = await _earlier(body, translation, context, user)
    if isinstance(body.input, str):
        translation.say("user", body.input)
    else:
        references = [item.id for item in body.input if item.type == "item_reference" and item.id]
        known = await texts_of(context.services, user, references)
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
        conversation_id=conversation_id,
    )


async def _earlier(
    body: ResponsesBody, translation: Translation, context: CompletionContext, user: str
) -> str | None:
    """Say what was said before, and return the conversation's id."""
    services, field = context.services, "conversation"
    if body.previous_response_id is not None:
        if body.conversation is not None:
            raise Unsupported(
                "conversation", "Send either previous_response_id or conversation, not both."
            )
        field = "previous_response_id"
        last = await stored(services, user, body.previous_response_id)
        history, whole = await history_until(services, user, last)
        conversation_id: str | None = last.conversation_id
    elif body.conversation_named is not None:
        conversation_id = body.conversation_named
        history, whole = await history_of(services, user, conversation_id)
    else:
        return body.conversation_id
    for message in history:
        translation.say(message.role, message.content)
    if not whole:
        translation.ignore(f"{field}: its oldest messages")
    return conversation_id


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
