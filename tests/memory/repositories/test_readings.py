"""Readings in SQL: kept as they were read, less what was forgotten. On both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support.stored import EMBEDDER, FINISH, begin, facts, record

from memory.db.database import EVERYONE, Database
from memory.db.tables import reading_slots
from memory.errors import NotFound
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings, save_reading
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending
from memory.types import Reading, Slot

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, EMBEDDER)


@pytest.fixture
def readings(database: Database) -> Readings:
    return Readings(database)


@pytest.fixture
def slots(memories: Memories) -> list[Slot]:
    return memories.add("ann", facts("light", "heavy", "middling"))


def save(database: Database, *made: Reading, user: str = "ann", at: datetime = NOW) -> None:
    with database.write(EVERYONE) as connection:
        for each in made:
            save_reading(connection, user, each, at)


def answer(database: Database, conversation_id: str | None = None, user: str = "ann") -> Pending:
    """A reply at its end, for a reading to belong to."""
    replies = Replies(database, "me")
    pending = begin(replies, user, conversation_id=conversation_id)
    replies.commit(pending, Outcome("hi", finish=FINISH))
    return pending


def weights_in(database: Database, reading_id: str) -> dict[int, float]:
    with database.read(EVERYONE) as connection:
        rows = connection.execute(
            select(reading_slots.c.position, reading_slots.c.weight).where(
                reading_slots.c.reading_id == reading_id
            )
        )
        return {row.position: row.weight for row in rows}


def test_a_reading_comes_back_as_it_was_read(
    database: Database, readings: Readings, slots: list[Slot]
) -> None:
    pending = answer(database)
    light, heavy, middling = (slot.position for slot in slots)
    kept = record(pending, {heavy: 0.5, middling: 0.3, light: 0.1})
    save(database, kept)
    shown = readings.get("ann", "r")
    assert shown.reading == replace(kept, created_at=NOW)
    assert shown.reading.selected == {heavy}
    assert shown.slots == {slot.position: slot for slot in slots}


def test_slots_come_by_weight_and_then_by_position(
    database: Database, readings: Readings, slots: list[Slot]
) -> None:
    first, second, third = (slot.position for slot in slots)
    save(database, record(answer(database), {second: 0.2, first: 0.2, third: 0.5}))
    in_order = [slot.position for slot in readings.get("ann", "r").reading.slots]
    assert in_order == [third, first, second]


def test_a_reading_of_nothing_is_a_reading(
    database: Database, readings: Readings, slots: list[Slot]
) -> None:
    full = record(answer(database), {slots[0].position: 0.5})
    empty = Reading("none", "head-1", 1.0, {}, (), conversation_id=full.conversation_id)
    save(database, empty)
    assert readings.get("ann", "none").reading == replace(empty, created_at=NOW)
    assert readings.previous("ann", full.conversation_id or "") == {}
    with pytest.raises(NotFound):
        readings.get("ann", "never was")


def test_what_is_forgotten_leaves_every_reading(
    database: Database, readings: Readings, memories: Memories, slots: list[Slot]
) -> None:
    light, heavy, middling = slots
    pending = answer(database)
    weights = {heavy.position: 0.5, middling.position: 0.3, light.position: 0.1}
    save(database, record(pending, weights), record(pending, weights, reading_id="s"))
    memories.forget("ann", heavy.id)
    del weights[heavy.position]
    for reading_id in ("r", "s"):
        shown = readings.get("ann", reading_id)
        assert {s.position: s.weight for s in shown.reading.slots} == weights
        assert shown.slots == {slot.position: slot for slot in (middling, light)}
        assert shown.reading.selected == frozenset()
        assert weights_in(database, reading_id) == weights, "no trace is left in SQL"
    assert readings.previous("ann", pending.conversation_id) == weights


def test_an_edited_slot_is_shown_as_it_is_now(
    database: Database, readings: Readings, memories: Memories, slots: list[Slot]
) -> None:
    save(database, record(answer(database), {slots[0].position: 0.5}))
    edited = memories.edit("ann", slots[0].id, "new", None)
    assert readings.get("ann", "r").slots == {edited.position: edited}


def test_a_forgotten_conversation_takes_its_readings_and_leaves_those_of_others(
    database: Database, readings: Readings, slots: list[Slot]
) -> None:
    """Its own readings go whole, also what they say of slots elsewhere; others lose its turns."""
    fact = slots[0].position
    gone, other = answer(database), answer(database)
    save(
        database,
        record(gone, {fact: 0.5, other.position: 0.3}, reading_id="gone"),
        record(other, {fact: 0.5, gone.position: 0.3}, reading_id="other"),
    )
    Conversations(database).forget("ann", gone.conversation_id)
    with pytest.raises(NotFound):
        readings.get("ann", "gone")
    assert weights_in(database, "gone") == {}
    assert weights_in(database, "other") == {fact: 0.5}
    assert set(readings.get("ann", "other").slots) == {fact}


def test_what_was_read_last_is_this_conversations_own(
    database: Database, readings: Readings, memories: Memories, slots: list[Slot]
) -> None:
    position = slots[0].position
    [his] = memories.add("bob", facts("his"))
    assert his.position == position
    mine, another = answer(database), answer(database)
    assert readings.previous("ann", mine.conversation_id) == {}
    save(database, record(mine, {position: 0.1}, reading_id="mine"))
    save(
        database, record(another, {position: 0.2}, reading_id="another"), at=NOW + timedelta(days=1)
    )
    # The same conversation's name, and a later reading of the same id; yet it is Bob's.
    save(
        database,
        record(mine, {position: 0.3}, reading_id="mine"),
        user="bob",
        at=NOW + timedelta(days=2),
    )
    assert readings.previous("ann", mine.conversation_id) == {position: 0.1}
    assert readings.previous("ann", another.conversation_id) == {position: 0.2}
    assert readings.previous("bob", mine.conversation_id) == {position: 0.3}


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(0), timedelta(hours=-1)])
def test_what_was_read_last_is_a_matter_of_order_and_not_of_the_clock(
    database: Database, readings: Readings, slots: list[Slot], step: timedelta
) -> None:
    """A clock may stand still between two readings, or be put back. Several in a row, so that a
    tie that is broken by chance is hardly broken rightly each time.
    """
    conversation_id = None
    for number, reading_id in enumerate("dacbe"):
        pending = answer(database, conversation_id)
        conversation_id = pending.conversation_id
        weight = {slots[0].position: 0.1 + number / 10}
        save(database, record(pending, weight, reading_id=reading_id), at=NOW + number * step)
        assert readings.previous("ann", conversation_id) == weight
