"""A reply as values: what is asked for, what this process owns, how it ended."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from memory.repositories.readings import ReadingRecord
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import Status
from models.language.base import Finish


@dataclass(frozen=True, slots=True)
class Request:
    """What T1 stores. ``conversation_id`` None begins a new conversation.

    ``adopt`` takes a conversation id that another program chose, and creates it where it is new.
    ``replaces`` is a turn that is erased first, with all that came after it in the conversation.
    """

    user_id: str
    text: str
    model: str
    conversation_id: str | None = None
    adopt: bool = False
    replaces: str | None = None
    remembered: bool = True
    idempotency_key: str | None = None
    request_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that this process owns and has to bring to an end."""

    user_id: str
    conversation_id: str
    question_id: str
    question_position: int
    id: str
    position: int
    owner: str
    created_at: datetime

    @classmethod
    def unkept(cls, user_id: str, conversation_id: str | None, owner: str) -> "Pending":
        """Of which nothing is ever stored: its ids and positions are those of no row."""
        return cls(
            user_id=user_id,
            conversation_id=conversation_id or str(uuid.uuid4()),
            question_id=str(uuid.uuid4()),
            question_position=0,
            id=str(uuid.uuid4()),
            position=0,
            owner=owner,
            created_at=datetime.now(UTC),
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """A reply as it is stored, whatever became of it."""

    id: str
    conversation_id: str
    question_id: str | None
    status: Status
    text: str
    created_at: datetime
    model: str
    reading_id: str | None
    finish: Finish
    timings: Mapping[str, float]
    error: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What T2 stores of a reply, besides its state."""

    text: str
    embedding: StoredEmbedding | None = None
    question_embedding: StoredEmbedding | None = None
    reading: ReadingRecord | None = None
    finish: Finish | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None
    fingerprint: str | None = None
