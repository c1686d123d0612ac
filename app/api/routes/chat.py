"""``POST /v1/chat``: send a message, get a reply with the memories behind it."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dependencies import (
    AppServices,
    ClientTimeZone,
    CurrentUser,
    DefaultSampling,
    IdempotencyKey,
    WhoAsks,
)
from app.api.schemas.chat import ChatBody, ReplyOut, ReplyStarted, UsageOut
from app.api.schemas.memories import ReadingOut
from app.chat.live_reply import Delta, Done, Failed, LiveReply, MemoriesRead
from app.chat.request import ChatRequest
from app.errors import ReplyOnAnotherReplica, error_body
from app.field_types import Identifier
from app.time_zones import time_zone
from memory.prompt import memories_of

router = APIRouter(prefix="/v1", tags=["chat"])


@router.post(
    "/chat",
    response_model=ReplyOut,
    responses={
        200: {
            "description": "The reply, or the events reply, memory, delta, done, error.",
            "content": {"text/event-stream": {}},
        }
    },
)
async def chat(
    body: ChatBody,
    http: Request,
    services: AppServices,
    caller: WhoAsks,
    default: DefaultSampling,
    client_zone: ClientTimeZone,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Send a message. The service adds the conversation's history and memories to the prompt."""
    settings = services.settings
    request = ChatRequest(
        user_id=caller.user(body.user),
        text=body.message,
        model=services.language.name,
        sampling=body.sampling(default),
        remembered=body.memory.write,
        read_memory=body.memory.read,
        memory_tokens=body.memory.budget(settings.memory_budget_tokens),
        system=settings.system_prompt if body.system is None else body.system,
        conversation_id=body.conversation_id,
        replaces=body.replaces,
        zone=time_zone(body.timezone) if body.timezone else client_zone,
        idempotency_key=idempotency_key,
        request_hash=body.digest(),
    )
    reply = await services.chat.begin(request)
    if body.stream:
        return streaming.respond(_events(reply), reply, stop_when_left=not body.background)
    done = await streaming.whole(reply, http, stop_when_left=not body.background)
    return _complete(reply, done)


async def _events(reply: LiveReply) -> AsyncIterator[ServerSentEvent]:
    yield streaming.event("reply", _started(reply).model_dump(mode="json"))
    async for each in reply.events():
        match each:
            case MemoriesRead(reading, memories):
                chosen = ReadingOut.of(reading, memories)
                yield streaming.event("memory", chosen.model_dump(mode="json"))
            case Delta(text):
                yield streaming.event("delta", {"text": text})
            case Done():
                yield streaming.event("done", _complete(reply, each).model_dump(mode="json"))
            case Failed(error):
                yield streaming.event("error", error_body(error))


def _started(reply: LiveReply) -> ReplyStarted:
    turn = reply.turn
    return ReplyStarted(
        id=turn.id,
        conversation_id=turn.conversation_id,
        question_id=turn.question_id or None,
        model=reply.model,
        created_at=turn.created_at,
    )


def _complete(reply: LiveReply, done: Done) -> ReplyOut:
    read = reply.memories_read
    return ReplyOut(
        **_started(reply).model_dump(),
        status="complete",
        message=reply.outcome.text,
        finish_reason=done.finish.reason,
        memory=ReadingOut.of(read.reading, read.memories) if read else None,
        usage=UsageOut.of(done.finish.usage),
        timings=done.timings,
    )


@router.get("/replies/{reply_id}")
async def get_reply(reply_id: Identifier, services: AppServices, user: CurrentUser) -> ReplyOut:
    """Get a reply by its id, for example after a stream that broke before `done`."""
    ended = await services.run(services.replies.get, user, reply_id)
    memory = None
    if ended.reading_id is not None:
        stored = await services.run(services.readings.get, user, ended.reading_id)
        memory = await services.shown(
            user, lambda show: ReadingOut.of(stored.reading, memories_of(stored.selected, show))
        )
    return ReplyOut(
        id=ended.id,
        conversation_id=ended.conversation_id,
        question_id=ended.question_id,
        model=ended.model,
        created_at=ended.created_at,
        status=ended.status if ended.status != "deleted" else "failed",
        message=ended.text,
        finish_reason=ended.finish.reason if ended.status == "complete" else None,
        memory=memory,
        usage=UsageOut.of(ended.finish.usage),
        timings=dict(ended.timings),
        error=ended.error,
    )


@router.post("/replies/{reply_id}/stop", status_code=204)
async def stop_reply(reply_id: Identifier, services: AppServices, user: CurrentUser) -> None:
    """Stop a reply. The part that was generated is kept, with the status aborted.

    Its stream gets the error `reply_interrupted`. A reply that has ended does not change. While
    another process generates the reply, the answer is 409 `reply_on_another_replica`.
    """
    reply, _ = services.chat.running.get(reply_id, (None, None))
    if reply is not None and reply.turn.user_id == user:
        reply.stop()
        return
    ended = await services.run(services.replies.get, user, reply_id)
    if ended.status == "pending":
        raise ReplyOnAnotherReplica
