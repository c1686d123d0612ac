"""What a client asks for, once HTTP is behind it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from memory.types import MemoryUse
from models.language.base import Message, Sampling


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One message of a user, and how it is to be answered.

    ``history`` is the client's own; None takes it from the conversation. ``adopt`` allows a
    conversation id that is new here. ``replaces`` is the turn from which on the conversation is
    erased first. ``keep`` False leaves no trace of the request at all.
    """

    user_id: str
    message: str
    sampling: Sampling
    memory: MemoryUse = field(default_factory=MemoryUse)
    system: str = ""
    history: tuple[Message, ...] | None = None
    conversation_id: str | None = None
    replaces: str | None = None
    adopt: bool = False
    keep: bool = True
    idempotency_key: str | None = None
    request_hash: str | None = None


def fingerprint(messages: Sequence[Message]) -> str:
    """A hash of what a chat shows, by which a client that sends only messages is recognised."""
    digest = hashlib.sha256()
    for message in messages:
        if message.role != "system":
            digest.update(f"{message.role}\0{len(message.content)}\0{message.content}".encode())
    return digest.hexdigest()
