"""A user's life to put into a database, and what lies there: every row, on SQLite every byte."""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32
from sqlalchemy import inspect, select, text

from memory.db.database import EVERYONE, Database
from memory.db.tables import metadata
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Document, Documents
from memory.repositories.export import ArchivedMemory
from memory.repositories.feedback import Feedback
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending, Request
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import Reading, ReadSlot, Slot
from models.language.base import Finish, Usage

EMBEDDER = "made-up"
FINISH = Finish("stop", Usage(5, 2, 1))


def unit(seed: int | str, dimension: int = 8) -> Float32[np.ndarray, " dim"]:
    """A unit vector that is the seed's own."""
    dice = random.Random(seed)
    vector = np.array([dice.gauss(0, 1) for _ in range(dimension)], np.float32)
    return vector / np.linalg.norm(vector)


def embedding_of(seed: int | str, dimension: int = 8) -> StoredEmbedding:
    return StoredEmbedding.of(unit(seed, dimension), EMBEDDER)


def facts(*texts: str, embedded: bool = True) -> list[NewMemory]:
    return [
        NewMemory(text, "fact", "user", embedding=embedding_of(text) if embedded else None)
        for text in texts
    ]


def archived(conversation_id: str | None = None, **more: Any) -> ArchivedMemory:
    """A turn as a file may hold it."""
    turn = ArchivedMemory(
        id="from a file",
        position=None,
        kind="turn",
        role="user",
        speaker=None,
        text="x",
        status="complete",
        remembered=True,
        conversation_id=conversation_id,
        created_at=datetime(2024, 5, 1, tzinfo=UTC),
    )
    return replace(turn, **more)


def begin(replies: Replies, user: str, text: str = "hello", **more: Any) -> Pending:
    pending = replies.begin(Request(user_id=user, text=text, model="m", **more))
    assert isinstance(pending, Pending)
    return pending


def record(
    pending: Pending, weights: dict[int, float], *, reading_id: str = "r", null: float = 0.1
) -> Reading:
    """A reading for this reply. The heaviest of its slots was selected."""
    slots = tuple(
        # As they are computed, and stored: in float32.
        ReadSlot(p, w, {"cosine": float(np.float32(w / 2))}, {"cosine": w * 4})
        for p, w in weights.items()
    )
    return Reading(
        id=reading_id,
        head="head-1",
        null_weight=null,
        parameters={"beta": 8.0, "theta": [1.0]},
        slots=slots,
        selected=frozenset({max(weights, key=lambda position: weights[position])}),
        conversation_id=pending.conversation_id,
        question_position=pending.question_position,
    )


@dataclass(frozen=True, slots=True)
class Life:
    """What a user left behind: facts, an answered message with its reading, a pending one, a
    document of one passage.

    ``change_seq`` is the change that stored the facts but the last one, which has no embedding.
    """

    user: str
    change_seq: int
    facts: list[Slot]
    answered: Pending
    pending: Pending
    reading_id: str
    fingerprint: str
    idempotency_key: str
    document: Document


def live(database: Database, user: str, facts_told: int = 3) -> Life:
    """Everything that can be stored of a user. All texts and names have the user's name in them."""
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me")
    told = memories.add(user, facts(*(f"{user} told fact {n}" for n in range(facts_told))))
    change_seq = memories.changes(user, 0)[0].change_seq
    [unkeyed] = memories.add(user, facts(f"{user} told a fact without embedding", embedded=False))
    life = Life(
        user=user,
        change_seq=change_seq,
        facts=[*told, unkeyed],
        answered=begin(
            replies,
            user,
            f"{user} asks",
            conversation_id=f"conversation of {user}",
            adopt=True,
            idempotency_key=f"{user} once",
            request_hash="hash",
        ),
        pending=begin(replies, user, f"{user} waits"),
        reading_id=f"reading of {user}"[:36],
        fingerprint=hashlib.sha256(user.encode()).hexdigest(),
        idempotency_key=f"{user} once",
        document=Documents(database).add(
            user,
            f"paper of {user}",
            [NewMemory(f"{user} wrote a paper", "document", "user")],
            digest=hashlib.sha256(f"{user} wrote a paper".encode()).digest(),
        ),
    )
    weight = 0.6 + 0.1 * random.Random(user).random()
    weights = {told[0].position: weight, unkeyed.position: 0.9 - weight}
    outcome = Outcome(
        f"{user} is answered",
        embedding_of(f"{user} is answered"),
        embedding_of(f"{user} asks"),
        record(life.answered, weights, reading_id=life.reading_id),
        FINISH,
        {"total": weight},
        fingerprint=life.fingerprint,
    )
    replies.commit(life.answered, outcome)
    Feedback(database).give(user, life.reading_id, told[0].id, "POSITIVE")
    Conversations(database).rename(user, life.answered.conversation_id, f"title of {user}")
    return life


def rows(database: Database, user: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that we know, or those of one user."""
    found = {}
    with database.read(EVERYONE) as connection:
        for table in metadata.sorted_tables:
            owner = table.c.id if table.name == "users" else table.c.user_id
            query = select(table).order_by(*table.primary_key.columns)
            if user is not None:
                query = query.where(owner == user)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def traces(database: Database, needles: Iterable[str | bytes]) -> set[str]:
    """Where any of the needles is: tables (also such as we do not know), and on SQLite files."""
    sought = [needle.encode() if isinstance(needle, str) else needle for needle in needles]
    places = {}
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            values = [
                value for row in connection.execute(text(f"SELECT * FROM {table}")) for value in row
            ]
            places[table] = b"\0".join(
                value if isinstance(value, bytes) else str(value).encode() for value in values
            )
    if database.is_sqlite:
        file = Path(database.url.database or "")
        for path in file.parent.glob(f"{file.name}*"):
            places[path.name] = path.read_bytes()
    return {place for place, content in places.items() if any(n in content for n in sought)}
