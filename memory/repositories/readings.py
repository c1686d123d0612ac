"""Readings in SQL: which slots were read for which reply, with what weights."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, insert, select

from memory.db.database import Database
from memory.db.tables import reading_slots, readings, slots
from memory.errors import NotFound
from memory.repositories.reading_codec import pack, unpack
from memory.repositories.slot_rows import readable, to_slot
from memory.types import Reading, ReadSlot, Recalled, Slot


class Readings:
    """The readings of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, user_id: str, reading_id: str) -> Recalled:
        """A reading with the texts of its slots that are still there. Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                select(readings).where(readings.c.user_id == user_id, readings.c.id == reading_id)
            ).one_or_none()
            if row is None:
                raise NotFound("reading")
            weighted = connection.execute(
                _heaviest_first(select(reading_slots), user_id, [reading_id])
            ).all()
            texts = connection.execute(
                select(slots).where(
                    readable(user_id), slots.c.position.in_([w.position for w in weighted])
                )
            )
            found = {slot.position: to_slot(slot) for slot in texts}
        live = [w for w in weighted if w.position in found]
        read = (
            ReadSlot(w.position, w.weight, *unpack(row.signal_names, w.packed_signals))
            for w in live
        )
        selected = frozenset(w.position for w in live if w.selected)
        return Recalled(replace(_reading(row), slots=tuple(read), selected=selected), found)

    def weights(self, user_id: str, conversation_id: str, *, limit: int) -> list[Reading]:
        """The last readings of a conversation, oldest first, without signals and shares."""
        last = (
            select(readings)
            .where(readings.c.user_id == user_id, readings.c.conversation_id == conversation_id)
            .order_by(readings.c.question_position.desc())
            .limit(limit)
        )
        columns = reading_slots.c.reading_id, reading_slots.c.position, reading_slots.c.weight
        with self.database.read(user_id) as connection:
            found = connection.execute(last).all()
            weighted: dict[str, list[ReadSlot]] = {row.id: [] for row in found}
            for row in connection.execute(_heaviest_first(select(*columns), user_id, weighted)):
                weighted[row.reading_id].append(ReadSlot(row.position, row.weight, {}, {}))
        return [replace(_reading(row), slots=tuple(weighted[row.id])) for row in reversed(found)]

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


def _heaviest_first(query: Select[Any], user_id: str, reading_ids: Collection[str]) -> Select[Any]:
    """A query of ``reading_slots`` for the slots of these readings."""
    return query.where(
        reading_slots.c.user_id == user_id, reading_slots.c.reading_id.in_(reading_ids)
    ).order_by(reading_slots.c.weight.desc(), reading_slots.c.position)


def _reading(row: Row[Any]) -> Reading:
    """A stored reading without its slots."""
    return Reading(
        id=row.id,
        head=row.head,
        null_weight=row.null_weight,
        parameters=row.parameters,
        slots=(),
        as_of=row.as_of,
        embedder=row.embedder,
        conversation_id=row.conversation_id,
        question_position=row.question_position,
        excluded=frozenset(row.excluded or ()),
        created_at=row.created_at,
    )


def save_reading(connection: Connection, user_id: str, reading: Reading, now: datetime) -> None:
    """Store a reading inside T2. Slots that were forgotten meanwhile are left out."""
    names = list(reading.slots[0].signals) if reading.slots else []
    connection.execute(
        insert(readings).values(
            user_id=user_id,
            id=reading.id,
            conversation_id=reading.conversation_id,
            question_position=reading.question_position,
            head=reading.head,
            null_weight=reading.null_weight,
            parameters=reading.parameters,
            signal_names=names,
            as_of=reading.as_of,
            embedder=reading.embedder,
            excluded=sorted(reading.excluded),
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
            "selected": slot.position in reading.selected,
        }
        for slot in reading.slots
        if slot.position in live
    ]
    if rows:
        connection.execute(insert(reading_slots), rows)


def forget_readings(
    connection: Connection,
    user_id: str,
    conversation_id: str,
    *,
    since: int = 0,
    questions: Collection[int] | None = None,
) -> None:
    """Erase what was read in a conversation from position ``since`` on, the weights of slots
    elsewhere included. With ``questions``, only what was read for the messages at these positions.
    """
    its = and_(readings.c.user_id == user_id, readings.c.conversation_id == conversation_id)
    if since:
        its = and_(its, readings.c.question_position >= since)
    if questions is not None:
        its = and_(its, readings.c.question_position.in_(questions))
    connection.execute(
        delete(reading_slots).where(
            reading_slots.c.user_id == user_id,
            reading_slots.c.reading_id.in_(select(readings.c.id).where(its)),
        )
    )
    connection.execute(delete(readings).where(its))
