"""Bringing a memory back: records of ``memory/repositories/export.py`` become rows, a batch at a
time.

What is there already is left alone, by its id: so the same records may come twice, and an import
that broke off is simply sent again. So is a turn that its client said here: by the chat's id, its
role and its words. What was forgotten comes back in its old place, for this is the user's own wish.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from memory.db.change_log import advance, insert_or_keep, locked, reserve
from memory.db.database import Database
from memory.db.queries import columns, owned
from memory.db.tables import conversations, documents, feedback, replies, slots, users
from memory.errors import ForgottenMeanwhile
from memory.repositories.branches.alignment import StoredTurn, is_same
from memory.repositories.conversations import open_conversations
from memory.repositories.export import (
    ArchivedConversation,
    ArchivedDocument,
    ArchivedFeedback,
    ArchivedMemory,
    Record,
)
from memory.repositories.slot_rows import StoredEmbedding, embedding_columns
from models.language.base import Message

# The widest gap between two memories that is kept: a file cannot use all positions up.
WIDEST_GAP = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last memory of an import lies: by its file's count, and here."""

    there: int | None
    here: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a batch: ``imported`` memories are new here, ``kept`` ones were there.

    ``last`` is where its last memory lies. Forgetting everything begins another ``epoch``.
    ``said_here`` are the positions of turns that the import found to be there by their words.
    ``waiting`` of its memories are still to be embedded.
    """

    imported: int
    kept: int
    last: Place | None
    epoch: int
    said_here: frozenset[int] = frozenset()
    waiting: int = 0


class Restore:
    """Writes for all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def missing(self, user_id: str, ids: Collection[str]) -> set[str]:
        """Those of these memories that are not there, or not any more."""
        with self.database.read(user_id) as connection:
            there = connection.execute(
                select(slots.c.id).where(
                    owned(slots, user_id), slots.c.id.in_(ids), slots.c.status != "deleted"
                )
            ).scalars()
            return set(ids) - set(there)

    def put(
        self,
        user_id: str,
        batch: Sequence[Record],
        embeddings: Mapping[str, StoredEmbedding | None],
        before: Restored | None = None,
    ) -> Restored:
        """Store what of a batch is not there, in one transaction.

        ``embeddings`` are the memories' own by their id, ``before`` is what became of the batch
        before this one. Raises ForgottenMeanwhile.
        """
        memories = [each for each in batch if isinstance(each, ArchivedMemory)]
        with locked(self.database, user_id) as (connection, now):
            mine = select(users.c.epoch).where(users.c.id == user_id)
            epoch: int = connection.execute(mine).scalar_one()
            if before is not None and before.epoch != epoch:
                raise ForgottenMeanwhile
            for record in batch:
                if isinstance(record, ArchivedConversation | ArchivedDocument):
                    table = conversations if isinstance(record, ArchivedConversation) else documents
                    row = {"user_id": user_id, **asdict(record)}
                    connection.execute(insert_or_keep(connection, table).values(row))
            last = None if before is None else before.last
            placed, dead = _places(connection, user_id, [each.id for each in memories])
            found_before = frozenset[int]() if before is None else before.said_here
            new = [each for each in memories if each.id not in placed]
            found = _said_here(connection, user_id, new, found_before)
            imported, last = self._memories(
                connection, user_id, memories, embeddings, last, now, placed | found, dead
            )
            for record in batch:
                if isinstance(record, ArchivedFeedback):
                    _add_feedback(connection, user_id, record)
        said_here = found_before | frozenset(found.values())
        return Restored(imported, len(memories) - imported, last, epoch, said_here)

    def _memories(
        self,
        connection: Connection,
        user_id: str,
        memories: Sequence[ArchivedMemory],
        embeddings: Mapping[str, StoredEmbedding | None],
        last: Place | None,
        now: datetime,
        placed: dict[str, int],
        dead: dict[str, int],
    ) -> tuple[int, Place | None]:
        """Each behind the one before it, as far as it was; returns how many were new.

        ``placed`` and ``dead`` as of ``_places``.
        """
        entry = advance(connection, user_id)
        free = entry.first_position
        new: list[dict[str, Any]] = []
        back: list[dict[str, Any]] = []
        for memory in memories:
            position = placed.get(memory.id)
            if position is None:
                position = dead.get(memory.id)
                rows = back
                if position is None:
                    position = free if last is None else max(free, last.here + _gap(last, memory))
                    rows, free = new, position + 1
                rows.append(
                    {
                        "user_id": user_id,
                        **asdict(memory),
                        "position": position,
                        "updated_at": now,
                        "change_seq": entry.change_seq,
                        **embedding_columns(embeddings.get(memory.id)),
                    }
                )
                placed[memory.id] = position
            last = Place(memory.position, position)
        reserve(connection, user_id, free)
        open_conversations(connection, user_id, [*new, *back])
        if new:
            connection.execute(insert(slots), new)
        for row in back:
            place = owned(slots, user_id, position=row["position"])
            connection.execute(update(slots).where(place).values(**row))
        return len(new) + len(back), last


