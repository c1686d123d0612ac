"""What a client asks for, once HTTP is behind it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from memory.prompt import BUDGET_TOKENS
from memory.repositories.reply_types import Request
from memory.types import with_speaker
from models.language.base import Message, Sampling


@dataclass(frozen=True, slots=True)
class Sent:
    """A chat completion as its client sent it, for an engine that gets it like that.

    ``window`` is the model's, in tokens; None if unknown. ``translated``: it came by another
    interface, so that the names of its fields are the service's choice.
    """

    body: Mapping[str, Any]
    window: int | None = None
    translated: bool = False

    def digest(self) -> str:
        """Hash of the request, for its idempotency key. The way of delivery does not count."""
        delivery = ("stream", "stream_options")
        content = {name: value for name, value in self.body.items() if name not in delivery}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest(Request):
    """One message of a user, and how it is to be answered.

    ``history`` is the client's own; None takes it from the conversation. ``beginning`` is that of
    the answer, which the reply continues. ``read_memory`` False quotes no memories; else they may
    take ``memory_tokens``. ``keep`` False leaves no trace of the request at all. ``zone`` is the
    time zone of the user's days. ``asked_at`` is the time of a request that is not kept; None is
    now. One that is kept gets the time at which it is stored. With ``sent``, the engine gets that
    and no prompt of the service; the language model must be a ``PassThrough``.
    """

    sampling: Sampling
    system: str = ""
    history: tuple[Message, ...] | None = None
    beginning: str = ""
    read_memory: bool = True
    memory_tokens: int = BUDGET_TOKENS
    keep: bool = True
    zone: tzinfo = UTC
    asked_at: datetime | None = None
    sent: Sent | None = None

    @property
    def message(self) -> str:
        """The text with the name of its speaker, as prompts and stored vectors have it."""
        return with_speaker(self.speaker, self.text)
