"""A trained head beside the untrained rankings, on the same candidates."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from memory.evaluation import baselines
from memory.evaluation.head_training import Example
from memory.evaluation.metrics import frac_at, reciprocal_rank
from memory.head_choice import weigh
from memory.types import SIGNALS
from models.learned_head import LearnedHead

Scores = Mapping[str, Mapping[str, float]]
COMPARED_BY = ("frac@10", "mrr")


def compare(head: LearnedHead, examples: Sequence[Example]) -> Scores:
    """Mean frac@10 and MRR of "head" and of each baseline over these examples.

    Only evidence among the candidates counts.
    """
    columns = [list(SIGNALS).index(name) for name in ("cosine", "bm25")]
    found: dict[str, list[tuple[float, float]]] = {"head": []}
    for example in examples:
        candidates = example.candidates
        with torch.inference_mode():
            ranking = weigh(head, candidates).ranking().numpy()
        cosine, bm25 = candidates.signals[:, columns].astype(np.float64).T
        rankings = {"head": ranking, **baselines.rank(candidates.positions, cosine, bm25)}
        evidence = int(example.evidence.sum())
        for name, order in rankings.items():
            hits = example.evidence[order]
            scores = frac_at(hits, evidence, 10), reciprocal_rank(hits)
            found.setdefault(name, []).append(scores)
    return {
        name: dict(zip(COMPARED_BY, np.mean(each, axis=0).tolist(), strict=True))
        for name, each in found.items()
        if each
    }


def beats_all(scores: Scores) -> bool:
    """Whether "head" is above every other by every metric."""
    others = [each for name, each in scores.items() if name != "head"]
    return all(scores["head"][by] > other[by] for other in others for by in COMPARED_BY)
