"""One user's tape: what ``find`` returns, against brute force and against a plain dict."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float32

from memory.tape.copies import copy_key
from memory.tape.indexes.bm25 import LexicalIndex
from memory.tape.tape import Tape
from memory.text.words import content_terms
from memory.types import SIGNALS, Candidates, Change, Slot

DIMENSION = 8
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HALF = 1e-3  # what half precision may do to a cosine of so few numbers


def unit(seed: int, dimension: int = DIMENSION) -> Float32[np.ndarray, " dim"]:
    vector = np.random.default_rng(seed).normal(size=dimension).astype(np.float32)
    return vector / np.linalg.norm(vector)


def slot(
    position: int,
    text: str = "",
    *,
    key: Float32[np.ndarray, " dim"] | None = None,
    conversation: str | None = None,
    speaker: str | None = None,
) -> Slot:
    return Slot(
        position=position,
        id=f"slot-{position}",
        kind="turn",
        role="user",
        text=text,
        created_at=NOW,
        conversation_id=conversation,
        speaker=speaker,
        embedding=key,
    )


def tape_of(*slots: Slot, dimension: int = DIMENSION, approximate_above: int = 50_000) -> Tape:
    tape = Tape(dimension, approximate_above)
    tape.apply([Change(slot.position, slot) for slot in slots])
    return tape


def found(candidates: Candidates) -> set[int]:
    return set(candidates.positions.tolist())


def test_long_texts_are_taken_in_a_few_at_a_time_and_all_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[int] = []
    add = LexicalIndex.add

    def counted(index: LexicalIndex, rows: Sequence[int], texts: Sequence[str]) -> None:
        taken.append(len(texts))
        add(index, rows, texts)

    monkeypatch.setattr(LexicalIndex, "add", counted)
    monkeypatch.setattr("memory.tape.tape_rows.BATCH_CHARACTERS", 100)
    lengths = [10, 10, 90, 200, 10, 95, 10]
    words = [f"word{n} " + "x" * length for n, length in enumerate(lengths)]
    tape = tape_of(*(slot(n + 1, text) for n, text in enumerate(words)))
    assert sum(taken) == len(tape) == len(words)
    assert max(taken) == 2
    for n in range(len(words)):
        assert found(tape.find(None, f"word{n}")) >= {n + 1}


def clustered(count: int, dimension: int, clusters: int = 40) -> Float32[np.ndarray, "count dim"]:
    generator = np.random.default_rng(7)
    centres = generator.normal(size=(clusters, dimension))
    keys = centres[generator.integers(clusters, size=count)]
    keys = keys + 0.5 * generator.normal(size=keys.shape)
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    return keys.astype(np.float32)


def kept(keys: Float32[np.ndarray, "*slots dim"]) -> Float32[np.ndarray, "*slots dim"]:
    """Unit vectors as a tape keeps them: with half precision."""
    return keys.astype(np.float16).astype(np.float32)


# What find returns


def test_exact_search_equals_brute_force() -> None:
    """As FAISS's contrib/evaluation compares: a row may be missing only for one that is as good."""
    keys = clustered(500, DIMENSION)
    keys[100:110] = keys[0]  # ties
    tape = tape_of(*(slot(i, key=key) for i, key in enumerate(keys)))
    for query in clustered(20, DIMENSION):
        candidates = tape.find(query, "", limit=10)
        cosines = kept(keys) @ query
        best = np.sort(cosines)[::-1][:10]
        assert len(candidates) == 10
        np.testing.assert_allclose(candidates.signals[:, 0], best, atol=1e-6)
        np.testing.assert_allclose(cosines[candidates.positions], best, atol=1e-6)
        assert (candidates.signals[:, 1] == 0).all()


def test_order_is_by_cosine_then_position() -> None:
    key = unit(1)
    tape = tape_of(*(slot(p, key=key) for p in (5, 3, 9)), slot(1, key=-key), slot(7, key=unit(2)))
    assert tape.find(key, "").positions.tolist() == [3, 5, 9, 7, 1]


