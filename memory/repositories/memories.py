"""A user's slots in SQL: what the tape is built from, and the memories that the user manages.

Every statement takes the user. A slot of another user and a slot that never was read the same.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from memory.db.change_log import Entry, advance, hold_user, locked
from memory.db.database import Database
from memory.db.queries import owned
from memory.db.tables import (
    conversations,
    documents,
    feedback,
    reading_slots,
    readings,
    replies,
    slots,
    users,
)
from memory.db.timeouts import LONG_STATEMENT
from memory.errors import NotFound
from memory.repositories.conversations import open_conversations
from memory.repositories.slot_rows import (
    IN_A_PROMPT,
    ON_A_TAPE,
    NewMemory,
    StoredEmbedding,
    delete_derived,
    delete_slots,
    embedding_columns,
    readable,
    to_slot,
)
from memory.types import Change, Kind, Past, Slot, TapeState

PAGE_CHARACTERS = 2_000_000
"""Of the texts of one page of a list, about."""


class Narrowing(TypedDict, total=False):
    """Which memories: of one kind, of one conversation, made from ``since`` to ``until``."""

    kind: Kind | None
    conversation_id: str | None
    since: datetime | None
    until: datetime | None


class Memories:
    """The slots of all users, one user at a time. ``embedder`` names whose vectors compare."""

    def __init__(self, database: Database, embedder: str) -> None:
        self.database = database
        self.embedder = embedder

    # What the tape needs

    def changes(self, user_id: str, after: int) -> tuple[TapeState, list[Change]]:
        """Where the user's memory stands now, and what each position that changed after ``after``
        holds by then: one statement where nothing did.

        On Postgres a write may slip in between the two statements. Its change is then told twice,
        never missed: the state is read first.
        """
        with self.database.read(user_id) as connection:
            row = connection.execute(
                select(users.c.epoch, users.c.change_seq).where(users.c.id == user_id)
            ).one_or_none()
            state = TapeState(row.epoch, row.change_seq) if row else TapeState(0, 0)
            if state.change_seq <= after:
                return state, []
            rows = connection.execute(
                select(*ON_A_TAPE)
                .where(owned(slots, user_id), slots.c.change_seq > after)
                .order_by(slots.c.position)
            )
            return state, [
                Change(
                    row.position,
                    to_slot(row, self.embedder)
                    if row.status == "complete" and row.remembered
                    else None,
                )
                for row in rows
            ]

    def past(self, user_id: str, past: Past) -> list[Change]:
        """What the memory held then, of what is still there. What was edited since is as it is
        now, or missing from what a read found.
        """
        if isinstance(past, datetime):
            held = slots.c.created_at <= past
        else:
            held = or_(
                slots.c.change_seq <= past.as_of,
                slots.c.position == past.question_position,
                (slots.c.position < past.question_position) & (slots.c.updated_at <= past.asked_at),
            )
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                select(*ON_A_TAPE).where(readable(user_id), held).order_by(slots.c.position)
            )
            return [Change(row.position, to_slot(row, self.embedder)) for row in rows]

    def fetch(self, user_id: str, positions: Collection[int]) -> dict[int, Slot]:
        """The texts behind positions: only the user's own, live and readable ones come back."""
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                select(*IN_A_PROMPT).where(readable(user_id), slots.c.position.in_(positions))
            )
            return {row.position: to_slot(row) for row in rows}

    def positions(self, user_id: str, **narrowing: Unpack[Narrowing]) -> set[int]:
        """The positions of these memories of the user."""
        with self.database.read(user_id) as connection:
            query = select(slots.c.position).where(*_narrowed(user_id, narrowing))
            return set(connection.execute(query).scalars())

    # What the user manages

    def count(self, user_id: str) -> tuple[dict[str, int], int]:
        """How many memories there are of each kind, and the last position of the tape."""
        kinds = (
            select(slots.c.kind, func.count().label("number"))
            .where(readable(user_id))
            .group_by(slots.c.kind)
        )
        last = select(func.max(slots.c.position)).where(owned(slots, user_id))
        with self.database.read(user_id) as connection:
            counted = {row.kind: row.number for row in connection.execute(kinds)}
            return counted, connection.execute(last).scalar_one() or 0

    def page(
        self,
        user_id: str,
        *,
        before: int | None = None,
        limit: int = 50,
        **narrowing: Unpack[Narrowing],
    ) -> list[Slot]:
        """Memories, newest position first, below ``before`` where that is given.

        There are at most ``limit``, and fewer where they are long: they end with the one that
        passes ``PAGE_CHARACTERS``.
        """
        length = func.length(slots.c.text).label("length")
        query = select(slots.c.position, length).where(*_narrowed(user_id, narrowing))
        if before is not None:
            query = query.where(slots.c.position < before)
        newest_first = slots.c.position.desc()
        with self.database.read(user_id) as connection:
            listed, characters = list[int](), 0
            for row in connection.execute(query.order_by(newest_first).limit(limit)):
                listed.append(row.position)
                characters += row.length
                if characters > PAGE_CHARACTERS:
                    break
            rows = connection.execute(
                select(slots)
                .where(readable(user_id), slots.c.position.in_(listed))
                .order_by(newest_first)
            )
            return [to_slot(row) for row in rows]

    def get(self, user_id: str, slot_id: str) -> Slot:
        """Raises NotFound."""
        with self.database.read(user_id) as connection:
            return _slot(connection, user_id, slot_id)

    def add(self, user_id: str, memories: Sequence[NewMemory]) -> list[Slot]:
        """Store memories in the order given, in one transaction."""
        if not memories:
            return []
        with locked(self.database, user_id) as (connection, now):
            entry = add_slots(connection, user_id, memories, now)
            stored = connection.execute(
                select(slots)
                .where(owned(slots, user_id), slots.c.position >= entry.first_position)
                .order_by(slots.c.position)
            )
            return [to_slot(row) for row in stored]

    def edit(
        self, user_id: str, slot_id: str, text: str, embedding: StoredEmbedding | None
    ) -> Slot:
        """Replace a memory's text and embedding. Raises NotFound."""
        with locked(self.database, user_id) as (connection, now):
            position = _slot(connection, user_id, slot_id).position
            entry = advance(connection, user_id)
            delete_derived(connection, user_id, slots.c.position == position)
            row = connection.execute(
                update(slots)
                .where(owned(slots, user_id, position=position))
                .values(
                    text=text,
                    updated_at=now,
                    change_seq=entry.change_seq,
                    **embedding_columns(embedding),
                )
                .returning(*slots.c)
            ).one()
        self.database.scrub()
        return to_slot(row)

    def forget(self, user_id: str, slot_id: str) -> None:
        """Erase one memory, and every trace of it in readings. Raises NotFound."""
        with locked(self.database, user_id) as (connection, _):
            position = _slot(connection, user_id, slot_id).position
            delete_slots(connection, user_id, slots.c.position == position)
        self.database.scrub()

    def forget_everything(self, user_id: str, *, user_too: bool = False) -> int:
        """Erase everything that is stored of the user. Returns how many slots there were.

        ``user_too`` erases the user's row as well. Otherwise it stays: positions and changes go on
        counting where they were.
        """
        with self.database.write(user_id, statement_timeout=LONG_STATEMENT) as connection:
            if not hold_user(connection, user_id):
                return 0
            advance(connection, user_id, epochs=1)
            for table in (reading_slots, readings, replies, feedback, conversations, documents):
                connection.execute(delete(table).where(owned(table, user_id)))
            erased = connection.execute(delete(slots).where(owned(slots, user_id))).rowcount
            if user_too:
                connection.execute(delete(users).where(users.c.id == user_id))
        self.database.scrub()
        return erased


