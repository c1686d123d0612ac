"""Readings in SQL: which slots were read for which reply, with what weights."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select

from memory.db.database import Database
from memory.db.tables import reading_slots, readings, slots
from memory.errors import NotFound
from memory.repositories.reading_codec import pack, unpack
from memory.repositories.slot_rows import readable, to_slot
from memory.types import Reading, ReadSlot, Slot


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """A reading as it is stored: with the positions that went into the prompt, and those that
    were in it anyway and so were not read.
    """

    reading: Reading
    selected: frozenset[int]
    conversation_id: str | None
    question_position: int | None
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as it is shown: every slot of it that is still there, with its text."""

    record: ReadingRecord
    created_at: datetime
    slots: dict[int, Slot]


@dataclass(frozen=True, slots=True)
class Weights:
    """The bare weights of a stored reading, heaviest first."""

    reading_id: str
    question_position: int | None
    null_weight: float
    by_position: dict[int, float]


class Readings:
    """The readings of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, user_id: str, reading_id: str) -> StoredReading:
        """Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                select(readings).where(readings.c.user_id == user_id, readings.c.id == reading_id)
            ).one_or_none()
            if row is None:
                raise NotFound("reading")
            weighted = connection.execute(
                select(reading_slots)
                .where(
                    reading_slots.c.user_id == user_id,
                    reading_slots.c.reading_id == reading_id,
                )
                .order_by(reading_slots.c.weight.desc(), reading_slots.c.position)
            ).all()
            texts = connection.execute(
                select(slots).where(
                    readable(user_id), slots.c.position.in_([w.position for w in weighted])
                )
            )
            found = {slot.position: to_slot(slot) for slot in texts}
        live = [w for w in weighted if w.position in found]
        return StoredReading(
            record=ReadingRecord(
                reading=Reading(
                    id=row.id,
                    head=row.head,
                    null_weight=row.null_weight,
                    parameters=row.parameters,
                    slots=tuple(
                        ReadSlot(w.position, w.weight, *unpack(row.signal_names, w.packed_signals))
                        for w in live
                    ),
                    as_of=row.as_of,
                    embedder=row.embedder,
                ),
                selected=frozenset(w.position for w in live if w.selected),
                conversation_id=row.conversation_id,
                question_position=row.question_position,
                excluded=frozenset(row.excluded or ()),
            ),
            created_at=row.created_at,
            slots=found,
        )

    def weights(self, user_id: str, conversation_id: str, *, limit: int) -> list[Weights]:
        """Of the last readings of a conversation, oldest first."""
        last = (
            select(readings)
            .where(readings.c.user_id == user_id, readings.c.conversation_id == conversation_id)
            .order_by(readings.c.question_position.desc())
            .limit(limit)
        )
        with self.database.read(user_id) as connection:
            found = {
                row.id: Weights(row.id, row.question_position, row.null_weight, {})
                for row in reversed(connection.execute(last).all())
            }
            weighted = connection.execute(
                select(reading_slots.c.reading_id, reading_slots.c.position, reading_slots.c.weight)
                .where(reading_slots.c.user_id == user_id, reading_slots.c.reading_id.in_(found))
                .order_by(reading_slots.c.weight.desc(), reading_slots.c.position)
            )
            for row in weighted:
                found[row.reading_id].by_position[row.position] = row.weight
        return list(found.values())

    def question(self, user_id: str, position: int, embedder: str) -> Slot:
        """The message at a position, its embedding only if by that embedder. Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                select(slots).where(
                    slots.c.user_id == user_id,
                    slots.c.position == position,
                    slots.c.status == "complete",
                )
            ).one_or_none()
            if row is None:
                raise NotFound("message")
            return to_slot(row, embedder)

    def previous(
        self, user_id: str, conversation_id: str, *, before: int | None = None
    ) -> dict[int, float]:
        """What this conversation read last: w_{t-1} of the interpolation, by position.

        Last on the tape (a clock may stand still, or be put back), and below the position
        ``before`` where that is given.
        """
        its = and_(readings.c.user_id == user_id, readings.c.conversation_id == conversation_id)
        if before is not None:
            its = and_(its, readings.c.question_position < before)
        last = (
            select(readings.c.id)
            .where(its)
            .order_by(
                readings.c.question_position.desc().nulls_last(), readings.c.created_at.desc()
            )
            .limit(1)
            .scalar_subquery()
        )
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                select(reading_slots.c.position, reading_slots.c.weight).where(
                    reading_slots.c.user_id == user_id, reading_slots.c.reading_id == last
                )
            )
            return {row.position: row.weight for row in rows}


def save_reading(
    connection: Connection, user_id: str, record: ReadingRecord, now: datetime
) -> None:
    """Store a reading inside T2. Slots that were forgotten meanwhile are left out."""
    reading = record.reading
    names = list(reading.slots[0].signals) if reading.slots else []
    connection.execute(
        insert(readings).values(
            user_id=user_id,
            id=reading.id,
            conversation_id=record.conversation_id,
            question_position=record.question_position,
            head=reading.head,
            null_weight=reading.null_weight,
            parameters=reading.parameters,
            signal_names=names,
            as_of=reading.as_of,
            embedder=reading.embedder,
            excluded=sorted(record.excluded),
            created_at=now,
        )
    )
    live = set(
        connection.execute(
            select(slots.c.position).where(
                readable(user_id), slots.c.position.in_([s.position for s in reading.slots])
            )
        ).scalars()
    )
    rows = [
        {
            "user_id": user_id,
            "reading_id": reading.id,
            "position": slot.position,
            "weight": slot.weight,
            "packed_signals": pack(names, slot.signals, slot.shares),
            "selected": slot.position in record.selected,
        }
        for slot in reading.slots
        if slot.position in live
    ]
    if rows:
        connection.execute(insert(reading_slots), rows)


def forget_readings(
    connection: Connection, user_id: str, conversation_id: str, *, since: int = 0
) -> None:
    """Erase what was read in a conversation from position ``since`` on, the weights of slots
    elsewhere included.
    """
    its = and_(readings.c.user_id == user_id, readings.c.conversation_id == conversation_id)
    if since:
        its = and_(its, readings.c.question_position >= since)
    connection.execute(
        delete(reading_slots).where(
            reading_slots.c.user_id == user_id,
            reading_slots.c.reading_id.in_(select(readings.c.id).where(its)),
        )
    )
    connection.execute(delete(readings).where(its))
