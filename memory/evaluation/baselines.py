"""Untrained rankings of the same candidates, which a trained head has to beat."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float64, Int64

from memory.types import Reading

Scores = Float64[np.ndarray, " candidates"]
# Cormack, Clarke & Büttcher 2009: reduces the difference between the first ranks.
RRF_K = 60


def rank(
    positions: Int64[np.ndarray, " candidates"], cosine: Scores, bm25: Scores
) -> dict[str, Int64[np.ndarray, " ranked"]]:
    """The indexes of the candidates as each baseline ranks them, best first.

    Equal ones are ranked by age, the oldest first. BM25 omits those without a word of the query.
    """
    oldest_first = np.argsort(positions, kind="stable")
    signals = cosine[oldest_first], bm25[oldest_first]
    return {name: oldest_first[_order(combine(*signals))] for name, combine in BASELINES.items()}


def doubts(reading: Reading) -> dict[str, float]:
    """Minus the best score, of the baselines whose scores are comparable between questions."""
    return {
        name: -max((slot.signals[name] for slot in reading.slots), default=0.0)
        for name in ("cosine", "bm25")
    }


def _cosine(cosine: Scores, _bm25: Scores) -> Scores:
    return cosine


def _bm25(_cosine: Scores, bm25: Scores) -> Scores:
    matched: Scores = np.where(bm25 > 0, bm25, -np.inf)
    return matched


def _sum(cosine: Scores, bm25: Scores) -> Scores:
    total: Scores = _standardized(cosine) + _standardized(bm25)
    return total


def _reciprocal_rank_fusion(cosine: Scores, bm25: Scores) -> Scores:
    """Σ 1 / (k + rank) over the rankings that contain the candidate."""
    fused = np.zeros(len(cosine))
    for scores in (cosine, _bm25(cosine, bm25)):
        order = _order(scores)
        fused[order] += 1 / (RRF_K + np.arange(1, len(order) + 1))
    return fused


BASELINES: Mapping[str, Callable[[Scores, Scores], Scores]] = {
    "cosine": _cosine,
    "bm25": _bm25,
    "sum": _sum,
    "rrf": _reciprocal_rank_fusion,
}


def _standardized(scores: Scores) -> Scores:
    """Mean 0 and standard deviation 1 over the candidates."""
    std = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / std if std > 0 else np.zeros(len(scores))


def _order(scores: Scores) -> Int64[np.ndarray, " ranked"]:
    """Indexes by falling score, without infinite scores."""
    order = np.argsort(-scores, kind="stable")
    finite: Int64[np.ndarray, " ranked"] = order[np.isfinite(scores[order])]
    return finite