def test_signals_are_in_the_order_of_their_names() -> None:
    tape = tape_of(slot(1, "red boat", key=unit(1)))
    candidates = tape.find(unit(1), "red boat")
    assert list(SIGNALS)[:2] == ["cosine", "bm25"]
    assert candidates.signals[0, 0] == pytest.approx(1, abs=HALF)
    assert 0 < candidates.signals[0, 1] < 0.999


def test_keys_are_compared_by_direction() -> None:
    tape = tape_of(slot(1, key=7 * unit(1)), slot(2, key=0.1 * unit(2)))
    candidates = tape.find(3 * unit(1), "")
    expected = [1, unit(1) @ unit(2)]
    np.testing.assert_allclose(candidates.signals[:, 0], expected, atol=HALF)


def test_half_precision_changes_cosines_of_an_embedders_width_by_less_than_a_ten_thousandth() -> (
    None
):
    keys = clustered(500, 384)
    tape = tape_of(*(slot(i, key=key) for i, key in enumerate(keys)), dimension=384)
    for query in clustered(20, 384):
        candidates = tape.find(query, "", limit=500)
        exact = keys[candidates.positions] @ query
        np.testing.assert_allclose(candidates.signals[:, 0], exact, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("My dog's name is Rex", "what are the dogs called?"),
        ("我的猫叫小花", "小花是谁"),
        ("แมวของฉันชื่อส้ม", "แมวชื่ออะไร"),
        ("昨日カラオケに行った", "カラオケ"),
        ("I bought an iPhone手机 yesterday", "手机"),
        ("ＴＯＫＹＯ trip", "tokyo"),
        ("The code is 4711", "4711?"),
    ],
)
def test_words_find_their_slot(text: str, query: str) -> None:
    tape = tape_of(slot(1, "something else entirely"), slot(2, text), slot(3, "一二三 ก ข"))
    assert found(tape.find(None, query)) == {2}


@pytest.mark.parametrize("query", ["", "   ", "🙂🙂", "?!…", "\ud800"])
def test_queries_without_words_find_nothing_by_words(query: str) -> None:
    tape = tape_of(slot(1, "hello 🙂?!"), slot(2, query, key=unit(1)))
    assert len(tape.find(None, query)) == 0
    assert found(tape.find(unit(1), query)) == {2}


def test_the_speaker_is_part_of_the_text() -> None:
    tape = tape_of(slot(1, "I am tired", speaker="Melanie"), slot(2, "I am tired", speaker="Ann"))
    assert found(tape.find(None, "Melanie")) == {1}


def test_an_empty_tape() -> None:
    tape = Tape(DIMENSION)
    candidates = tape.find(unit(1), "hello", exclude=[3], previous={1: 0.5}, allowed=[1])
    assert len(candidates) == 0
    assert candidates.signals.shape == (0, len(SIGNALS))
    assert len(tape) == 0


BAD_KEYS = {
    "missing": None,
    "zero": np.zeros(DIMENSION, np.float32),
    "nan": np.full(DIMENSION, np.nan, np.float32),
    "infinite": np.full(DIMENSION, np.inf, np.float32),
    "too great to measure": np.full(DIMENSION, 3e38, np.float32),
    "of another dimension": np.ones(DIMENSION + 1, np.float32),
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=list(BAD_KEYS))
def test_a_bad_key_is_no_key(key: Float32[np.ndarray, " any"] | None) -> None:
    """The slot stays, words find it, its cosine is 0; so too when the query's key is bad.

    Slot 2's cosine is below 0, so a row of zeros in its place would come first.
    """
    tape = tape_of(slot(1, "red boat", key=key), slot(2, "blue car", key=-unit(1)))
    assert len(tape) == 2
    assert found(tape.find(unit(1), "")) == {2}
    candidates = tape.find(unit(1), "red boat")
    assert candidates.positions.tolist() == [1, 2]
    assert candidates.signals[0, 0] == 0
    candidates = tape.find(key, "blue car")
    assert candidates.positions.tolist() == [2]
    assert candidates.signals[0, 0] == 0


