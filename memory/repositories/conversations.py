"""Conversations: the threads of a user, and the history that a prompt shows of one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from memory.db.change_log import insert_or_keep, lock_user
from memory.db.database import Database
from memory.db.tables import conversations, documents, slots
from memory.errors import NotFound
from memory.repositories.readings import forget_readings
from memory.repositories.slot_rows import delete_slots
from memory.types import Role, Status

# What a conversation shows: an answer cut short is part of it, a failed one is not.
_SHOWN = ("complete", "aborted")


@dataclass(frozen=True, slots=True)
class Conversation:
    """``preview`` is the beginning of its first turn that is still there."""

    id: str
    title: str | None
    preview: str | None
    turns: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    position: int
    id: str
    role: Role
    text: str
    status: Status
    remembered: bool
    created_at: datetime


class Conversations:
    """The conversations of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def recent(self, user_id: str, *, limit: int = 50, offset: int = 0) -> list[Conversation]:
        """The most recently used first."""
        with self.database.read(user_id) as connection:
            return [
                _conversation(row)
                for row in connection.execute(
                    _summaries(user_id)
                    .order_by(conversations.c.updated_at.desc(), conversations.c.id)
                    .limit(limit)
                    .offset(offset)
                )
            ]

    def get(self, user_id: str, conversation_id: str) -> Conversation:
        """Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                _summaries(user_id).where(conversations.c.id == conversation_id)
            ).one_or_none()
        if row is None:
            raise NotFound("conversation")
        return _conversation(row)

    def turns(
        self, user_id: str, conversation_id: str, *, before: int | None = None, limit: int = 200
    ) -> list[Turn]:
        """The last turns below position ``before``, oldest first, whatever became of them."""
        query = select(slots).where(_in(user_id, conversation_id))
        if before is not None:
            query = query.where(slots.c.position < before)
        with self.database.read(user_id) as connection:
            rows = connection.execute(query.order_by(slots.c.position.desc()).limit(limit)).all()
        return [_turn(row) for row in reversed(rows)]

    def history(
        self, user_id: str, conversation_id: str, *, before: int, limit: int
    ) -> tuple[int, list[Turn]]:
        """How many turns were shown before position ``before``, and the last of them in order."""
        shown = and_(
            _in(user_id, conversation_id), slots.c.status.in_(_SHOWN), slots.c.position < before
        )
        with self.database.read(user_id) as connection:
            total = connection.execute(select(func.count()).where(shown)).scalar_one()
            rows = connection.execute(
                select(slots).where(shown).order_by(slots.c.position.desc()).limit(limit)
            ).all()
        return total, [_turn(row) for row in reversed(rows)]

    def find(self, user_id: str, fingerprint: str) -> str | None:
        """The conversation that shows exactly what this fingerprint was made of."""
        with self.database.read(user_id) as connection:
            return connection.execute(
                select(conversations.c.id)
                .where(
                    conversations.c.user_id == user_id,
                    conversations.c.fingerprint == fingerprint,
                )
                .order_by(conversations.c.updated_at.desc())
                .limit(1)
            ).scalar_one_or_none()

    def rename(self, user_id: str, conversation_id: str, title: str) -> None:
        """Raises NotFound."""
        with self.database.write(user_id) as connection:
            renamed = connection.execute(
                update(conversations)
                .where(_is(user_id, conversation_id))
                .values(title=title, updated_at=self.database.now(connection))
            ).rowcount
        if not renamed:
            raise NotFound("conversation")

    def forget(self, user_id: str, conversation_id: str) -> None:
        """Erase a conversation with all its turns and readings. Raises NotFound."""
        with self.database.write(user_id) as connection:
            lock_user(connection, user_id, self.database.now(connection))
            if not connection.execute(
                delete(conversations).where(_is(user_id, conversation_id))
            ).rowcount:
                raise NotFound("conversation")
            delete_slots(connection, user_id, slots.c.conversation_id == conversation_id)
            forget_readings(connection, user_id, conversation_id)
        self.database.scrub()


def touch(
    connection: Connection,
    user_id: str,
    conversation_id: str | None,
    now: datetime,
    *,
    create: bool,
) -> str:
    """The id of the conversation, used now; a new one where None was given. Raises NotFound."""
    if conversation_id is not None:
        used = connection.execute(
            update(conversations).where(_is(user_id, conversation_id)).values(updated_at=now)
        ).rowcount
        if used:
            return conversation_id
        if not create or _is_document(connection, user_id, conversation_id):
            raise NotFound("conversation")
    chosen = conversation_id or str(uuid.uuid4())
    connection.execute(
        insert(conversations).values(user_id=user_id, id=chosen, created_at=now, updated_at=now)
    )
    return chosen


def open_conversations(
    connection: Connection, user_id: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """The conversations of these rows of slots, where they are not there yet: as old as their
    slots. Passages of documents have none.
    """
    times: dict[str, list[datetime]] = {}
    for row in rows:
        if row["conversation_id"] is not None and row["kind"] != "document":
            times.setdefault(row["conversation_id"], []).append(row["created_at"])
    for conversation_id, moments in times.items():
        connection.execute(
            insert_or_keep(connection, conversations).values(
                user_id=user_id,
                id=conversation_id,
                created_at=min(moments),
                updated_at=max(moments),
            )
        )


def _is_document(connection: Connection, user_id: str, conversation_id: str) -> bool:
    """Whether a document has this id: a chat in it would show its passages as its history."""
    its = and_(documents.c.user_id == user_id, documents.c.id == conversation_id)
    return connection.execute(select(documents.c.id).where(its)).first() is not None


def _is(user_id: str, conversation_id: str) -> ColumnElement[bool]:
    return and_(conversations.c.user_id == user_id, conversations.c.id == conversation_id)


def _in(user_id: str, conversation_id: str) -> ColumnElement[bool]:
    return and_(slots.c.user_id == user_id, slots.c.conversation_id == conversation_id)


def _summaries(user_id: str) -> Any:
    mine = and_(
        slots.c.user_id == conversations.c.user_id,
        slots.c.conversation_id == conversations.c.id,
        slots.c.status.in_(_SHOWN),
    )
    turns = select(func.count()).where(mine).correlate(conversations).scalar_subquery()
    preview = (
        select(func.substr(slots.c.text, 1, 80))
        .where(mine)
        .order_by(slots.c.position)
        .limit(1)
        .correlate(conversations)
        .scalar_subquery()
    )
    return select(conversations, turns.label("turns"), preview.label("preview")).where(
        conversations.c.user_id == user_id
    )


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        preview=row.preview,
        turns=row.turns,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _turn(row: Any) -> Turn:
    return Turn(
        position=row.position,
        id=row.id,
        role=row.role,
        text=row.text or "",
        status=row.status,
        remembered=row.remembered,
        created_at=row.created_at,
    )
