"""Conversations: the threads of a user, and the history that a prompt shows of one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from memory.db.change_log import insert_or_keep, locked
from memory.db.database import Database
from memory.db.queries import columns, owned
from memory.db.tables import conversations, documents, slots
from memory.errors import NotFound
from memory.repositories.readings import forget_readings
from memory.repositories.slot_rows import delete_slots
from memory.types import Role, Status

# What a conversation shows: an answer cut short is part of it, a failed one is not.
_SHOWN = ("complete", "aborted")
# What a front end asks about a conversation comes right after a reply.
_JUST_NOW = timedelta(minutes=10)
_LATEST = 32


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


_TURN = columns(slots, Turn)


class Conversations:
    """The conversations of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def recent(self, user_id: str, *, limit: int = 50, offset: int = 0) -> list[Conversation]:
        """The most recently used first."""
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                _summaries(user_id)
                .order_by(conversations.c.updated_at.desc(), conversations.c.id)
                .limit(limit)
                .offset(offset)
            )
            return [Conversation(*row) for row in rows]

    def get(self, user_id: str, conversation_id: str) -> Conversation:
        """Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                _summaries(user_id).where(conversations.c.id == conversation_id)
            ).one_or_none()
        if row is None:
            raise NotFound("conversation")
        return Conversation(*row)

    def turns(
        self, user_id: str, conversation_id: str, *, before: int | None = None, limit: int = 200
    ) -> list[Turn]:
        """The last turns below position ``before``, oldest first, whatever became of them."""
        which = owned(slots, user_id, conversation_id=conversation_id)
        if before is not None:
            which &= slots.c.position < before
        with self.database.read(user_id) as connection:
            return _last(connection, which, limit)

    def history(
        self, user_id: str, conversation_id: str, *, before: int, limit: int
    ) -> tuple[int, list[Turn]]:
        """How many turns were shown before position ``before``, and the last of them in order."""
        shown = (
            owned(slots, user_id, conversation_id=conversation_id)
            & slots.c.status.in_(_SHOWN)
            & (slots.c.position < before)
        )
        with self.database.read(user_id) as connection:
            total = connection.execute(select(func.count()).where(shown)).scalar_one()
            return total, _last(connection, shown, limit)

    def latest_turns(self, user_id: str) -> list[Turn]:
        """What was said in the last minutes, in all conversations, oldest first."""
        with self.database.read(user_id) as connection:
            just_now = self.database.now(connection) - _JUST_NOW
            said = owned(slots, user_id, kind="turn") & slots.c.status.in_(_SHOWN)
            return _last(connection, said & (slots.c.created_at >= just_now), _LATEST)

    def rename(self, user_id: str, conversation_id: str, title: str) -> None:
        """Raises NotFound."""
        with self.database.write(user_id) as connection:
            renamed = connection.execute(
                update(conversations)
                .where(owned(conversations, user_id, id=conversation_id))
                .values(title=title, updated_at=self.database.now(connection))
            ).rowcount
        if not renamed:
            raise NotFound("conversation")

    def forget(self, user_id: str, conversation_id: str) -> None:
        """Erase a conversation with all its turns and readings. Raises NotFound."""
        this = owned(conversations, user_id, id=conversation_id)
        with locked(self.database, user_id) as (connection, _):
            if not connection.execute(delete(conversations).where(this)).rowcount:
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
        this = owned(conversations, user_id, id=conversation_id)
        if connection.execute(update(conversations).where(this).values(updated_at=now)).rowcount:
            return conversation_id
        # A chat with a document's id would show its passages as its history.
        document = owned(documents, user_id, id=conversation_id)
        if not create or connection.execute(select(documents.c.id).where(document)).first():
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


def _last(connection: Connection, which: ColumnElement[bool], limit: int) -> list[Turn]:
    """The last of these turns, oldest first."""
    rows = connection.execute(
        select(*_TURN).where(which).order_by(slots.c.position.desc()).limit(limit)
    ).all()
    return [Turn(*row) for row in reversed(rows)]


def _summaries(user_id: str) -> Select[Any]:
    """The user's conversations, with the columns of ``Conversation``."""
    its = owned(slots, user_id) & (slots.c.conversation_id == conversations.c.id)
    shown = its & slots.c.status.in_(_SHOWN)
    turns = select(func.count()).where(shown).correlate(conversations).scalar_subquery()
    preview = (
        select(func.substr(slots.c.text, 1, 80))
        .where(shown)
        .order_by(slots.c.position)
        .limit(1)
        .correlate(conversations)
        .scalar_subquery()
    )
    own = conversations.c
    return select(own.id, own.title, preview, turns, own.created_at, own.updated_at).where(
        owned(conversations, user_id)
    )