def _places(
    connection: Connection, user_id: str, ids: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Where those of these memories lie that are there, and where those lay that were forgotten."""
    rows = connection.execute(
        select(slots.c.id, slots.c.position, slots.c.status).where(
            owned(slots, user_id), slots.c.id.in_(ids)
        )
    ).all()
    return (
        {row.id: row.position for row in rows if row.status != "deleted"},
        {row.id: row.position for row in rows if row.status == "deleted"},
    )


def _said_here(
    connection: Connection,
    user_id: str,
    memories: Sequence[ArchivedMemory],
    found_before: frozenset[int],
) -> dict[str, int]:
    """Where those turns lie that their clients said here, each at another place.

    An answer that was stopped may be shorter here or there.
    """
    chats = {each.conversation_id for each in memories if each.kind == "turn"} - {None}
    if not chats:
        return {}
    its = owned(replies, user_id)
    rows = connection.execute(
        select(*columns(slots, StoredTurn), slots.c.conversation_id)
        .where(
            owned(slots, user_id),
            slots.c.conversation_id.in_(chats),
            slots.c.status.in_(("complete", "aborted")),
            or_(
                slots.c.position.in_(select(replies.c.position).where(its)),
                slots.c.position.in_(select(replies.c.question_position).where(its)),
            ),
        )
        .order_by(slots.c.position)
    )
    said: dict[tuple[str, ...], list[int]] = defaultdict(list)
    stopped: dict[tuple[str, ...], list[StoredTurn]] = defaultdict(list)
    for *columns_of_turn, chat in rows:
        turn = StoredTurn(*columns_of_turn)
        if turn.position in found_before:
            continue
        if turn.status == "aborted":
            stopped[chat, turn.role].append(turn)
        else:
            said[chat, turn.role, *turn.text.split()].append(turn.position)
    found: dict[str, int] = {}
    for memory in memories:
        chat_and_role = memory.conversation_id or "", memory.role
        places = said.get((*chat_and_role, *memory.text.split()))
        if places:
            found[memory.id] = places.pop(0)
            continue
        message = Message(memory.role, memory.text)
        for turn in stopped.get(chat_and_role, []):
            if turn.is_shown and is_same(turn, message):
                stopped[chat_and_role].remove(turn)
                found[memory.id] = turn.position
                break
    return found


def _gap(last: Place, memory: ArchivedMemory) -> int:
    if last.there is None or memory.position is None:
        return 1
    return min(max(memory.position - last.there, 1), WIDEST_GAP)


def _add_feedback(connection: Connection, user_id: str, record: ArchivedFeedback) -> None:
    """Store a verdict if both that it is about are there, and none was given since."""
    its = {
        row.id: row.position
        for row in connection.execute(
            select(slots.c.id, slots.c.position).where(
                owned(slots, user_id, status="complete"),
                slots.c.id.in_([record.memory_id, record.question_id]),
            )
        )
    }
    if record.memory_id not in its or record.question_id not in its:
        return
    connection.execute(
        insert_or_keep(connection, feedback).values(
            user_id=user_id,
            reading_id=record.reading_id,
            position=its[record.memory_id],
            question_position=its[record.question_id],
            verdict=record.feedback,
            created_at=record.created_at,
        )
    )
