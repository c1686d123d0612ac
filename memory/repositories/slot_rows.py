"""A slot as a row: its columns, who may read it, and what is left once it is forgotten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from memory.db.change_log import Entry, advance
from memory.db.tables import conversations, feedback, reading_slots, replies, slots
from memory.types import Kind, Role, Slot

# What a forgotten slot keeps: its position and its change, so that tapes learn that it is gone.
TOMBSTONE: dict[str, Any] = {
    "status": "deleted",
    "text": None,
    "speaker": None,
    "embedding": None,
    "embedder": None,
    "conversation_id": None,
}


@dataclass(frozen=True, slots=True)
class StoredEmbedding:
    """A unit vector as it lies in SQL, with the name of the embedder that made it."""

    vector: bytes
    embedder: str

    @classmethod
    def of(
        cls, vector: "np.ndarray[Any, np.dtype[np.float32]]", embedder: str
    ) -> "StoredEmbedding":
        return cls(np.ascontiguousarray(vector, dtype="<f4").tobytes(), embedder)


@dataclass(frozen=True, slots=True)
class NewMemory:
    """Something to remember that was not said to us: a fact, or a turn from elsewhere.

    ``conversation_id`` names the user's conversation that a turn belongs to; it is made where there
    is none.
    """

    text: str
    kind: Kind
    role: Role
    created_at: datetime | None = None
    speaker: str | None = None
    embedding: StoredEmbedding | None = None
    conversation_id: str | None = None


# What a tape needs to know of a slot, and what a prompt does: whole rows take half as long again.
ON_A_TAPE = [
    column for column in slots.c if column.name not in ("user_id", "updated_at", "change_seq")
]
IN_A_PROMPT = [column for column in ON_A_TAPE if column.name not in ("embedding", "embedder")]


def readable(user_id: str) -> ColumnElement[bool]:
    """The slots of this user that may be read as memories: the guard of every hydration."""
    return and_(slots.c.user_id == user_id, slots.c.status == "complete", slots.c.remembered)


def to_slot(row: Row[Any], embedder: str | None = None) -> Slot:
    """A row as a slot, with its embedding if ``embedder`` made it and its bytes are whole."""
    embedding = None
    if (
        embedder is not None
        and row.embedding is not None
        and row.embedder == embedder
        and len(row.embedding) % 4 == 0
    ):
        embedding = np.frombuffer(row.embedding, dtype="<f4")
    return Slot(
        position=row.position,
        id=row.id,
        kind=row.kind,
        role=row.role,
        text=row.text,
        created_at=row.created_at,
        conversation_id=row.conversation_id,
        speaker=row.speaker,
        embedding=embedding,
    )


def to_row(
    user_id: str, memory: NewMemory, *, slot_id: str, position: int, entry: Entry, now: datetime
) -> dict[str, Any]:
    """A memory as the row of a slot that can be read."""
    return {
        "user_id": user_id,
        "position": position,
        "id": slot_id,
        "kind": memory.kind,
        "role": memory.role,
        "speaker": memory.speaker,
        "text": memory.text,
        "status": "complete",
        "remembered": True,
        "conversation_id": memory.conversation_id,
        "created_at": memory.created_at or now,
        "updated_at": now,
        "embedding": memory.embedding and memory.embedding.vector,
        "embedder": memory.embedding and memory.embedding.embedder,
        "change_seq": entry.change_seq,
    }


def delete_slots(connection: Connection, user_id: str, which: ColumnElement[bool]) -> None:
    """Turn the user's slots that match into tombstones and take them out of every reading."""
    entry = advance(connection, user_id)
    mine = and_(slots.c.user_id == user_id, which)
    gone = select(slots.c.position).where(mine)
    connection.execute(
        delete(reading_slots).where(
            reading_slots.c.user_id == user_id, reading_slots.c.position.in_(gone)
        )
    )
    connection.execute(
        delete(replies).where(replies.c.user_id == user_id, replies.c.position.in_(gone))
    )
    forget_derived(connection, user_id, which)
    connection.execute(update(slots).where(mine).values(**TOMBSTONE, change_seq=entry.change_seq))


def forget_derived(connection: Connection, user_id: str, which: ColumnElement[bool]) -> None:
    """Erase what is about texts that are about to go: hashes, and what the user found of them.

    A short text is found behind its hash by trying. So a client that repeats the request of a
    forgotten question is answered anew, and one that shows the forgotten words goes on in a new
    conversation.
    """
    mine = and_(slots.c.user_id == user_id, which)
    gone = select(slots.c.position).where(mine)
    connection.execute(
        delete(feedback).where(
            feedback.c.user_id == user_id,
            or_(feedback.c.position.in_(gone), feedback.c.question_position.in_(gone)),
        )
    )
    connection.execute(
        update(replies)
        .where(
            replies.c.user_id == user_id,
            replies.c.question_position.in_(gone),
        )
        .values(idempotency_key=None, request_hash=None)
    )
    connection.execute(
        update(conversations)
        .where(
            conversations.c.user_id == user_id,
            conversations.c.id.in_(select(slots.c.conversation_id).where(mine)),
        )
        .values(fingerprint=None)
    )
