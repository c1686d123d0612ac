"""The second read: what was said later about the same thing gets weight of its own."""

from dataclasses import replace

import numpy as np
import pytest

from memory.second_read import OUTWEIGHS, PASSED_ON, second_read
from memory.types import TRAITS, Candidates, Related

FACT, CHANGE, OTHER, QUESTION = range(4)


def candidates(
    *, likeness: dict[int, float], shared: dict[int, int] | None = None, **given: object
) -> Candidates:
    """Four candidates, of which the first is the anchor: a fact, a change of it, others."""
    like = np.array([[likeness.get(i, 0.0) for i in range(4)]], np.float32)
    related = Related(
        anchors=np.array([FACT]),
        cosine=like / 10,
        likeness=like,
        shared=np.array([[(shared or {}).get(i, 0) for i in range(4)]]),
    )
    values: dict[str, object] = {
        "positions": np.arange(4),
        "signals": np.zeros((4, 1), np.float32),
        "traits": np.zeros(len(TRAITS), np.float32),
        "conversation": np.arange(4),
        "turn_index": np.zeros(4, np.int64),
        "previous": np.zeros(4, np.float32),
        "time": np.array([1.0, 3.0, 2.0, 4.0]),
        "is_user": np.ones(4, bool),
        "asks": np.array([False, False, False, True]),
        "answers": np.zeros(4, bool),
        "corrects": np.zeros(4, bool),
        "related": related,
    }
    return Candidates(**(values | given))  # type: ignore[arg-type]


WEIGHTS = np.array([0.9, 0.001, 0.01, 0.001])


def test_a_later_change_gets_a_part_of_the_facts_weight() -> None:
    after, moves = second_read(WEIGHTS, candidates(likeness={CHANGE: 4.0, QUESTION: 6.0}))
    assert after.sum() == pytest.approx(WEIGHTS.sum())
    assert after[CHANGE] / after[FACT] == pytest.approx(PASSED_ON)
    assert [(move.anchor, move.found) for move in moves] == [(FACT, CHANGE)], "a question is none"
    assert after[OTHER] / after[FACT] == pytest.approx(WEIGHTS[OTHER] / WEIGHTS[FACT])


@pytest.mark.parametrize("likeness", [{}, {CHANGE: 2.5}])
def test_what_is_not_like_it_gets_nothing(likeness: dict[int, float]) -> None:
    after, moves = second_read(WEIGHTS, candidates(likeness=likeness))
    assert not moves
    assert np.array_equal(after, WEIGHTS)


def test_what_was_said_before_gets_something_for_a_shared_rare_word_only() -> None:
    before = {"time": np.array([3.0, 1.0, 2.0, 4.0])}
    assert not second_read(WEIGHTS, candidates(likeness={CHANGE: 4.0}, **before))[1]
    found = candidates(likeness={CHANGE: 1.5}, shared={CHANGE: 1}, **before)
    [move] = second_read(WEIGHTS, found)[1]
    assert move.found == CHANGE


def test_a_light_memory_asks_nothing() -> None:
    weights = np.array([0.1, 0.001, 0.8, 0.001])
    assert not second_read(weights, candidates(likeness={CHANGE: 4.0}))[1]


def test_a_correction_outweighs_what_it_corrects() -> None:
    corrects = np.array([False, True, False, False])
    after, _ = second_read(WEIGHTS, candidates(likeness={CHANGE: 4.0}, corrects=corrects))
    assert after[CHANGE] / after[FACT] == pytest.approx(OUTWEIGHS)


def test_the_user_outweighs_what_an_assistant_answered_about_them() -> None:
    traits = np.array([name == "about_me" for name in TRAITS], np.float32)
    answers = np.array([True, False, False, False])
    is_user = np.array([False, True, True, True])
    found = candidates(likeness={CHANGE: 4.0}, traits=traits, answers=answers, is_user=is_user)
    after, _ = second_read(WEIGHTS, found)
    assert after[CHANGE] > after[FACT]


def test_a_message_that_asks_for_many_gets_all_that_is_like_the_best() -> None:
    found = candidates(likeness={CHANGE: 4.0, OTHER: 3.0, QUESTION: 6.0}, wide=True)
    after, moves = second_read(WEIGHTS, found)
    assert {move.found for move in moves} == {CHANGE, OTHER}
    assert after.sum() == pytest.approx(WEIGHTS.sum())
    assert after[CHANGE] > 0.1
    assert after[QUESTION] < 0.01


def test_nothing_is_read_of_an_empty_memory() -> None:
    nothing = candidates(likeness={}, related=None)
    assert second_read(WEIGHTS, nothing) == (WEIGHTS, [])


def test_a_correction_comes_before_repetitions_which_are_more_like_what_it_corrects() -> None:
    corrects = np.array([False, False, True, False])
    repeated = candidates(
        likeness={CHANGE: 8.0, OTHER: 1.5},
        corrects=corrects,
        time=np.array([1.0, 2.0, 3.0, 4.0]),
        asks=np.zeros(4, bool),
    )
    after, moves = second_read(WEIGHTS, repeated)
    assert moves[0].found == OTHER
    assert after[OTHER] / after[FACT] == pytest.approx(OUTWEIGHS)


@pytest.mark.parametrize(("turn", "corrected"), [(1, True), (2, True), (3, False)])
def test_a_correction_right_after_what_it_corrects_need_not_be_like_it(
    turn: int, corrected: bool
) -> None:
    """ "No, green." """
    corrects = np.array([False, True, False, False])
    near = candidates(
        likeness={},
        corrects=corrects,
        conversation=np.array([0, 0, 1, 2]),
        turn_index=np.array([0, turn, 0, 0]),
    )
    after, _ = second_read(WEIGHTS, near)
    assert bool(after[CHANGE] > after[FACT]) is corrected


def test_a_shared_rare_word_alone_counts_where_the_embedder_knows_not_the_language() -> None:
    found = candidates(likeness={}, shared={CHANGE: 1})
    assert not second_read(WEIGHTS, found)[1]
    [move] = second_read(WEIGHTS, replace(found, null_by_words=True))[1]
    assert move.found == CHANGE
