"""What an evaluation found, in numbers: recall by category, against the baselines, and abstention.

Everything is plain data that JSON can hold. ``docs/eval-format.md`` says what it means.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from memory.evaluation import metrics
from memory.evaluation.harness import Asked, Results
from memory.evaluation.metrics import MEASURES

Numbers = dict[str, Any]
# A risk-coverage curve is told in so many points at most.
POINTS = 20
# A question is answered well enough, for the risk, when some evidence is among so many.
READ_SLOTS = 10


def summarise(results: Results, head: str) -> Numbers:
    """The numbers of the head of that name, beside those of all others that were evaluated."""
    counted = [asked for asked in results.own if asked.question.answerable]
    others = list(counted[0].rankings) if counted else []
    scores = {name: _scores(counted, name) for name in others}
    return {
        "overall": _means(scores.get(head, _NO_SCORES)),
        "by_category": _by_category(counted, scores.get(head, _NO_SCORES)),
        "baselines": {
            name: {
                **_means(scores[name]),
                "by_category": _by_category(counted, scores[name]),
                "difference": _difference(scores[head], scores[name]),
            }
            for name in others
            if name != head
        },
        "abstention": _abstention(results, head),
        "seconds": _seconds(results.own, head),
    }


_NO_SCORES: Float64[np.ndarray, "questions measures"] = np.zeros((0, len(MEASURES)))


def _scores(counted: Sequence[Asked], name: str) -> Float64[np.ndarray, "questions measures"]:
    return np.stack(
        [metrics.score(each.rankings[name], each.question.evidence_turn_ids) for each in counted]
    )


def _means(scores: Float64[np.ndarray, "questions measures"]) -> Numbers:
    """How many questions; the mean of each measure; and between what it lies, by bootstrap."""
    if not len(scores):
        return {"n": 0}
    low, high = metrics.interval(scores)
    return {
        "n": len(scores),
        **dict(zip(MEASURES, scores.mean(axis=0).tolist(), strict=True)),
        "intervals": _ends(low, high),
    }


def _difference(
    scores: Float64[np.ndarray, "questions measures"],
    others: Float64[np.ndarray, "questions measures"],
) -> Numbers:
    """By how much the head is above the other, question by question."""
    low, high = metrics.paired_interval(scores, others)
    means = (scores - others).mean(axis=0)
    return {
        **dict(zip(MEASURES, means.tolist(), strict=True)),
        "intervals": _ends(low, high),
    }


def _ends(
    low: Float64[np.ndarray, " measures"], high: Float64[np.ndarray, " measures"]
) -> dict[str, list[float]]:
    return {name: [float(a), float(b)] for name, a, b in zip(MEASURES, low, high, strict=True)}


def _by_category(
    counted: Sequence[Asked], scores: Float64[np.ndarray, "questions measures"]
) -> dict[str, Numbers]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, asked in enumerate(counted):
        rows[asked.question.category].append(row)
    return {category: _means(scores[rows[category]]) for category in sorted(rows)}


def _abstention(results: Results, head: str) -> Numbers:
    """How well doubt tells questions without an answer from those with one.

    ``unanswerable``: questions that the file says have none. ``foreign``: questions of one user,
    asked of another's memory. Each is there only where there are questions of both kinds.
    """
    answerable = [asked for asked in results.own if asked.question.answerable]
    without = {
        "unanswerable": [asked for asked in results.own if asked.question.unanswerable],
        "foreign": list(results.foreign),
    }
    return {
        kind: _doubts(answerable, unanswerable, head)
        for kind, unanswerable in without.items()
        if answerable and unanswerable
    }


def _doubts(answerable: Sequence[Asked], unanswerable: Sequence[Asked], head: str) -> Numbers:
    asked = [*answerable, *unanswerable]
    nothing: Bool[np.ndarray, " questions"] = np.arange(len(asked)) >= len(answerable)
    doubts = {
        name: np.array([each.doubts[name] for each in asked], dtype=np.float64)
        for name in asked[0].doubts
    }
    unread = [
        not set(each.rankings[head][:READ_SLOTS]) & set(each.question.evidence_turn_ids)
        for each in answerable
    ]
    wrong = np.array([*unread, *(True for _ in unanswerable)], dtype=bool)
    coverages, risks = metrics.risk_coverage(doubts[head], wrong)
    some = np.unique(np.linspace(0, len(coverages) - 1, POINTS).round().astype(int))
    return {
        "n": [len(answerable), len(unanswerable)],
        "auroc": metrics.auroc(doubts[head], nothing),
        "calibration_error": metrics.calibration_error(doubts[head], nothing),
        "risk_coverage": np.stack([coverages[some], risks[some]], axis=1).tolist(),
        "baselines": {
            name: {"auroc": metrics.auroc(values, nothing)}
            for name, values in doubts.items()
            if name != head
        },
    }


def _seconds(asked: Sequence[Asked], head: str) -> Numbers:
    """How long find and read took together, of one question."""
    seconds = [each.seconds[head] for each in asked]
    if not seconds:
        return {}
    median, late = np.percentile(seconds, [50, 95]).tolist()
    return {"median": median, "p95": late}