# Neighbours, filters, what was read last


def test_neighbours_of_a_hit_are_candidates() -> None:
    """Two places on either side in the same conversation, whatever lies between on the tape."""
    slots = [slot(p, f"word{p}", conversation="ab"[p % 2]) for p in range(20)]
    slots.append(slot(20, "word20"))
    tape = tape_of(*slots)
    candidates = tape.find(None, "word8")
    assert found(candidates) == {4, 6, 8, 10, 12}
    turn_index = dict(
        zip(candidates.positions.tolist(), candidates.turn_index.tolist(), strict=True)
    )
    assert turn_index == {4: 2, 6: 3, 8: 4, 10: 5, 12: 6}
    assert len(set(candidates.conversation.tolist())) == 1
    assert found(tape.find(None, "word1")) == {1, 3, 5}
    assert found(tape.find(None, "word20")) == {20}


def test_a_slot_without_conversation_is_alone() -> None:
    slots = [slot(p, f"same {p}") for p in range(4)]
    tape = tape_of(*slots, slot(9, "same", conversation="a"))
    candidates = tape.find(None, "same")
    assert len(set(candidates.conversation.tolist())) == 5
    assert candidates.turn_index.tolist() == [0] * 5


def test_of_copies_only_the_latest_is_found() -> None:
    """But for case, spaces and its mark. Another role or another word makes no copy."""
    texts = ["My back hurts.", "my  back hurts", "My back hurts!", "My neck hurts."]
    tape = tape_of(*(slot(p, text, key=unit(p)) for p, text in enumerate(texts)))
    assert found(tape.find(unit(0), "back hurts")) == {2, 3}
    tape.apply([Change(2, None)])
    assert found(tape.find(unit(0), "back hurts")) == {1, 3}
    tape.apply([Change(4, slot(4, texts[0])), Change(1, None)])
    assert found(tape.find(unit(0), "back hurts")) == {3, 4}
    assert found(tape.find(unit(0), "back hurts", allowed={0})) == {0}


def test_the_time_of_a_copy_decides_before_its_place() -> None:
    """An old export may be imported later."""
    old = replace(slot(5, "I live in Utrecht."), created_at=NOW - timedelta(days=900))
    tape = tape_of(slot(1, "I live in Utrecht."), old)
    assert found(tape.find(None, "Utrecht")) == {1}


def test_excluded_positions_never_appear() -> None:
    """Not by key, words, neighbourhood or previous reading; and they take nobody's place."""
    slots = [slot(p, f"word{p}", key=unit(p), conversation="a") for p in range(30)]
    tape = tape_of(*slots)
    excluded = {3, 4, 5, 99}
    candidates = tape.find(
        unit(4), "word3 word5", exclude=excluded, previous={3: 0.9, 7: 0.1}, limit=5
    )
    assert not found(candidates) & excluded
    assert 7 in found(candidates)
    only_by_key = tape.find(unit(4), "", exclude=set(range(30)) - {1, 2, 28}, limit=3)
    assert found(only_by_key) == {1, 2, 28}


def test_only_allowed_positions_appear() -> None:
    slots = [slot(p, "word", key=unit(p), conversation="a") for p in range(30)]
    tape = tape_of(*slots)
    allowed = {2, 9, 17, 99}
    candidates = tape.find(
        unit(4), "word", allowed=allowed, previous={5: 1.0}, exclude=[9], limit=3
    )
    assert found(candidates) == {2, 17}
    assert len(tape.find(unit(4), "word", allowed=[])) == 0


def test_previous_weights_come_along() -> None:
    slots = [slot(p, f"word{p}") for p in range(5)]
    tape = tape_of(*slots)
    candidates = tape.find(None, "word1", previous={3: 0.25, 99: 0.75})
    assert dict(zip(candidates.positions.tolist(), candidates.previous.tolist(), strict=True)) == {
        1: 0.0,
        3: 0.25,
    }


