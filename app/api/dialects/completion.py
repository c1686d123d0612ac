"""One chat request in any dialect whose client holds the chat: from its body to a live reply.

The routes of such dialects translate their own request to ``CompletionBody``, and the reply back.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated

from fastapi import Depends

from app.api.dependencies import (
    AppServices,
    ChatNamed,
    ClientTimeZone,
    DefaultSampling,
    IdempotencyKey,
    TaskNamed,
    WhoAsks,
)
from app.api.dialects.open_webui_tasks import is_task
from app.api.schemas.openai import CompletionBody, CompletionMemoryOptions
from app.auth import Caller
from app.chat.live_reply import LiveReply
from app.chat.request import ChatRequest, fingerprint
from app.services import Services
from app.time_zones import time_zone
from memory.errors import NotFound
from models.language.base import Sampling


@dataclass(frozen=True, slots=True)
class CompletionContext:
    """What a request says beside its body: who asks, in which chat, in which time zone.

    ``task`` names a task of the front end, such as a title.
    """

    services: Services
    caller: Caller
    chat: str | None
    task: str | None
    sampling: Sampling
    zone: tzinfo
    idempotency_key: str | None

    async def begin(self, body: CompletionBody) -> LiveReply:
        """Accept the request. Raises NotFound for another model, Unsupported, and what
        ``Chat.begin`` raises.
        """
        services = self.services
        body.check_supported()
        if body.model != services.language.name:
            raise NotFound("model")
        user = self.caller.user(body.user)
        history, system = body.history, body.system
        memory = body.memory
        if is_task(body.messages, self.task):
            memory = CompletionMemoryOptions(read=False, write=False)
        conversation_id = body.conversation_id or self.chat
        if conversation_id is None and history:
            conversation_id = await services.run(
                services.conversations.find, user, fingerprint(history)
            )
        sampling = body
        if body.max_completion_tokens is not None:
            sampling = body.model_copy(update={"max_tokens": body.max_completion_tokens})
        return await services.chat.begin(
            ChatRequest(
                user_id=user,
                text=body.messages[-1].text,
                model=body.model,
                sampling=sampling.sampling(self.sampling),
                remembered=memory.write,
                read_memory=memory.read,
                memory_tokens=memory.budget(services.settings.memory_budget_tokens),
                system=services.settings.system_prompt if system is None else system,
                history=history,
                conversation_id=conversation_id,
                adopt=True,
                keep=memory.write,
                zone=time_zone(memory.timezone) if memory.timezone else self.zone,
                idempotency_key=self.idempotency_key,
                request_hash=body.digest(),
            )
        )


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
