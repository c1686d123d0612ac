"""How good rankings and their doubts are: pure functions of what was found. All are shares, 0 to 1.

ranking    turn ids, best first, each once; it may be shorter than any k
evidence   the ids of the turns that answer the question, at least one
found      which ranks hold evidence
"""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Bool, Float64, Int64

CUTS = (1, 5, 10, 20)
MEASURES = (
    *(f"{name}@{k}" for name in ("frac", "any", "all") for k in CUTS),
    "mrr",
    "ndcg@10",
)
RESAMPLES = 2000
CONFIDENCE = 0.95


def score(ranking: Sequence[str], evidence: Collection[str]) -> Float64[np.ndarray, " measures"]:
    """Every one of ``MEASURES`` for one question. Raises ValueError without evidence."""
    wanted = set(evidence)
    if not wanted:
        raise ValueError("without evidence there is nothing to find")
    found = np.array([turn_id in wanted for turn_id in ranking], dtype=bool)
    cut = [measure(found, len(wanted), k) for measure in (frac_at, any_at, all_at) for k in CUTS]
    return np.array([*cut, reciprocal_rank(found), ndcg_at(found, len(wanted), 10)])


def frac_at(found: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """The share of the evidence in the first k: what others call recall@k."""
    return float(found[:k].sum() / evidence)


def any_at(found: Bool[np.ndarray, " ranks"], _evidence: int, k: int) -> float:
    """1 if some evidence is in the first k."""
    return float(found[:k].any())


def all_at(found: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """1 if all evidence is in the first k: never, where there is more than k."""
    return float(found[:k].sum() == evidence)


def reciprocal_rank(found: Bool[np.ndarray, " ranks"]) -> float:
    """1 / the rank of the first evidence, 0 if none was found. Its mean is the MRR."""
    return 1 / (1 + int(found.argmax())) if found.any() else 0.0


def ndcg_at(found: Bool[np.ndarray, " ranks"], evidence: int, k: int) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin & Kekäläinen 2002)."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gained = discounts[: len(found[:k])] @ found[:k]
    return float(gained / discounts[:evidence].sum())


def auroc(
    doubts: Float64[np.ndarray, " questions"], unanswerable: Bool[np.ndarray, " questions"]
) -> float:
    """How often an unanswerable question is doubted more than an answerable one; a tie is half.

    The area under the ROC curve, by Mann and Whitney's U. Raises ValueError with one kind only.
    """
    if unanswerable.all() or not unanswerable.any():
        raise ValueError("AUROC needs questions of both kinds")
    answerable = np.sort(doubts[~unanswerable])
    below = np.searchsorted(answerable, doubts[unanswerable], side="left")
    not_above = np.searchsorted(answerable, doubts[unanswerable], side="right")
    return float((below + not_above).mean() / 2 / len(answerable))


def calibration_error(
    doubts: Float64[np.ndarray, " questions"],
    unanswerable: Bool[np.ndarray, " questions"],
    bins: int = 10,
) -> float:
    """Expected calibration error of doubts that claim to be P(unanswerable), in equal bins.

    The mean gap between the doubt of a bin and the share of unanswerable ones in it, weighted by
    how many questions it holds (Guo et al. 2017). Raises ValueError without questions, or where a
    doubt is no probability.
    """
    if not len(doubts) or doubts.min() < 0 or doubts.max() > 1:
        raise ValueError("doubts have to be probabilities, one at least")
    number = np.minimum((doubts * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(number, weights=doubts - unanswerable, minlength=bins)
    return float(np.abs(gaps).sum() / len(doubts))


def risk_coverage(
    doubts: Float64[np.ndarray, " questions"], wrong: Bool[np.ndarray, " questions"]
) -> tuple[Float64[np.ndarray, " points"], Float64[np.ndarray, " points"]]:
    """Coverages, rising to 1, and the share of wrong ones among the so many doubted least.

    Questions of equal doubt are answered together or not at all, so a point is a threshold.
    """
    thresholds, group = np.unique(doubts, return_inverse=True)
    answered = np.cumsum(np.bincount(group, minlength=len(thresholds)))
    mistaken = np.cumsum(np.bincount(group, weights=wrong, minlength=len(thresholds)))
    return answered / max(len(doubts), 1), mistaken / answered


def interval(
    values: Float64[np.ndarray, "questions measures"], seed: int = 0
) -> Float64[np.ndarray, "2 measures"]:
    """The bootstrap interval of the mean over questions: the lower ends and the upper ones.

    Percentiles over ``RESAMPLES`` resamples (Efron 1979). Raises ValueError without questions.
    """
    return _percentiles(_resampled_means(values, np.random.default_rng(seed)))


def paired_interval(
    values: Float64[np.ndarray, "questions measures"],
    others: Float64[np.ndarray, "questions measures"],
    seed: int = 0,
) -> Float64[np.ndarray, "2 measures"]:
    """The interval of the mean of ``values - others``, both of the same questions."""
    return interval(values - others, seed)


def _resampled_means(
    values: Float64[np.ndarray, "questions measures"], rng: np.random.Generator
) -> Float64[np.ndarray, "resamples measures"]:
    """How often each question is drawn decides a resample, so one product gives all means."""
    questions = len(values)
    if not questions:
        raise ValueError("no questions, no interval")
    draws: Int64[np.ndarray, "resamples questions"] = rng.multinomial(
        questions, np.full(questions, 1 / questions), size=RESAMPLES
    )
    means: Float64[np.ndarray, "resamples measures"] = draws @ values / questions
    return means


def _percentiles(
    means: Float64[np.ndarray, "resamples measures"],
) -> Float64[np.ndarray, "2 measures"]:
    tail = 100 * (1 - CONFIDENCE) / 2
    ends: Float64[np.ndarray, "2 measures"] = np.percentile(means, [tail, 100 - tail], axis=0)
    return ends
