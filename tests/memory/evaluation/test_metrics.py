"""The measures, against definitions written out, values known by hand, and ties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from memory.evaluation import metrics
from memory.evaluation.metrics import METRICS, calibration_error, risk_coverage, score


def measured(ranking: str, evidence: str) -> dict[str, float]:
    return dict(zip(METRICS, score(ranking.split(), evidence.split()).tolist(), strict=True))


def test_values_known_by_hand() -> None:
    """Evidence at the ranks 2 and 6, and one never found."""
    found = measured("x a y z w b v", "a b c")
    assert [found[f"frac@{k}"] for k in (1, 5, 10, 20)] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert [found[f"any@{k}"] for k in (1, 5, 10, 20)] == [0, 1, 1, 1]
    assert [found[f"all@{k}"] for k in (1, 5, 10, 20)] == [0, 0, 0, 0]
    assert found["mrr"] == 1 / 2
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert found["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(7)) / ideal)


def test_the_best_and_the_worst() -> None:
    assert set(measured("a b c d e", "a").values()) == {1.0}
    assert set(measured("b c", "a").values()) == {0.0}
    assert set(measured("", "a").values()) == {0.0}


def test_more_evidence_than_ranks() -> None:
    """All that fit in the first ten: nDCG is 1, though half of the evidence is missing."""
    many = " ".join(map(str, range(20)))
    found = measured(" ".join(map(str, range(10))), many)
    assert found["ndcg@10"] == pytest.approx(1)
    assert found["frac@10"] == found["frac@20"] == 0.5
    assert found["all@10"] == 0
    assert measured(many, many)["all@20"] == 1


def test_evidence_that_is_named_twice_counts_once() -> None:
    assert measured("a b", "a a") == measured("a b", "a")


def test_without_evidence() -> None:
    with pytest.raises(ValueError, match="without evidence cannot"):
        score(["a"], [])


@given(st.permutations(range(25)), st.sets(st.integers(0, 30), min_size=1, max_size=12))
def test_against_the_definitions(order: list[int], wanted: set[int]) -> None:
    ranking = [str(each) for each in order]
    evidence = {str(each) for each in wanted}
    found = measured(" ".join(ranking), " ".join(evidence))
    for k in (1, 5, 10, 20):
        top = set(ranking[:k]) & evidence
        assert found[f"frac@{k}"] == pytest.approx(len(top) / len(evidence))
        assert found[f"any@{k}"] == bool(top)
        assert found[f"all@{k}"] == (top == evidence)
    ranks = [ranking.index(each) + 1 for each in evidence if each in ranking]
    assert found["mrr"] == pytest.approx(1 / min(ranks) if ranks else 0)
    gained = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(evidence), 10) + 1))
    assert found["ndcg@10"] == pytest.approx(gained / ideal)


DOUBTS = arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0]))
KINDS = arrays(np.bool_, 12)


def test_calibration_error_of_what_is_and_what_is_not_calibrated() -> None:
    quarter = np.array([True, False, False, False])
    assert calibration_error(np.full(4, 0.25), quarter) == pytest.approx(0)
    assert calibration_error(np.full(4, 0.75), quarter) == pytest.approx(0.5)
    # Two bins with gaps of .1 and .4 that hold three questions and one.
    doubts = np.array([0.9, 0.9, 0.9, 0.4])
    assert calibration_error(doubts, np.array([True, True, True, False])) == pytest.approx(
        (3 * 0.1 + 0.4) / 4
    )


@given(arrays(np.float64, 12, elements=st.floats(0, 1)), KINDS)
def test_calibration_error_bin_by_bin(doubts: "np.ndarray", unanswerable: "np.ndarray") -> None:
    expected = 0.0
    for number in range(10):
        inside = [i for i in range(12) if number == min(int(doubts[i] * 10), 9)]
        if inside:
            gap = doubts[inside].mean() - unanswerable[inside].mean()
            expected += abs(gap) * len(inside) / 12
    assert calibration_error(doubts, unanswerable) == pytest.approx(expected)


@pytest.mark.parametrize("doubts", [[], [1.1], [-0.1]])
def test_calibration_needs_probabilities(doubts: list[float]) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        calibration_error(np.array(doubts, dtype=np.float64), np.zeros(len(doubts), bool))


def test_risk_rises_with_coverage_where_doubt_is_right() -> None:
    doubts = np.array([0.9, 0.1, 0.2, 0.2, 0.5])
    wrong = np.array([True, False, False, True, False])
    coverages, risks = risk_coverage(doubts, wrong)
    # The two of equal doubt are one point.
    assert coverages.tolist() == [0.2, 0.6, 0.8, 1.0]
    assert risks.tolist() == pytest.approx([0, 1 / 3, 1 / 4, 2 / 5])


@given(DOUBTS, KINDS)
def test_every_point_is_a_threshold(doubts: "np.ndarray", wrong: "np.ndarray") -> None:
    coverages, risks = risk_coverage(doubts, wrong)
    for threshold, coverage, risk in zip(np.unique(doubts), coverages, risks, strict=True):
        answered = doubts <= threshold
        assert coverage == pytest.approx(answered.mean())
        assert risk == pytest.approx(wrong[answered].mean())


def test_no_questions_no_points() -> None:
    coverages, risks = risk_coverage(np.zeros(0), np.zeros(0, bool))
    assert len(coverages) == len(risks) == 0


def test_the_interval_is_that_of_the_normal_where_that_holds() -> None:
    """Of 400 coin flips: the mean ± 1.96 · sqrt(p(1 − p)/n), within a tenth of its width."""
    flips = (np.arange(400) % 4 == 0).astype(float)
    low, high = metrics.interval(flips[:, None])[:, 0]
    half = 1.96 * math.sqrt(0.25 * 0.75 / 400)
    assert (low, high) == (
        pytest.approx(0.25 - half, abs=half / 5),
        pytest.approx(0.25 + half, abs=half / 5),
    )


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).random((30, 3))
    assert (metrics.interval(values) == metrics.interval(values)).all()
    assert (metrics.interval(values) != metrics.interval(values, seed=1)).any()


def test_measures_are_resampled_together_but_do_not_mix() -> None:
    values = np.random.default_rng(1).random((30, 2))
    assert np.allclose(metrics.interval(values)[:, 1], metrics.interval(values[:, 1:])[:, 0])
    assert (metrics.interval(np.ones((5, 2))) == 1).all()


def test_pairs_tell_what_one_set_cannot() -> None:
    """Each question is better by .01, and the questions differ by far more than that."""
    values = np.random.default_rng(2).random((50, 1))
    low, high = metrics.interval((values + 0.01) - values)[:, 0]
    assert low == pytest.approx(0.01)
    assert high == pytest.approx(0.01)
    assert (metrics.interval(values + 0.01) - values.mean())[0] < 0, "alone it tells nothing"


def test_one_question_has_an_interval_of_one_value() -> None:
    assert metrics.interval(np.array([[0.5, 1.0]])).tolist() == [[0.5, 1.0], [0.5, 1.0]]


def test_no_questions_no_interval() -> None:
    with pytest.raises(ValueError, match="needs questions"):
        metrics.interval(np.zeros((0, 2)))
