"""What a trained head has to beat: rankings that need no training, from the same candidates."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float64, Int64

from memory.types import Candidates, Reading

Scores = Float64[np.ndarray, " candidates"]
# Cormack, Clarke & Büttcher 2009: damps the difference between the first ranks.
RRF_K = 60


def rank(reading: Reading) -> dict[str, list[int]]:
    """The positions of a reading's candidates as each baseline ranks them, best first.

    Of equals the oldest comes first. BM25 leaves out what shares no word with the question.
    """
    slots = sorted(reading.slots, key=lambda slot: slot.position)
    positions = [slot.position for slot in slots]
    cosine, bm25 = (
        np.array([slot.signals[name] for slot in slots], dtype=np.float64)
        for name in ("cosine", "bm25")
    )
    return {
        name: [positions[i] for i in _order(scores(cosine, bm25))]
        for name, scores in BASELINES.items()
    }


def order(candidates: Candidates) -> dict[str, Int64[np.ndarray, " ranked"]]:
    """The same for candidates: as each baseline ranks them, by their number."""
    oldest_first = np.argsort(candidates.positions, kind="stable")
    cosine, bm25 = candidates.signals[oldest_first, :2].astype(np.float64).T
    return {
        name: oldest_first[np.array(_order(scores(cosine, bm25)), dtype=np.int64)]
        for name, scores in BASELINES.items()
    }


def least_doubt(reading: Reading) -> dict[str, float]:
    """How little each baseline found: minus the best of its scores, where those can be compared
    from question to question.
    """
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
    total: Scores = _standard(cosine) + _standard(bm25)
    return total


def _fusion(cosine: Scores, bm25: Scores) -> Scores:
    """Reciprocal rank fusion: Σ 1 / (k + rank), over the rankings that hold the candidate."""
    fused = np.zeros(len(cosine))
    for scores in (cosine, _bm25(cosine, bm25)):
        order = _order(scores)
        fused[order] += 1 / (RRF_K + np.arange(1, len(order) + 1))
    return fused


BASELINES: Mapping[str, Callable[[Scores, Scores], Scores]] = {
    "cosine": _cosine,
    "bm25": _bm25,
    "sum": _sum,
    "rrf": _fusion,
}


def _standard(scores: Scores) -> Scores:
    """Mean 0 and deviation 1 over the candidates of this question."""
    spread = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros(len(scores))


def _order(scores: Scores) -> Sequence[int]:
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = order[np.isfinite(scores[order])].tolist()
    return kept
