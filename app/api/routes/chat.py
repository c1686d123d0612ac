"""``POST /v1/chat``: send a message, get a reply with the memories behind it."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from sse_starlette import ServerSentEvent

from app.api import streaming
from app.api.dependencies import CurrentUser, DefaultSampling, IdempotencyKey, Service, WhoAsks
from app.api.listening import Heard, hear, hear_all
from app.api.schemas.chat import ChatBody, ReplyOut, ReplyStarted, UsageOut
from app.api.schemas.memories import ReadingOut
from app.chat.live_reply import Done, Failed, LiveReply, Remembered, Said
from app.chat.request import ChatRequest
from app.errors import ReplyOnAnotherReplica, error_body
from app.field_types import Identifier

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
    parts: Service,
    caller: WhoAsks,
    default: DefaultSampling,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Send a message. The service adds the conversation's history and memories to the prompt."""
    settings = parts.settings
    request = ChatRequest(
        user_id=caller.user(body.user),
        message=body.message,
        sampling=body.sampling(default),
        memory=body.memory.use(settings.memory_budget_tokens),
        system=settings.system_prompt if body.system is None else body.system,
        conversation_id=body.conversation_id,
        replaces=body.replaces,
        idempotency_key=idempotency_key,
        request_hash=body.digest(),
    )
    reply = await parts.chat.begin(request)
    if body.stream:
        return streaming.respond(_events(reply), reply, stop_when_left=not body.background)
    return whole(await hear(reply, http, stop_when_left=not body.background))


async def _events(reply: LiveReply) -> AsyncIterator[ServerSentEvent]:
    yield streaming.event("reply", _started(reply).model_dump(mode="json"))
    heard = Heard(reply)
    async for each in hear_all(reply, heard):
        match each:
            case Remembered(reading, memories):
                chosen = ReadingOut.of_chosen(reading, memories)
                yield streaming.event("memory", chosen.model_dump(mode="json"))
            case Said(text):
                yield streaming.event("delta", {"text": text})
            case Done():
                yield streaming.event("done", whole(heard).model_dump(mode="json"))
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


def whole(heard: Heard) -> ReplyOut:
    """The complete reply, after its end."""
    done, remembered = heard.done, heard.remembered
    return ReplyOut(
        **_started(heard.reply).model_dump(),
        status="complete",
        message=heard.text,
        finish_reason=done.finish.reason,
        memory=ReadingOut.of_chosen(remembered.reading, remembered.memories)
        if remembered
        else None,
        usage=UsageOut.of(done.finish.usage),
        timings=done.timings,
    )


@router.get("/replies/{reply_id}")
async def get_reply(reply_id: Identifier, parts: Service, user: CurrentUser) -> ReplyOut:
    """Get a reply by its id, for example after a stream that broke before `done`."""
    ended = await parts.run(parts.replies.get, user, reply_id)
    memory = None
    if ended.reading_id is not None:
        stored = await parts.run(parts.readings.get, user, ended.reading_id)
        record = stored.record
        chosen = {position: stored.slots[position] for position in record.selected}
        memory = await parts.shown(
            user, lambda show: ReadingOut.of(record.reading, chosen, record.selected, show)
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
async def stop_reply(reply_id: Identifier, parts: Service, user: CurrentUser) -> None:
    """Stop a reply. The part that was generated is kept, with the status aborted.

    Its stream gets the error `reply_interrupted`. A reply that has ended does not change. While
    another process generates the reply, the answer is 409 `reply_on_another_replica`.
    """
    reply, _ = parts.chat.running.get(reply_id, (None, None))
    if reply is not None and reply.turn.user_id == user:
        reply.stop()
        return
    ended = await parts.run(parts.replies.get, user, reply_id)
    if ended.status == "pending":
        raise ReplyOnAnotherReplica
