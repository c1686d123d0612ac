"""A reply as values: what is asked for, what this process owns, how it ended. And its row."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from memory.db.queries import is_slot, owned
from memory.db.tables import replies, slots
from memory.repositories.branches.shown import Shown
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import Reading, Status
from models.language.base import Finish, Usage


@dataclass(frozen=True, slots=True)
class Request:
    """What T1 stores: the message ``text`` of ``speaker``, which ``model`` shall answer.

    ``conversation_id`` None begins a new conversation. ``adopt`` takes a conversation id that
    another program chose, and creates it where it is new. ``replaces`` is a turn that is erased
    first, with all that came after it in the conversation. ``shown`` is the conversation as its
    client shows it: what that replaces is erased, too, and without an id the conversation is
    recognised by it. With ``remembered`` False the turns are history of their conversation and no
    memories. ``resumes``: a reply to the same message that has no text yet goes on (tool_loops.py).
    """

    user_id: str
    text: str
    model: str
    speaker: str | None = None
    conversation_id: str | None = None
    adopt: bool = False
    replaces: str | None = None
    shown: Shown | None = None
    resumes: bool = False
    remembered: bool = True
    idempotency_key: str | None = None
    request_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Outdated:
    """The slots at these ``positions`` are no part of a conversation as its client shows it."""

    conversation_id: str | None
    positions: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that this process owns and has to bring to an end.

    ``outdated`` are positions that it must not read: of an unkept one, for which nothing is erased.
    """

    user_id: str
    conversation_id: str
    question_id: str
    question_position: int
    id: str
    position: int
    owner: str
    created_at: datetime
    outdated: frozenset[int] = frozenset()

    @classmethod
    def unkept(
        cls,
        user_id: str,
        outdated: Outdated,
        owner: str,
        created_at: datetime | None = None,
    ) -> "Pending":
        """Of which nothing is ever stored: its ids and positions are those of no row.

        ``created_at`` None is now.
        """
        return cls(
            user_id=user_id,
            conversation_id=outdated.conversation_id or str(uuid.uuid4()),
            question_id=str(uuid.uuid4()),
            question_position=0,
            id=str(uuid.uuid4()),
            position=0,
            owner=owner,
            created_at=created_at or datetime.now(UTC),
            outdated=outdated.positions,
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


@dataclass(slots=True)
class Outcome:
    """What T2 stores of a reply, besides its state. It is filled in while the reply is written."""

    text: str = ""
    embedding: StoredEmbedding | None = None
    question_embedding: StoredEmbedding | None = None
    reading: Reading | None = None
    finish: Finish | None = None
    timings: dict[str, float] = field(default_factory=dict)
    error: str | None = None
    fingerprint: str | None = None


def stored_replies(user_id: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The user's replies under these conditions, as ``ended`` takes them."""
    question = slots.alias()
    question_id = select(question.c.id).where(is_slot(replies, "question_position", question))
    own = slots.c.id, slots.c.text, slots.c.status, slots.c.conversation_id, slots.c.created_at
    return (
        select(replies, *own, question_id.scalar_subquery().label("question_id"))
        .join(slots, is_slot(replies))
        .where(owned(replies, user_id), *conditions)
    )


def ended(row: Row[Any]) -> Ended:
    """A row of ``stored_replies`` as a value."""
    return Ended(
        id=row.id,
        conversation_id=row.conversation_id,
        question_id=row.question_id,
        status=row.status,
        text=row.text or "",
        created_at=row.created_at,
        model=row.model,
        reading_id=row.reading_id,
        finish=Finish(
            "length" if row.finish_reason == "length" else "stop",
            Usage(row.prompt_tokens or 0, row.completion_tokens or 0, row.cached_tokens or 0),
        ),
        timings=row.timings or {},
        error=row.error,
    )


def finish_columns(finish: Finish | None) -> dict[str, Any]:
    """How the model ended, as columns; none where it did not."""
    return {} if finish is None else {"finish_reason": finish.reason, **asdict(finish.usage)}
