"""One chat request in any dialect whose client holds the chat: from its body to a live reply.

The routes of such dialects translate their own request to ``CompletionBody``, and the reply back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Annotated

from fastapi import Depends

from app.api.dependencies import (
    AppServices,
    ChatNamed,
    ClientTimeZone,
    DefaultSampling,
    IdempotencyKey,
    NamedChat,
    TaskNamed,
    WhoAsks,
)
from app.api.dialects.front_end_tasks import is_task, may_quote, quotes
from app.api.dialects.ignored import shortened
from app.api.dialects.openai.answer_format import answer_format
from app.api.dialects.openai.completion_parameters import ignored_parameters, sampling_of
from app.api.dialects.openai.shown_chat import ShownChat, shown_chat
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.api.schemas.openai_messages import ChatMessage
from app.auth import Caller
from app.chat.live_reply import LiveReply
from app.chat.request import ChatRequest, Sent
from app.errors import ModelNotFound
from app.services import Services
from app.time_zones import time_zone
from memory.repositories.branches.shown import Shown
from models.language.base import Sampling
from models.language.constrained.interface import Constrains


@dataclass(frozen=True, slots=True)
class CompletionContext:
    """What a request says beside its body: who asks, in which chat, in which time zone.

    ``task`` names a task of the front end, such as a title.
    """

    services: Services
    caller: Caller
    chat: NamedChat
    task: str | None
    sampling: Sampling
    zone: tzinfo
    idempotency_key: str | None

    async def begin(self, body: CompletionBody, sent: Sent | None = None) -> LiveReply:
        """Accept the request. ``ignored`` of the reply tells what of it is not used.

        With ``sent``, the engine gets that, and ``body`` has the texts of its messages. Raises
        ModelNotFound, Unsupported, SchemaRefused, and what ``Chat.begin`` raises.
        """
        services = self.services
        if sent is None and body.model != services.language.name:
            raise ModelNotFound([services.language.name])
        chat = shown_chat(body.messages)
        user = self.caller.user(body.user)
        sampling, not_followed = sampling_of(body, self.sampling)
        system = services.settings.system_prompt if chat.system is None else chat.system
        wanted = answer_format(body)
        if wanted is not None and (wanted.function or isinstance(services.language, Constrains)):
            grammar = await wanted.grammar(services, user, chat.beginning)
            not_followed += [f"{wanted.param}: {name}" for name in sorted(grammar.left_out)]
            sampling = replace(sampling, grammar=grammar)
            system = f"{system}\n\n{wanted.instruction}".strip()
            ignored = ignored_parameters(body, wanted.followed)
        else:
            ignored = ignored_parameters(body, ())
        memory = body.memory_options
        if self.chat.temporary or await self.is_task(user, body.messages, chat):
            memory = CompletionMemoryOptions(read=False, write=False)
        conversation_id = body.conversation_id or self.chat.id
        reply = await services.chat.begin(
            ChatRequest(
                user_id=user,
                text=chat.text,
                speaker=chat.speaker,
                model=body.model,
                sampling=sampling,
                remembered=memory.write,
                read_memory=memory.read,
                memory_tokens=memory.budget(services.settings.memory_budget_tokens),
                system=system,
                history=chat.history,
                shown=Shown(chat.history, conversation_id is not None, self.chat.start),
                beginning=chat.beginning,
                conversation_id=conversation_id,
                adopt=True,
                keep=memory.write,
                zone=time_zone(memory.timezone) if memory.timezone else self.zone,
                idempotency_key=self.idempotency_key,
                request_hash=(sent or body).digest() if self.idempotency_key else None,
                sent=sent,
                resumes=sent is not None,
            )
        )
        left_out = _left_out(chat.places[: reply.left_out])
        reply.ignored = shortened([*ignored, *not_followed, *left_out, *chat.ignored])
        return reply

    async def is_task(self, user: str, messages: Sequence[ChatMessage], chat: ShownChat) -> bool:
        """Whether the front end asks this itself, and not its user."""
        if not chat.of_user or is_task(messages, self.task):
            return True
        if not may_quote(messages):
            return False
        latest = await self.services.run(self.services.conversations.latest_turns, user)
        return quotes(chat.text, latest)


def _left_out(places: Sequence[int]) -> list[str]:
    """What tells of messages that the prompt does not show."""
    if not places:
        return []
    end = f"..{places[-1]}" if len(places) > 1 else ""
    return [f"messages[{places[0]}{end}]: over the context window"]


def completion_context(
    services: AppServices,
    caller: WhoAsks,
    chat_named: ChatNamed,
    task_named: TaskNamed,
    default: DefaultSampling,
    client_zone: ClientTimeZone,
    idempotency_key: IdempotencyKey = None,
) -> CompletionContext:
    return CompletionContext(
        services, caller, chat_named, task_named, default, client_zone, idempotency_key
    )


InContext = Annotated[CompletionContext, Depends(completion_context)]
