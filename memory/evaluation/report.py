"""The numbers of an evaluation, as JSON data. ``docs/eval-format.md`` describes them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64
from sklearn.metrics import roc_auc_score

from memory.evaluation import metrics
from memory.evaluation.harness import AskedQuestion, Results
from memory.evaluation.metrics import METRICS

Numbers = dict[str, Any]
Scores = Float64[np.ndarray, "questions metrics"]
# The most points of a risk-coverage curve.
POINTS = 20
# For the risk, a question counts as answered if any evidence is in the first READ_SLOTS.
READ_SLOTS = 10
_NO_SCORES: Scores = np.zeros((0, len(METRICS)))


def summarise(results: Results, head: str) -> Numbers:
    """The numbers of the head of that name, and of all other heads and baselines."""
    answerable = [asked for asked in results.own if asked.question.answerable]
    names = list(answerable[0].rankings) if answerable else []
    scores = {name: _scores(answerable, name) for name in names}
    return {
        "overall": _means(scores.get(head, _NO_SCORES)),
        "by_category": _by_category(answerable, scores.get(head, _NO_SCORES)),
        "baselines": {
            name: {
                **_means(scores[name]),
                "by_category": _by_category(answerable, scores[name]),
                "difference": _means(scores[head] - scores[name]),
            }
            for name in names
            if name != head
        },
        "abstention": _abstention(results, head),
        "seconds": _seconds(results.own, head),
    }


def _scores(asked: Sequence[AskedQuestion], name: str) -> Scores:
    return np.stack(
        [metrics.score(each.rankings[name], each.question.evidence_turn_ids) for each in asked]
    )


def _means(scores: Scores) -> Numbers:
    """The number of questions, the mean of each metric, and its bootstrap interval."""
    if not len(scores):
        return {"n": 0}
    means, intervals = scores.mean(axis=0), metrics.interval(scores).T
    return {
        "n": len(scores),
        **dict(zip(METRICS, means.tolist(), strict=True)),
        "intervals": dict(zip(METRICS, intervals.tolist(), strict=True)),
    }


def _by_category(answerable: Sequence[AskedQuestion], scores: Scores) -> dict[str, Numbers]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, asked in enumerate(answerable):
        rows[asked.question.category].append(row)
    return {category: _means(scores[rows[category]]) for category in sorted(rows)}


def _abstention(results: Results, head: str) -> Numbers:
    """How well doubt separates answerable questions from those without an answer.

    ``unanswerable``: questions labelled so. ``foreign``: questions asked of another user's memory.
    Without questions of a kind its entry is missing.
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


def _doubts(
    answerable: Sequence[AskedQuestion], unanswerable: Sequence[AskedQuestion], head: str
) -> Numbers:
    asked = [*answerable, *unanswerable]
    is_unanswerable: Bool[np.ndarray, " questions"] = np.arange(len(asked)) >= len(answerable)
    doubts = {
        name: np.array([each.doubts[name] for each in asked], dtype=np.float64)
        for name in asked[0].doubts
    }
    missed = [
        not set(each.rankings[head][:READ_SLOTS]) & set(each.question.evidence_turn_ids)
        for each in answerable
    ]
    wrong = np.array([*missed, *(True for _ in unanswerable)], dtype=bool)
    curve = np.stack(metrics.risk_coverage(doubts[head], wrong), axis=1)
    points = np.unique(np.linspace(0, len(curve) - 1, POINTS).round().astype(int))
    return {
        "n": [len(answerable), len(unanswerable)],
        "auroc": roc_auc_score(is_unanswerable, doubts[head]),
        "calibration_error": metrics.calibration_error(doubts[head], is_unanswerable),
        "risk_coverage": curve[points].tolist(),
        "baselines": {
            name: {"auroc": roc_auc_score(is_unanswerable, values)}
            for name, values in doubts.items()
            if name != head
        },
    }


def _seconds(asked: Sequence[AskedQuestion], head: str) -> Numbers:
    """The time of find and read for one question."""
    seconds = [each.seconds[head] for each in asked]
    if not seconds:
        return {}
    median, p95 = np.percentile(seconds, [50, 95]).tolist()
    return {"median": median, "p95": p95}
