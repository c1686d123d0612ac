"""From a chat completion to a reply of an engine elsewhere, whatever interface it came by."""

from typing import Annotated, cast

from fastapi import Depends

from app.api.dependencies import AppServices
from app.api.dialects.openai.completion import CompletionContext
from app.api.dialects.openai.pass_through.body import PassThroughBody
from app.api.dialects.openai.pass_through.messages import guarded, in_texts
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.api.schemas.openai_messages import ChatMessage
from app.chat.live_reply import LiveReply
from app.chat.request import Sent
from app.errors import ModelNotFound
from app.services import Services
from models.language.pass_through.interface import PassThrough
from models.language.pass_through.messages import (
    calls_tools,
    last_user,
    of_turn,
    shown_text,
    text_of,
)
from models.language.pass_through.served_models import ServedModel

# Of a system message nothing is read or stored.
_NOTHING_SAID = [ChatMessage(role="system", content="-")]


async def engine(services: AppServices) -> PassThrough:
    return cast(PassThrough, services.language)  # with an engine's URL there is no other


Engine = Annotated[PassThrough, Depends(engine)]


def engine_of(services: Services) -> PassThrough | None:
    """The engine that gets requests as they are sent; None for the model in this process."""
    return services.language if isinstance(services.language, PassThrough) else None


async def find_model(engine: PassThrough, name: str) -> ServedModel:
    """Raises ModelNotFound."""
    model = await engine.served_model(name)
    if model is None:
        raise ModelNotFound([each.id for each in await engine.served_models()])
    return model


async def forward(
    body: PassThroughBody,
    context: CompletionContext,
    engine: PassThrough,
    *,
    translated: bool = False,
) -> LiveReply:
    """Begin the reply of the engine to this request.

    ``translated`` as in ``Sent``. Raises ModelNotFound and what ``CompletionContext.begin`` raises.
    """
    name = body.model or context.services.language.name
    model = await find_model(engine, name)
    if translated:
        name = model.id
    request = {**body.for_engine, "model": name, "messages": guarded(body.messages)}
    sent = Sent(request, engine.window_of(model), translated)
    reply = await context.begin(_in_texts(body, name), sent)
    reply.step = sum(map(calls_tools, of_turn(body.messages)))
    return reply


def _in_texts(body: PassThroughBody, model: str) -> CompletionBody:
    """The chat as the memory knows it. Without a message of the user there is nothing to know."""
    index = last_user(body.messages)
    memory = body.memory or CompletionMemoryOptions()
    texts = in_texts(body.messages)
    if index is None or not shown_text(body.messages[index]).strip():
        texts = _NOTHING_SAID
    elif not text_of(body.messages[index]).strip():
        memory = memory.model_copy(update={"read": False})
    return CompletionBody(
        model=model,
        messages=texts,
        user=body.user,
        memory=memory,
        conversation_id=body.conversation_id,
    )
