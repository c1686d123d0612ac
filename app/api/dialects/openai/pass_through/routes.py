"""OpenAI's chat completions in front of an engine elsewhere: the request goes through.

The engine gets it as its client sent it, with the memories in the user's last message; the client
gets the answer as the engine gave it, with a ``memory`` object. Texts are stored and nothing else.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dependencies import api_key
from app.api.dialects.openai import chat_completions
from app.api.dialects.openai.completion import InContext
from app.api.dialects.openai.pass_through.body import PassThroughBody
from app.api.dialects.openai.pass_through.forward import Engine, find_model, forward
from app.chat.live_reply import Done, Failed, Forwarded, LiveReply
from app.errors import error_body
from models.language.pass_through.served_models import ServedModel

router = APIRouter(prefix="/v1", tags=["openai"])


@router.get("/models", dependencies=[Depends(api_key)])
async def list_models(engine: Engine) -> dict[str, Any]:
    """List the engine's models. The first is the default one."""
    return {"object": "list", "data": [_card(each) for each in await engine.served_models()]}


@router.get("/models/{model_id:path}", dependencies=[Depends(api_key)])
async def get_model(model_id: str, engine: Engine) -> dict[str, Any]:
    return _card(await find_model(engine, model_id))


def _card(model: ServedModel) -> dict[str, Any]:
    window = {} if model.window is None else {"max_model_len": model.window}
    return {
        "id": model.id,
        "object": "model",
        "created": model.created,
        "owned_by": model.owned_by,
        **window,
    }


@router.post("/chat/completions")
async def complete(body: PassThroughBody, http: Request, context: InContext, engine: Engine) -> Any:
    """Complete a chat with the memory. Every field but `user`, `memory` and `conversation_id` goes
    to the engine, and its answer comes back.
    """
    reply = await forward(body, context, engine)
    if body.stream:
        await streaming.started(reply, http)
        return streaming.respond(_chunks(reply), reply, stop_when_left=True)
    done = await streaming.whole(reply, http, stop_when_left=True)
    if not reply.forwarded:  # an earlier one, repeated for its idempotency key
        return chat_completions.completion(reply, done)
    return Response(_with_memory(reply.answers[0].data, reply), media_type="application/json")


async def _chunks(reply: LiveReply) -> AsyncIterator[ServerSentEvent]:
    """The engine's events. The last ones wait until the reply is stored, as does ``[DONE]``."""
    if not reply.forwarded:  # as above
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
