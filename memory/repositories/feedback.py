"""Feedback: what the user found of a memory that was read for a message."""

from sqlalchemy import delete, insert, select

from memory.db.change_log import hold_user
from memory.db.database import Database
from memory.db.queries import is_slot, owned
from memory.db.tables import feedback, reading_slots, readings, slots
from memory.errors import NotFound
from memory.literals import Verdict as Verdict
from memory.repositories.slot_rows import readable


class Feedback:
    """The feedback of all users, one user at a time. It goes with the memory or the question."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def give(self, user_id: str, reading_id: str, memory_id: str, verdict: Verdict | None) -> None:
        """Keep a verdict instead of the one before; None takes it back. Raises NotFound."""
        with self.database.write(user_id) as connection:
            if not hold_user(connection, user_id):
                raise NotFound("reading")
            question = connection.execute(
                select(readings.c.question_position)
                .join(slots, is_slot(readings, "question_position"))
                .where(owned(readings, user_id, id=reading_id), slots.c.status == "complete")
            ).scalar_one_or_none()
            if question is None:
                raise NotFound("reading")
            position = connection.execute(
                select(slots.c.position)
                .join(reading_slots, is_slot(reading_slots))
                .where(
                    readable(user_id),
                    slots.c.id == memory_id,
                    reading_slots.c.reading_id == reading_id,
                )
            ).scalar_one_or_none()
            if position is None:
                raise NotFound("memory in this reading")
            given = owned(feedback, user_id, reading_id=reading_id, position=position)
            connection.execute(delete(feedback).where(given))
            if verdict is not None:
                connection.execute(
                    insert(feedback).values(
                        user_id=user_id,
                        reading_id=reading_id,
                        position=position,
                        question_position=question,
                        verdict=verdict,
                        created_at=self.database.now(connection),
                    )
                )

    def of(self, user_id: str, reading_id: str) -> dict[int, Verdict]:
        """The verdicts on what a reading read, by position."""
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                select(feedback.c.position, feedback.c.verdict).where(
                    owned(feedback, user_id, reading_id=reading_id)
                )
            )
            return {row.position: row.verdict for row in rows}
