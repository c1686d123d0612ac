"""Embeddings that are missing: of slots whose embedding failed, or that another embedder embedded.

Upkeep asks for them over all users, embeds, and stores them as changes like any other, so that
every tape learns of them. This and the sweeper are the only places that look across users.
"""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select, update

from memory.db.change_log import advance, hold_user
from memory.db.database import EVERYONE, Database
from memory.db.queries import owned
from memory.db.tables import slots
from memory.repositories.slot_rows import StoredEmbedding, embedding_columns
from memory.types import with_speaker


@dataclass(frozen=True, slots=True)
class SlotWithoutEmbedding:
    """A slot that waits for its embedding, with the text to embed.

    ``change_seq`` tells whether the slot was edited since.
    """

    user_id: str
    position: int
    text: str
    change_seq: int


class MissingEmbeddings:
    """Finds slots that have no embedding by ``embedder``, and stores theirs."""

    def __init__(self, database: Database, embedder: str) -> None:
        self.database = database
        self.embedder = embedder

    def find(self, limit: int) -> list[SlotWithoutEmbedding]:
        """Some of the slots that today's embedder has not seen.

        A question that is being answered is not among them: its embedding comes with the answer.
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
        """False where the slot changed meanwhile, or another transaction holds its user.

        None: its text cannot be embedded at all.
        """
        columns = embedding_columns(embedding)
        if embedding is None:
            columns["embedder"] = self.embedder
        with self.database.write(slot.user_id) as connection:
            # Not there: erased meanwhile, and stays so. Held by another: there is a next time.
            if not hold_user(connection, slot.user_id, wait=False):
                return False
            entry = advance(connection, slot.user_id)
            same = owned(
                slots,
                slot.user_id,
                position=slot.position,
                change_seq=slot.change_seq,
                status="complete",
            )
            given = connection.execute(
                update(slots)
                .where(same)
                .values(
                    **columns,
                    change_seq=entry.change_seq,
                )
            ).rowcount
        return bool(given)