def test_a_deleted_slot_is_gone_by_every_route() -> None:
    key = unit(1)
    tape = tape_of(*(slot(p, f"word{p} hunter2", key=key, conversation="a") for p in range(3)))
    tape.apply([Change(1, None)])
    tape.apply([Change(1, None), Change(77, None)])
    candidates = tape.find(key, "word1 hunter2", previous={1: 1.0}, allowed=[0, 1, 2])
    assert found(candidates) == {0, 2}
    assert candidates.turn_index.tolist() == [0, 1], "no gap is left"
    assert "word1" not in tape._lexical._postings
    assert "hunter2" in tape._lexical._postings
    free = np.flatnonzero(tape._positions < 0)
    assert not tape._index.exact.vectors(free).any()
    tape.apply([Change(0, None), Change(2, None)])
    assert len(tape) == 0
    assert "hunter2" not in tape._lexical._postings
    rows = np.arange(len(tape._positions))
    assert not tape._index.exact.vectors(rows).any(), "the numbers themselves are overwritten"


def test_an_edit_replaces_text_key_and_conversation() -> None:
    before = [slot(p, f"old{p}", key=unit(p), conversation="a") for p in range(3)]
    tape = tape_of(*before)
    edited = replace(before[1], text="new", embedding=unit(9), conversation_id="b")
    for _ in range(2):  # telling it twice is harmless
        tape.apply([Change(1, edited)])
    assert len(tape) == 3
    assert found(tape.find(None, "old1")) == set()
    assert found(tape.find(None, "new")) == {1}
    assert found(tape.find(None, "old0")) == {0, 2}
    assert tape.find(unit(9), "").signals[0, 0] == pytest.approx(1, abs=HALF)


def test_the_last_change_of_a_position_holds() -> None:
    tape = Tape(DIMENSION)
    tape.apply([Change(1, slot(1, "first")), Change(1, None), Change(1, slot(1, "last"))])
    assert found(tape.find(None, "first last")) == {1}
    assert found(tape.find(None, "first")) == set()


def test_rows_of_deleted_slots_are_used_again() -> None:
    tape = tape_of(*(slot(p, "word", key=unit(p)) for p in range(100)))
    size = tape.nbytes
    for p in range(100, 1000):
        tape.apply([Change(p - 100, None), Change(p, slot(p, "word", key=unit(p)))])
    assert len(tape) == 100
    assert tape.nbytes <= 1.05 * size


# Any history of changes, against a dict


