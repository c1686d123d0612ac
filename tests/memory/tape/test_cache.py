"""The cache of tapes: always what SQL holds, each user apart, within its budget."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from memory.tape.cache import Tapes
from memory.tape.tape import Tape
from memory.types import Change, Past, Slot, TapeState

DIMENSION = 4


class Source:
    """A dict in SQL's place: user → position → (change_seq, text or None). Counts its calls."""

    def __init__(self) -> None:
        self.embedder = "one"
        self.epochs: dict[str, int] = {}
        self.seqs: dict[str, int] = {}
        self.slots: dict[str, dict[int, tuple[int, str | None]]] = {}
        self.calls: list[str] = []
        self.before: Callable[[str, str], None] = lambda call, user_id: None

    def put(self, user_id: str, position: int, text: str | None) -> None:
        seq = self.seqs[user_id] = self.seqs.get(user_id, 0) + 1
        self.epochs.setdefault(user_id, 1)
        self.slots.setdefault(user_id, {})[position] = (seq, text)

    def past(self, user_id: str, past: Past) -> list[Change]:
        raise AssertionError("nobody asked for the past")

    def changes(self, user_id: str, after: int) -> tuple[TapeState, list[Change]]:
        self.calls.append("changes")
        self.before("changes", user_id)
        state = TapeState(self.epochs.get(user_id, 0), self.seqs.get(user_id, 0))
        return state, [
            Change(position, None if text is None else slot(position, text))
            for position, (seq, text) in self.slots.get(user_id, {}).items()
            if seq > after
        ]


def slot(position: int, text: str) -> Slot:
    key = np.zeros(DIMENSION, np.float32)
    key[position % DIMENSION] = 1
    return Slot(position, str(position), "fact", "user", text, datetime.now(UTC), embedding=key)


def found(tape: Tape, text: str) -> set[int]:
    return set(tape.find(None, text).positions.tolist())


@pytest.fixture
def source() -> Source:
    source = Source()
    source.put("ann", 1, "the red boat")
    source.put("bob", 1, "my blue car")
    return source


@pytest.fixture
def tapes(source: Source) -> Tapes:
    return Tapes(source, DIMENSION)


def test_asks_once_when_nothing_changed(source: Source, tapes: Tapes) -> None:
    first = tapes.current("ann")
    source.calls.clear()
    assert tapes.current("ann") is first
    assert source.calls == ["changes"]
    assert (tapes.hits, tapes.catch_ups, tapes.rebuilds) == (1, 0, 1)


def test_what_changed_is_caught_up_with(source: Source, tapes: Tapes) -> None:
    first = tapes.current("ann")
    source.put("ann", 2, "my green kite")
    source.put("ann", 1, None)
    tape = tapes.current("ann")
    assert tape is first
    assert found(tape, "green kite") == {2}
    assert found(tape, "red boat") == set()
    assert (tapes.hits, tapes.catch_ups, tapes.rebuilds) == (0, 1, 1)


def test_a_user_without_memory_has_an_empty_tape(tapes: Tapes) -> None:
    assert len(tapes.current("nobody")) == 0
    tapes.current("nobody")
    assert tapes.hits == 1


def test_a_new_epoch_rebuilds(source: Source, tapes: Tapes) -> None:
    first = tapes.current("ann")
    source.epochs["ann"] += 1
    source.slots["ann"].clear()
    source.put("ann", 7, "my new life")
    tape = tapes.current("ann")
    assert tape is not first
    assert found(tape, "red boat") == set()
    assert found(tape, "new life") == {7}


def test_a_restored_backup_rebuilds(source: Source, tapes: Tapes) -> None:
    source.put("ann", 2, "after the backup")
    tapes.current("ann")
    del source.slots["ann"][2]
    source.seqs["ann"] = 1
    assert found(tapes.current("ann"), "backup") == set()
    assert tapes.rebuilds == 2


def test_another_embedder_rebuilds(source: Source, tapes: Tapes) -> None:
    first = tapes.current("ann")
    source.embedder = "two"
    tape = tapes.current("ann")
    assert tape is not first
    assert tape.embedder == "two"


def test_an_epoch_that_ends_between_the_two_statements(source: Source, tapes: Tapes) -> None:
    """Changes of a new epoch must not be laid over a tape of the old one."""
    tapes.current("ann")
    source.put("ann", 2, "my green kite")

    def erase(call: str, user_id: str) -> None:
        if call == "changes" and source.epochs["ann"] == 1:
            source.epochs["ann"] = 2
            source.slots["ann"].clear()

    source.before = erase
    assert len(tapes.current("ann")) == 0


def test_users_never_see_each_other(tapes: Tapes) -> None:
    for _ in range(2):
        assert found(tapes.current("ann"), "blue car red boat") == {1}
        assert found(tapes.current("ann"), "blue car") == set()
        assert found(tapes.current("bob"), "red boat") == set()


def test_the_tape_not_used_for_longest_goes_first(source: Source) -> None:
    size = Tapes(source, DIMENSION).current("ann").nbytes
    tapes = Tapes(source, DIMENSION, budget_bytes=int(2.5 * size))
    source.put("cat", 1, "one red boat")
    ann, bob = tapes.current("ann"), tapes.current("bob")
    assert tapes.current("ann") is ann
    tapes.current("cat")
    assert (len(tapes), tapes.evictions) == (2, 1)
    assert tapes.current("ann") is ann
    assert tapes.current("bob") is not bob
    assert tapes.nbytes <= 2.5 * size
    assert found(bob, "blue car") == {1}, "who still reads an evicted tape is not disturbed"


def test_a_tape_above_the_budget_is_still_returned(source: Source) -> None:
    tapes = Tapes(source, DIMENSION, budget_bytes=1)
    assert found(tapes.current("ann"), "boat") == {1}
    assert found(tapes.current("bob"), "car") == {1}
    assert (len(tapes), tapes.evictions) == (1, 1)


def test_a_failing_source_leaves_nothing_half_done(source: Source, tapes: Tapes) -> None:
    tapes.current("ann")
    source.put("ann", 2, "my green kite")

    def fail(call: str, user_id: str) -> None:
        if call == "changes":
            raise ConnectionError

    source.before = fail
    with pytest.raises(ConnectionError):
        tapes.current("ann")
    source.before = lambda call, user_id: None
    assert found(tapes.current("ann"), "kite") == {2}


def test_one_user_waits_and_others_do_not(source: Source, tapes: Tapes) -> None:
    """Two requests of Ann build one tape, while Bob is served in the midst of it."""
    building, go_on = threading.Event(), threading.Event()

    def hold(call: str, user_id: str) -> None:
        if (call, user_id) == ("changes", "ann"):
            building.set()
            assert go_on.wait(10)

    source.before = hold
    results: list[Tape] = []
    threads = [
        threading.Thread(target=lambda: results.append(tapes.current("ann"))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    assert building.wait(10)
    assert found(tapes.current("bob"), "car") == {1}
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert results[0] is results[1]
    assert (tapes.rebuilds, tapes.hits) == (2, 1)
