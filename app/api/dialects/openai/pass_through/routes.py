"""OpenAI's chat completions in front of an engine elsewhere: the request goes through.

The engine gets it as its client sent it, with the memories in the user's last message; the client
gets the answer as the engine gave it, with a ``memory`` object. Texts are stored and nothing else.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dependencies import AppServices, api_key
from app.api.dialects.openai import chat_completions
from app.api.dialects.openai.completion import InContext
from app.api.dialects.openai.pass_through.body import PassThroughBody
from app.api.dialects.openai.pass_through.messages import guarded, in_texts
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.api.schemas.openai_messages import ChatMessage
from app.chat.live_reply import Done, Failed, Forwarded, LiveReply
from app.chat.request import Sent
from app.errors import ModelNotFound, error_body
from models.language.pass_through.interface import PassThrough
from models.language.pass_through.messages import last_user, shown_text, text_of
from models.language.pass_through.served_models import ServedModel

# Of a system message nothing is read or stored.
_NOTHING_SAID = [ChatMessage(role="system", content="-")]

router = APIRouter(prefix="/v1", tags=["openai"])


async def engine(services: AppServices) -> PassThrough:
    return cast(PassThrough, services.language)  # with an engine's URL there is no other


Engine = Annotated[PassThrough, Depends(engine)]


@router.get("/models", dependencies=[Depends(api_key)])
async def list_models(engine: Engine) -> dict[str, Any]:
    """List the engine's models. The first is the default one."""
    return {"object": "list", "data": [_card(each) for each in await engine.served_models()]}


@router.get("/models/{model_id:path}", dependencies=[Depends(api_key)])
async def get_model(model_id: str, engine: Engine) -> dict[str, Any]:
    return _card(await _find(engine, model_id))


def _card(model: ServedModel) -> dict[str, Any]:
    window = {} if model.window is None else {"max_model_len": model.window}
    return {
        "id": model.id,
        "object": "model",
        "created": model.created,
        "owned_by": model.owned_by,
        **window,
    }


async def _find(engine: PassThrough, name: str) -> ServedModel:
    model = await engine.served_model(name)
    if model is None:
        raise ModelNotFound([each.id for each in await engine.served_models()])
    return model


@router.post("/chat/completions")
async def complete(body: PassThroughBody, http: Request, context: InContext, engine: Engine) -> Any:
    """Complete a chat with the memory. Every field but `user`, `memory` and `conversation_id` goes
    to the engine, and its answer comes back.
    """
    name = body.model or context.services.language.name
    model = await _find(engine, name)
    request = {**body.for_engine, "model": name, "messages": guarded(body.messages)}
    sent = Sent(request, engine.window_of(model))
    reply = await context.begin(_in_texts(body, name), sent)
    if body.stream:
        await streaming.started(reply, http)
        return streaming.respond(_chunks(reply), reply, stop_when_left=True)
    done = await streaming.whole(reply, http, stop_when_left=True)
    if not reply.answers:  # an earlier one, repeated for its idempotency key
        return chat_completions.completion(reply, done)
    return Response(_with_memory(reply.answers[0].data, reply), media_type="application/json")


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


async def _chunks(reply: LiveReply) -> AsyncIterator[ServerSentEvent]:
    """The engine's events. The last ones wait until the reply is stored, as does ``[DONE]``."""
    if isinstance(reply.end, Done) and not reply.answers:  # as above
        async for each in chat_completions.chunks(reply, with_usage=False):
            yield each
        return
    waiting: list[str] = []
    async for event in reply.events():
        match event:
            case Forwarded(answer):
                waiting.append(answer.data)
                if not answer.trailing:
                    for data in waiting:
                        yield streaming.event(None, data)
                    waiting.clear()
            case Done() if waiting:
                for data in waiting[:-1]:
                    yield streaming.event(None, data)
                yield streaming.event(None, _with_memory(waiting[-1], reply))
            case Failed(error):
                for data in waiting:
                    yield streaming.event(None, data)
                yield streaming.event("error", error_body(error))
    yield streaming.event(None, "[DONE]")


def _with_memory(data: str, reply: LiveReply) -> str:
    return json.dumps({**json.loads(data), "memory": chat_completions.memory_of(reply)})