def add_slots(
    connection: Connection, user_id: str, memories: Sequence[NewMemory], now: datetime
) -> Entry:
    """Store new memories at the tape's end, under the user's lock, and open their conversations."""
    entry = advance(connection, user_id, positions=len(memories))
    rows = [
        {
            "user_id": user_id,
            "position": position,
            "id": str(uuid.uuid4()),
            "kind": memory.kind,
            "role": memory.role,
            "speaker": memory.speaker,
            "text": memory.text,
            "status": "complete",
            "remembered": True,
            "conversation_id": memory.conversation_id,
            "created_at": memory.created_at or now,
            "updated_at": now,
            "change_seq": entry.change_seq,
            **embedding_columns(memory.embedding),
        }
        for position, memory in enumerate(memories, entry.first_position)
    ]
    open_conversations(connection, user_id, rows)
    if rows:
        connection.execute(insert(slots), rows)
    return entry


def _slot(connection: Connection, user_id: str, slot_id: str) -> Slot:
    row = connection.execute(
        select(slots).where(readable(user_id), slots.c.id == slot_id)
    ).one_or_none()
    if row is None:
        raise NotFound("memory")
    return to_slot(row)


def _narrowed(user_id: str, narrowing: Narrowing) -> list[ColumnElement[bool]]:
    holds: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "kind": lambda kind: slots.c.kind == kind,
        "conversation_id": lambda conversation_id: slots.c.conversation_id == conversation_id,
        "since": lambda since: slots.c.created_at >= since,
        "until": lambda until: slots.c.created_at < until,
    }
    given = ((name, value) for name, value in narrowing.items() if value is not None)
    return [readable(user_id), *(holds[name](value) for name, value in given)]