@dataclass
class Model:
    """The tape as a dict of slots, and every answer worked out from it by brute force."""

    slots: dict[int, Slot]

    def check(
        self,
        tape: Tape,
        key: Float32[np.ndarray, " dim"] | None,
        text: str,
        exclude: set[int],
        previous: Mapping[int, float],
    ) -> None:
        candidates = tape.find(key, text, exclude=exclude, previous=previous, limit=3)
        positions = candidates.positions.tolist()
        latest = {copy_key(s): p for p, s in sorted(self.slots.items())}
        last_copies = set(latest.values())
        live = {p: s for p, s in self.slots.items() if p in last_copies and p not in exclude}
        assert len(tape) == len(self.slots)
        assert len(set(positions)) == len(positions)
        assert set(positions) <= set(live)
        assert set(previous) & set(live) <= set(positions)

        cosine = {
            p: 0.0
            if s.embedding is None or key is None
            else min(float(kept(s.embedding) @ key), 1.0)
            for p, s in live.items()
        }
        lexical = LexicalIndex()
        lexical.add(list(self.slots), [s.text for s in self.slots.values()])
        shares = lexical.scores(content_terms(text))[0]
        share = {p: float(shares[p]) for p in live}
        for i, p in enumerate(positions):
            assert candidates.signals[i, 0] == pytest.approx(cosine[p], abs=1e-5)
            assert candidates.signals[i, 1] == share[p]
        assert positions == [
            p for _, p in sorted(zip((-candidates.signals[:, 0]).tolist(), positions, strict=True))
        ]

        # The three best by either signal are there, or others exactly as good.
        keyed = {
            p: c for p, c in cosine.items() if live[p].embedding is not None and key is not None
        }
        for signal in keyed, {p: s for p, s in share.items() if s > 0}:
            best = sorted(signal.values(), reverse=True)[:3]
            got = sorted((signal[p] for p in positions if p in signal), reverse=True)[: len(best)]
            assert got == pytest.approx(best, abs=1e-5)

        self.check_places(candidates)

    def check_places(self, candidates: Candidates) -> None:
        members: dict[str, list[int]] = {}
        for p, s in sorted(self.slots.items()):
            members.setdefault(s.conversation_id or f"alone {p}", []).append(p)
        numbers: dict[int, str] = {}
        for p, number, turn_index in zip(
            candidates.positions.tolist(),
            candidates.conversation.tolist(),
            candidates.turn_index.tolist(),
            strict=True,
        ):
            conversation = self.slots[p].conversation_id or f"alone {p}"
            assert numbers.setdefault(number, conversation) == conversation
            assert members[conversation][turn_index] == p
        assert len(set(numbers.values())) == len(numbers)


SLOTS = st.builds(
    lambda words, seed, conversation: slot(
        0,
        " ".join(words),
        key=None if seed is None else unit(seed),
        conversation=conversation,
    ),
    st.lists(st.sampled_from(["dog", "dogs", "Lisbon", "猫が好き", "แมว", "🙂"]), max_size=4),
    st.none() | st.integers(0, 5),
    st.none() | st.sampled_from("ab"),
)
CHANGES = st.builds(
    lambda position, slot: Change(position, slot and replace(slot, position=position)),
    st.integers(0, 9),
    st.none() | SLOTS,
)


@settings(max_examples=100, deadline=None)
@given(
    batches=st.lists(st.lists(CHANGES, max_size=6), max_size=6),
    seed=st.none() | st.integers(0, 5),
    text=st.sampled_from(["the dog", "猫が", "🙂", "Lisbon แมว"]),
    exclude=st.sets(st.integers(0, 9), max_size=3),
    previous=st.dictionaries(st.integers(0, 9), st.just(0.5), max_size=2),
)
def test_any_history_equals_brute_force(
    batches: Sequence[Sequence[Change]],
    seed: int | None,
    text: str,
    exclude: set[int],
    previous: Mapping[int, float],
) -> None:
    """The tape is asked after every batch, so rows freed by one are in use again by the next."""
    tape, model = Tape(DIMENSION), Model({})
    key = None if seed is None else unit(seed)
    for batch in batches:
        tape.apply(batch)
        for change in batch:
            model.slots.pop(change.position, None)
            if change.slot is not None:
                model.slots[change.position] = change.slot
        model.check(tape, key, text, exclude, previous)


# Long tapes, and several threads


def recall(tape: Tape, keys: Float32[np.ndarray, "slots dim"], alive: Sequence[int]) -> float:
    """The share of the true ten best that a find for 10 returns, over 50 queries."""
    shares = []
    rows = np.array(alive)
    for query in clustered(50, keys.shape[1]):
        best = np.sort(kept(keys)[rows] @ query)[-10]
        got = tape.find(query, "", limit=10).positions
        shares.append(np.mean(kept(keys)[got] @ query >= best - 1e-6))
    return float(np.mean(shares))


