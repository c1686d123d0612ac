"""The memory of a chat whose client asks a model of its own: recall before, store after."""

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter

from app.api.dialects import ignored
from app.api.dialects.openai.completion import CompletionContext, InContext
from app.api.dialects.openai.shown_chat import ShownChat, shown_chat
from app.api.schemas.chat import (
    ExchangeBody,
    ExchangeOut,
    ExternalChatBody,
    RecallBody,
    RecallOut,
)
from app.api.schemas.memories import ReadingOut
from app.chat.request import ChatRequest
from app.errors import Unsupported
from app.time_zones import time_zone
from memory.prompt import preface
from memory.repositories.branches.shown import Shown

router = APIRouter(prefix="/v1/chat", tags=["chat"])


@dataclass(frozen=True, slots=True)
class ExternalChat:
    """A chat as its client shows it. ``unkept``: the memory neither reads nor keeps it."""

    shown: ShownChat
    request: ChatRequest
    unkept: bool

    @property
    def ignored(self) -> list[str]:
        return list(ignored.shortened(self.shown.ignored))


async def external_chat(body: ExternalChatBody, context: CompletionContext) -> ExternalChat:
    """Raises Unsupported if no message has a text, and what ``Caller.user`` raises."""
    shown = shown_chat(body.messages)
    user = context.caller.user(body.user)
    conversation_id = body.conversation_id or context.chat.id
    request = ChatRequest(
        user_id=user,
        text=shown.text,
        speaker=shown.speaker,
        model="external",
        sampling=context.sampling,
        memory_tokens=context.services.settings.memory_budget_tokens,
        history=shown.history,
        shown=Shown(shown.history, conversation_id is not None, context.chat.start),
        conversation_id=conversation_id,
        adopt=True,
        zone=context.zone,
    )
    users = [at for at, each in enumerate(body.messages) if each.role == "user"]
    asked = body.messages[: users[-1] + 1] if users else body.messages  # without the answer
    unkept = context.chat.temporary or await context.is_task(user, asked, shown)
    return ExternalChat(shown, request, unkept)


@router.post("/recall")
async def recall(body: RecallBody, context: InContext) -> RecallOut:
    """Get the text to put before the last message of a chat, for a model elsewhere.

    `text` is what the prompt of this service would have there; empty if nothing is relevant.
    Nothing is stored. Temporary chats and a front end's own tasks get an empty text.
    """
    chat = await external_chat(body, context)
    if chat.unkept:
        return RecallOut(text="", reading=None, ignored=chat.ignored)
    request = chat.request
    if body.budget_tokens is not None:
        request = replace(request, memory_tokens=body.budget_tokens)
    if body.timezone:
        request = replace(request, zone=time_zone(body.timezone))
    read = await context.services.external_model.recall(request)
    now = datetime.now(request.zone)
    return RecallOut(
        text=preface(read.memories, request.text, now),
        reading=ReadingOut.of(read.reading, read.memories),
        ignored=chat.ignored,
    )


@router.post("/exchanges")
async def store_exchange(body: ExchangeBody, context: InContext) -> ExchangeOut:
    """Store the last message of a chat and its answer, which a model elsewhere has generated.

    `messages` are the chat as its client shows it, with the answer at the end. What the client no
    longer shows is erased, as with `/v1/chat/completions`, unless the exchange is to `append`.
    Messages before the last one are not stored. Temporary chats and a front end's own tasks store
    nothing: the ids are then null.
    """
    chat = await external_chat(body, context)
    answer = chat.shown.beginning
    if not answer.strip():
        raise Unsupported("messages", "The last message must be the answer of the assistant.")
    if body.append and chat.request.conversation_id is None:
        raise Unsupported("append", "To append, name the conversation: send its conversation_id.")
    if chat.unkept:
        return ExchangeOut(
            conversation_id=None, question_id=None, answer_id=None, ignored=chat.ignored
        )
    request = replace(chat.request, model=body.model)
    context.services.admission.write(request.user_id)
    turn = await context.services.external_model.store(request, answer, append=body.append)
    return ExchangeOut(
        conversation_id=turn.conversation_id,
        question_id=turn.question_id,
        answer_id=turn.id,
        ignored=chat.ignored,
    )
