"""Measure trained machines at sizes beyond those of training, each task by its own metric."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from experiments.ntm.seeds import Machine, answers
from experiments.ntm.tasks import TASKS, Episodes, optimal_ngram_bits
from experiments.ntm.training import bits_of, wrong_bits

SEED = 20_000


@dataclass(frozen=True, slots=True)
class Beyond:
    """``sizes`` that a task is tried at, ``axis`` to call them, and what the name of ``measure``.

    ``write`` puts a figure into a table. ``chance`` is what guessing would get at every size.
    """

    sizes: Sequence[tuple[int, ...]]
    axis: str
    metric: str
    measure: Callable[[Tensor, Episodes], float]
    format: Callable[[float], str]
    chance: float | None = None
    episodes: int = 20


def _bits(logits: Tensor, episodes: Episodes) -> float:
    return float(bits_of(logits, episodes))


def _over_best(logits: Tensor, episodes: Episodes) -> float:
    return _bits(logits, episodes) / float(optimal_ngram_bits(episodes).mean())


def _per_cent(share: float) -> str:
    return f"{share:.1%}" if share else "0"  # none at all, where it is so


WRONG = "share of wrong bits"

BEYOND = {
    "copy": Beyond(
        [(n,) for n in (10, 20, 30, 50, 80, 120)],
        "length (trained on 1 to 20)",
        WRONG,
        wrong_bits,
        _per_cent,
        chance=0.5,
    ),
    "repeat-copy": Beyond(
        [(10, 10), (15, 10), (20, 10), (10, 12), (10, 15), (10, 20)],
        "length × repeats (trained on 1 to 10 of each)",
        WRONG,
        wrong_bits,
        _per_cent,
        chance=4 / 9,  # the ninth bit marks the end, and is nearly always 0
    ),
    "associative-recall": Beyond(
        [(n,) for n in (2, 4, 6, 8, 10, 12, 15, 20)],
        "items (trained on 2 to 6)",
        "bits per sequence",
        _bits,
        "{:.2f}".format,
        chance=18,
        episodes=200,
    ),
    "ngrams": Beyond(
        [(n,) for n in (100, 200, 400, 800)],
        "bits to foretell (trained on 200)",
        "bits ÷ the best estimator's",
        _over_best,
        "{:.3f}".format,
        episodes=200,
    ),
    "priority-sort": Beyond(
        [(10, 8), (20, 16), (30, 24)],
        "vectors in × out (trained on 20 × 16)",
        WRONG,
        wrong_bits,
        _per_cent,
        chance=0.5,
        episodes=200,
    ),
}


@torch.no_grad()
def beyond(machine: Machine, task: str) -> list[float]:
    """The measure at each size of ``BEYOND``, on fresh episodes that are the same for everyone."""
    spec = BEYOND[task]
    measured = []
    for size in spec.sizes:
        batch = TASKS[task].draw(Generator().manual_seed(SEED), spec.episodes, size)
        measured.append(spec.measure(answers(machine, batch.inputs), batch))
    return measured
