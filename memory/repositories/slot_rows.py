"""A slot as a row: its columns, who may read it, and what is left once it is forgotten."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from memory.db.change_log import advance
from memory.db.queries import owned
from memory.db.tables import conversations, feedback, reading_slots, replies, slots
from memory.types import Kind, Role, Slot
from models.embedder_names import comparable
from models.token_hashes import TOKEN

# What a forgotten slot keeps: its position and its change, so that tapes learn that it is gone.
TOMBSTONE: dict[str, Any] = {
    "status": "deleted",
    "text": None,
    "speaker": None,
    "embedding": None,
    "embedder": None,
    "tokens": None,
    "conversation_id": None,
}


@dataclass(frozen=True, slots=True)
class StoredEmbedding:
    """A unit vector as it lies in SQL, with the name of the embedder that made it.

    ``tokens`` are the telling ones of its text: see ``tape.late_interaction``.
    """

    vector: bytes
    embedder: str
    tokens: bytes = b""

    @classmethod
    def of(
        cls, vector: "np.ndarray[Any, np.dtype[np.float32]]", embedder: str, tokens: bytes = b""
    ) -> "StoredEmbedding":
        return cls(np.ascontiguousarray(vector, dtype="<f4").tobytes(), embedder, tokens)

    @property
    def array(self) -> "np.ndarray[Any, np.dtype[np.float32]]":
        return np.frombuffer(self.vector, dtype="<f4")


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
IN_A_PROMPT = [
    column for column in ON_A_TAPE if column.name not in ("embedding", "embedder", "tokens")
]


def readable(user_id: str) -> ColumnElement[bool]:
    """The slots of this user that may be read as memories: the guard of every hydration."""
    return owned(slots, user_id, status="complete") & slots.c.remembered


def to_slot(row: Row[Any], embedder: str | None = None) -> Slot:
    """A row as a slot, with its embedding if ``embedder`` made it and its bytes are whole."""
    embedding, tokens = None, b""
    if (
        embedder is not None
        and row.embedding is not None
        and comparable(row.embedder, embedder)
        and len(row.embedding) % 4 == 0
    ):
        embedding = np.frombuffer(row.embedding, dtype="<f4")
        if row.embedder == embedder and len(row.tokens or b"") % TOKEN.itemsize == 0:
            tokens = row.tokens or b""
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
        tokens=tokens,
    )


def embedding_columns(embedding: StoredEmbedding | None) -> dict[str, Any]:
    """An embedding as columns of a slot; None: it has none yet."""
    if embedding is None:
        return {"embedding": None, "embedder": None, "tokens": None}
    return {
        "embedding": embedding.vector,
        "embedder": embedding.embedder,
        "tokens": embedding.tokens or None,
    }


def delete_slots(connection: Connection, user_id: str, which: ColumnElement[bool]) -> None:
    """Turn the user's slots that match into tombstones and take them out of every reading."""
    entry = advance(connection, user_id)
    own = owned(slots, user_id) & which
    gone = select(slots.c.position).where(own)
    for table in (reading_slots, replies):
        connection.execute(delete(table).where(owned(table, user_id), table.c.position.in_(gone)))
    delete_derived(connection, user_id, which)
    connection.execute(update(slots).where(own).values(**TOMBSTONE, change_seq=entry.change_seq))


def delete_derived(connection: Connection, user_id: str, which: ColumnElement[bool]) -> None:
    """Erase what is about texts that are about to go: hashes, and the user's feedback on them.

    A short text is found behind its hash by trying. So a client that repeats the request of a
    forgotten question is answered anew, and one that shows the forgotten words goes on in a new
    conversation.
    """
    own = owned(slots, user_id) & which
    gone = select(slots.c.position).where(own)
    about = feedback.c.position.in_(gone) | feedback.c.question_position.in_(gone)
    connection.execute(delete(feedback).where(owned(feedback, user_id), about))
    connection.execute(
        update(replies)
        .where(owned(replies, user_id), replies.c.question_position.in_(gone))
        .values(idempotency_key=None, request_hash=None)
    )
    where = conversations.c.id.in_(select(slots.c.conversation_id).where(own))
    connection.execute(
        update(conversations).where(owned(conversations, user_id), where).values(fingerprint=None)
    )
