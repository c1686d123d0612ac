"""Recency goes by date: a history that is imported late was said early."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.stored import unit

from memory.tape.date_order import places_by_date
from memory.tape.tape import Tape
from memory.types import SIGNALS, Candidates, Change, Slot

RECENCY = list(SIGNALS).index("recency")


def slot(position: int, year: int) -> Slot:
    return Slot(
        position=position,
        id=str(position),
        kind="fact",
        role="user",
        text=f"I live in place{position}.",
        created_at=datetime(year, 5, 5, tzinfo=UTC),
        embedding=unit(str(position)),
    )


def tape_of(*slots: Slot) -> Tape:
    tape = Tape(len(unit("a")))
    tape.apply([Change(each.position, each) for each in slots])
    return tape


def recency(found: Candidates) -> dict[int, float]:
    return dict(zip(found.positions.tolist(), found.signals[:, RECENCY].tolist(), strict=True))


def test_what_was_said_early_and_stored_late_is_not_the_latest() -> None:
    tape = tape_of(slot(1, 2026), slot(2, 2020), slot(4, 2023))
    found = tape.find(unit("live"), "Where do I live?")
    assert found.by_date
    assert recency(found) == {1: 1.0, 2: 0.0, 4: np.float32(1 / 3)}
    before = tape.find(unit("live"), "Where do I live?", by_date=False)
    assert not before.by_date
    assert recency(before) == {1: 0.0, 2: np.float32(1 / 3), 4: 1.0}


def test_it_follows_what_is_added_and_forgotten() -> None:
    tape = tape_of(slot(1, 2022), slot(2, 2023))
    assert not tape.find(unit("live"), "live").by_date
    tape.apply([Change(3, slot(3, 2021))])
    assert recency(tape.find(unit("live"), "live")) == {3: 0.0, 1: 0.5, 2: 1.0}
    tape.apply([Change(3, None)])
    found = tape.find(unit("live"), "live")
    assert not found.by_date
    assert recency(found) == {1: 0.0, 2: 1.0}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=30))
def test_places_are_the_positions_in_order_of_dates(rows: list[tuple[bool, int]]) -> None:
    """Rows may be free, and in any order of positions."""
    numbers = np.random.default_rng(len(rows)).permutation(len(rows)) * 3
    positions = np.where([live for live, _ in rows], numbers, -1).astype(np.int64)
    time = np.array([moment for _, moment in rows], np.float64)
    places = places_by_date(positions, time)
    assert sorted(places.tolist()) == sorted(positions.tolist())
    live = [row for row in range(len(rows)) if positions[row] >= 0]
    by_date = sorted(live, key=lambda row: (time[row], positions[row]))
    assert [places[row] for row in by_date] == sorted(positions[live].tolist())
    if by_date == sorted(live, key=lambda row: positions[row]):
        assert places is positions
