"""Metrics of rankings and of abstention, as pure functions. All are shares, 0 to 1.

ranking    turn ids, best first, without duplicates, of any length
evidence   the ids of the turns that answer the question, at least one
hits       whether each rank of the ranking has evidence
doubts     per question, how likely it seems that nothing in the memory answers it

AUROC is scikit-learn's ``roc_auc_score``.
"""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Bool, Float64
from scipy.stats import bootstrap

CUTS = (1, 5, 10, 20)
METRICS = (
    *(f"{name}@{k}" for name in ("frac", "any", "all") for k in CUTS),
    "mrr",
    "ndcg@10",
)
RESAMPLES = 2000
CONFIDENCE = 0.95
# Resamples in memory at a time.
_BATCH = 100


def score(ranking: Sequence[str], evidence: Collection[str]) -> Float64[np.ndarray, " metrics"]:
    """All ``METRICS`` of one question. Raises ValueError without evidence."""
    relevant = set(evidence)
    if not relevant:
        raise ValueError("a question without evidence cannot be scored")
    hits = np.array([turn_id in relevant for turn_id in ranking], dtype=bool)
    cut = [metric(hits, len(relevant), k) for metric in (frac_at, any_at, all_at) for k in CUTS]
    return np.array([*cut, reciprocal_rank(hits), ndcg_at(hits, len(relevant), 10)])


def frac_at(hits: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """The share of the evidence in the first k, also called recall@k."""
    return float(hits[:k].sum() / evidence)


def any_at(hits: Bool[np.ndarray, " ranks"], _evidence: int, k: int) -> float:
    """1 if any evidence is in the first k."""
    return float(hits[:k].any())


def all_at(hits: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """1 if all evidence is in the first k."""
    return float(hits[:k].sum() == evidence)


def reciprocal_rank(hits: Bool[np.ndarray, " ranks"]) -> float:
    """1 / the rank of the first evidence, or 0. Its mean is the MRR."""
    return 1 / (1 + int(hits.argmax())) if hits.any() else 0.0


def ndcg_at(hits: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin & Kekäläinen 2002)."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gain = discounts[: len(hits[:k])] @ hits[:k]
    return float(gain / discounts[:evidence].sum())


def calibration_error(
    doubts: Float64[np.ndarray, " questions"],
    unanswerable: Bool[np.ndarray, " questions"],
    bins: int = 10,
) -> float:
    """Expected calibration error (Guo et al. 2017) of doubts as P(unanswerable), in equal bins.

    Raises ValueError without questions, or if a doubt is no probability.
    """
    if not len(doubts) or doubts.min() < 0 or doubts.max() > 1:
        raise ValueError("doubts must be probabilities, at least one")
    number = np.minimum((doubts * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(number, weights=doubts - unanswerable, minlength=bins)
    return float(np.abs(gaps).sum() / len(doubts))


def risk_coverage(
    doubts: Float64[np.ndarray, " questions"], wrong: Bool[np.ndarray, " questions"]
) -> tuple[Float64[np.ndarray, " points"], Float64[np.ndarray, " points"]]:
    """For each threshold of doubt, the share of questions below it, and of wrong ones among these.

    In order of rising coverage.
    """
    thresholds, group = np.unique(doubts, return_inverse=True)
    answered = np.cumsum(np.bincount(group, minlength=len(thresholds)))
    mistaken = np.cumsum(np.bincount(group, weights=wrong, minlength=len(thresholds)))
    return answered / max(len(doubts), 1), mistaken / answered


def interval(
    values: Float64[np.ndarray, "questions metrics"], seed: int = 0
) -> Float64[np.ndarray, "2 metrics"]:
    """The lower and upper ends of the bootstrap interval of the mean over questions.

    By the percentile method (Efron 1979). Raises ValueError without questions.
    """
    if not len(values):
        raise ValueError("an interval needs questions")
    if len(values) == 1:
        return np.repeat(values, 2, axis=0)
    result = bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=seed,
    )
    ends: Float64[np.ndarray, "2 metrics"] = np.stack(result.confidence_interval)
    return ends
