"""Evaluates trained machines at sizes beyond those of training, with one metric per task."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from experiments.ntm.seeds import Machine, compute_logits
from experiments.ntm.tasks import TASKS, Episodes, optimal_ngram_bits
from experiments.ntm.training import bits_per_sequence, wrong_bits

SEED = 20_000


@dataclass(frozen=True, slots=True)
class Generalisation:
    """How a task is evaluated: its sizes with their axis label, and its metric.

    ``format`` formats a value for the table. ``chance`` is the value of guessing, if constant.
    """

    sizes: Sequence[tuple[int, ...]]
    axis: str
    metric: str
    measure: Callable[[Tensor, Episodes], float]
    format: Callable[[float], str]
    chance: float | None = None
    episodes: int = 20


def _bits(logits: Tensor, episodes: Episodes) -> float:
    return float(bits_per_sequence(logits, episodes))


def _bits_over_optimum(logits: Tensor, episodes: Episodes) -> float:
    return _bits(logits, episodes) / float(optimal_ngram_bits(episodes).mean())


def _percentage(share: float) -> str:
    return f"{share:.1%}" if share else "0"  # "0" only without any error


WRONG_BITS_METRIC = "share of wrong bits"

GENERALISATION = {
    "copy": Generalisation(
        [(n,) for n in (10, 20, 30, 50, 80, 120)],
        "length (trained on 1 to 20)",
        WRONG_BITS_METRIC,
        wrong_bits,
        _percentage,
        chance=0.5,
    ),
    "repeat-copy": Generalisation(
        [(10, 10), (15, 10), (20, 10), (10, 12), (10, 15), (10, 20)],
        "length × repeats (trained on 1 to 10 of each)",
        WRONG_BITS_METRIC,
        wrong_bits,
        _percentage,
        chance=4 / 9,  # the ninth bit is the end marker, which is almost always 0
    ),
    "associative-recall": Generalisation(
        [(n,) for n in (2, 4, 6, 8, 10, 12, 15, 20)],
        "items (trained on 2 to 6)",
        "bits per sequence",
        _bits,
        "{:.2f}".format,
        chance=18,
        episodes=200,
    ),
    "ngrams": Generalisation(
        [(n,) for n in (100, 200, 400, 800)],
        "bits to foretell (trained on 200)",
        "bits ÷ the best estimator's",
        _bits_over_optimum,
        "{:.3f}".format,
        episodes=200,
    ),
    "priority-sort": Generalisation(
        [(10, 8), (20, 16), (30, 24)],
        "vectors in × out (trained on 20 × 16)",
        WRONG_BITS_METRIC,
        wrong_bits,
        _percentage,
        chance=0.5,
        episodes=200,
    ),
}


@torch.no_grad()
def measure_generalisation(machine: Machine, task: str) -> list[float]:
    """The metric at each size of the task, on the same fresh episodes for every machine."""
    spec = GENERALISATION[task]
    values = []
    for size in spec.sizes:
        batch = TASKS[task].generate(Generator().manual_seed(SEED), spec.episodes, size)
        values.append(spec.measure(compute_logits(machine, batch.inputs), batch))
    return values
