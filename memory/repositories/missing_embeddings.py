"""Embeddings that are missing: they failed, or another embedder made them.

Upkeep asks for them over all users, embeds, and stores them as changes like any other, so that
every tape learns of them. This and the sweeper are the only places that look across users.
"""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select, update

from memory.db.change_log import advance, hold_user
from memory.db.database import EVERYONE, Database
from memory.db.tables import slots
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import with_speaker


@dataclass(frozen=True, slots=True)
class SlotWithoutEmbedding:
    """A slot that waits for a key, with the text that makes it.

    ``change_seq`` tells whether the slot was edited since.
    """

    user_id: str
    position: int
    text: str
    change_seq: int


class MissingEmbeddings:
    """Finds slots without a key of ``embedder``, and gives them theirs."""

    def __init__(self, database: Database, embedder: str) -> None:
        self.database = database
        self.embedder = embedder

    def find(self, limit: int) -> list[SlotWithoutEmbedding]:
        """Some of the slots that today's embedder has not seen.

        Not among them is a question that is being answered: its key comes with the answer.
        """
        stale = or_(
            slots.c.embedder.is_(None),
            slots.c.embedder < self.embedder,
            slots.c.embedder > self.embedder,
        )
        # T1 puts it right behind its question, with the same number; an edit takes another.
        answer = slots.alias()
        answered_now = exists().where(
            answer.c.user_id == slots.c.user_id,
            answer.c.position == slots.c.position + 1,
            answer.c.change_seq == slots.c.change_seq,
            answer.c.status == "pending",
        )
        with self.database.read(EVERYONE) as connection:
            rows = connection.execute(
                select(
                    slots.c.user_id,
                    slots.c.position,
                    slots.c.speaker,
                    slots.c.text,
                    slots.c.change_seq,
                )
                .where(slots.c.status == "complete", stale, ~answered_now)
                .limit(limit)
            )
            return [
                SlotWithoutEmbedding(
                    row.user_id, row.position, with_speaker(row.speaker, row.text), row.change_seq
                )
                for row in rows
            ]

    def store(self, slot: SlotWithoutEmbedding, embedding: StoredEmbedding | None) -> bool:
        """Store the key; False where the slot changed meanwhile, or others write for its user now.

        None: it cannot be embedded at all.
        """
        with self.database.write(slot.user_id) as connection:
            # Not there: erased meanwhile, and stays so. Held by another: there is a next time.
            if not hold_user(connection, slot.user_id, wait=False):
                return False
            entry = advance(connection, slot.user_id)
            given = connection.execute(
                update(slots)
                .where(
                    slots.c.user_id == slot.user_id,
                    slots.c.position == slot.position,
                    slots.c.change_seq == slot.change_seq,
                    slots.c.status == "complete",
                )
                .values(
                    embedding=embedding and embedding.vector,
                    embedder=embedding.embedder if embedding else self.embedder,
                    change_seq=entry.change_seq,
                )
            ).rowcount
        return bool(given)