def test_a_long_tape_is_searched_approximately() -> None:
    keys = clustered(3_000, 32)
    slots = [slot(p, f"word{p}", key=key) for p, key in enumerate(keys)]
    tape = tape_of(*slots[:2_000], dimension=32, approximate_above=1_000)
    tape.settle()
    assert tape.approximate
    assert recall(tape, keys, range(2_000)) >= 0.95

    candidates = tape.find(keys[5], "word7", limit=10)
    exact = np.minimum(kept(keys)[candidates.positions] @ keys[5], 1)
    np.testing.assert_allclose(candidates.signals[:, 0], exact, atol=1e-6)
    assert 7 in found(candidates)

    # Changes go into it at once.
    tape.apply([Change(p, None) for p in range(500)])
    tape.apply([Change(p, slots[p]) for p in range(2_000, 3_000)])
    assert tape.approximate
    assert recall(tape, keys, range(500, 3_000)) >= 0.95
    for p in range(0, 500, 50):
        assert p not in found(tape.find(keys[p], f"word{p}"))
    assert tape._index.approximate.ntotal == len(tape) == 2_500

    # Few allowed slots are searched exactly.
    allowed = range(700, 720)
    candidates = tape.find(keys[0], "", allowed=allowed, limit=5)
    expected = sorted(allowed, key=lambda p: -(keys[p] @ keys[0]))[:5]
    assert candidates.positions.tolist() == expected

    # A tape that became short is exact again.
    tape.apply([Change(p, None) for p in range(600, 3_000)])
    assert not tape.approximate
    assert len(tape.find(keys[550], "", limit=200)) == 100


def test_reads_and_changes_go_on_while_the_index_is_built() -> None:
    """What is added, edited and deleted between the training and the swap is right after it."""
    keys = clustered(6_000, 16)
    tape = tape_of(
        *(slot(p, key=keys[p]) for p in range(5_000)), dimension=16, approximate_above=1_000
    )
    builder = tape._index.builder
    assert builder is not None
    for p in range(5_000, 6_000):
        tape.apply([Change(p - 5_000, None), Change(p, slot(p, key=keys[p]))])
        assert tape.find(keys[p], "", limit=1).positions[0] == p
    tape.settle()
    assert tape.approximate
    index = tape._index.approximate
    assert index.ntotal == len(tape) == 5_000
    assert recall(tape, keys, range(1_000, 6_000)) >= 0.95
    for p in range(0, 1_000, 37):
        assert p not in found(tape.find(keys[p], ""))


def test_a_tape_that_doubled_is_built_again() -> None:
    keys = clustered(2_500, 16)
    slots = [slot(p, key=key) for p, key in enumerate(keys)]
    tape = tape_of(*slots[:1_100], dimension=16, approximate_above=1_000)
    tape.settle()
    first = tape._index.approximate
    tape.apply([Change(s.position, s) for s in slots[1_100:]])
    tape.settle()
    assert tape._index.approximate is not first
    assert tape._index.approximate.nlist > first.nlist


def test_find_and_apply_from_two_threads() -> None:
    """FAISS wants them apart. Every answer is of one moment: whole, and its cosines its own."""
    keys = clustered(400, 16)
    slots = [slot(p, f"word{p % 7}", key=keys[p], conversation=str(p // 20)) for p in range(400)]
    tape = tape_of(*slots[:200], dimension=16, approximate_above=150)
    read_enough = threading.Event()
    errors: list[BaseException] = []

    def write() -> None:
        generator = np.random.default_rng(1)
        try:
            while not read_enough.is_set():
                chosen = generator.choice(400, size=20, replace=False).tolist()
                tape.apply([Change(p, slots[p] if generator.random() < 0.6 else None)
                            for p in chosen])  # fmt: skip
        except BaseException as error:
            errors.append(error)
            raise

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for read in range(60):
            candidates = tape.find(keys[read], "word3", previous={5: 0.5})
            exact = np.minimum(kept(keys)[candidates.positions] @ keys[read], 1)
            np.testing.assert_allclose(candidates.signals[:, 0], exact, atol=1e-5)
            assert len(set(candidates.positions.tolist())) == len(candidates)
    finally:
        read_enough.set()
        writer.join(10)
    tape.settle()
    assert not errors
