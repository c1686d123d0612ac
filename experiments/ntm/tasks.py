"""Generates episodes of the five tasks of the Neural Turing Machine paper.

An episode has a sequence of inputs, the target outputs, and a mask of the scored steps. Besides the
data, the inputs have channels for markers (begin, end, repeats, priority). All episodes of a batch
have the same length. Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401, section 4.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Generator, Tensor

BITS = 8
ITEM_BITS, ITEM_STEPS = 6, 3
REPEATS_MEAN, REPEATS_SPREAD = 5.5, 2.87
NGRAM, NGRAM_STEPS = 6, 200
PRIORITY_VECTORS, RETURNED = 20, 16


@dataclass(frozen=True, slots=True)
class Episodes:
    """A batch of episodes. ``scored`` is the mask of the steps that count."""

    inputs: Float[Tensor, "steps batch inputs"]
    targets: Float[Tensor, "steps batch outputs"]
    scored: Bool[Tensor, " steps"]


EpisodeGenerator = Callable[[Generator, int, tuple[int, ...]], Episodes]


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its channels, the ranges of its sizes (inclusive), and its episodes.

    ``optimal_bits`` is the minimal cost of each episode, or None if it is zero.
    """

    name: str
    inputs: int
    outputs: int
    sizes: tuple[tuple[int, int], ...]
    generate: EpisodeGenerator
    optimal_bits: Callable[[Episodes], Float[Tensor, " batch"]] | None = None

    def size(self, generator: Generator) -> tuple[int, ...]:
        """Draw the size of a training episode."""
        return tuple(_randint(generator, low, high) for low, high in self.sizes)


def copy(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Random vectors between two markers, to be repeated. ``size``: number of vectors."""
    (length,) = size
    data = _bits(generator, length, batch, BITS)
    inputs = torch.zeros(2 * length + 2, batch, BITS + 2)
    inputs[0, :, BITS] = 1
    inputs[1 : length + 1, :, :BITS] = data
    inputs[length + 1, :, BITS + 1] = 1
    return _answered_at_end(inputs, data)


def repeat_copy(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Like ``copy``, several times, then an end marker. ``size``: length, repeats.

    The number of repeats is an input, normalised to zero mean and unit variance.
    """
    length, repeats = size
    data = _bits(generator, length, batch, BITS)
    inputs = torch.zeros(length + 2 + length * repeats + 1, batch, BITS + 2)
    inputs[0, :, BITS] = 1
    inputs[1 : length + 1, :, :BITS] = data
    inputs[length + 1, :, BITS + 1] = (repeats - REPEATS_MEAN) / REPEATS_SPREAD
    targets = torch.zeros(length * repeats + 1, batch, BITS + 1)
    targets[:-1, :, :BITS] = data.repeat(repeats, 1, 1)
    targets[-1, :, BITS] = 1
    return _answered_at_end(inputs, targets)


def associative_recall(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Items of three vectors, then one as a query for the next item. ``size``: number of items."""
    (items,) = size
    data = _bits(generator, items * ITEM_STEPS, batch, ITEM_BITS).unflatten(0, (items, ITEM_STEPS))
    queried = torch.randint(items - 1, (batch,), generator=generator)
    rows = torch.arange(batch)
    inputs = torch.zeros((ITEM_STEPS + 1) * items + 2 * ITEM_STEPS + 2, batch, ITEM_BITS + 2)
    for item in range(items):
        start = item * (ITEM_STEPS + 1)
        inputs[start, :, ITEM_BITS] = 1
        inputs[start + 1 : start + 1 + ITEM_STEPS, :, :ITEM_BITS] = data[item]
    query = items * (ITEM_STEPS + 1)
    inputs[query, :, ITEM_BITS + 1] = 1
    cue, targets = (data[item, :, rows].transpose(0, 1) for item in (queried, queried + 1))
    inputs[query + 1 : query + 1 + ITEM_STEPS, :, :ITEM_BITS] = cue
    inputs[query + 1 + ITEM_STEPS, :, ITEM_BITS + 1] = 1
    return _answered_at_end(inputs, targets)


def ngrams(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Predict each next bit, drawn from an episode's own 6-gram table. ``size``: number of bits.

    The 32 probabilities of the table are Beta(½, ½), so most are close to 0 or 1.
    """
    (steps,) = size
    contexts = 2 ** (NGRAM - 1)
    # Beta(½, ½) is the arcsine distribution: sin² of a uniform angle.
    table = (torch.rand(batch, contexts, generator=generator) * torch.pi / 2).sin() ** 2
    bits = torch.zeros(steps + 1, batch)
    bits[: NGRAM - 1] = torch.randint(2, (NGRAM - 1, batch), generator=generator).float()
    uniforms = torch.rand(steps + 1, batch, generator=generator)
    for step in range(NGRAM - 1, steps + 1):
        p = table.gather(1, _context(bits, step).unsqueeze(1)).squeeze(1)
        bits[step] = (uniforms[step] < p).float()
    scored = torch.arange(steps) >= NGRAM - 2  # earlier steps have no full context
    return Episodes(bits[:-1].unsqueeze(-1), bits[1:].unsqueeze(-1), scored)


def optimal_ngram_bits(episodes: Episodes) -> Float[Tensor, " batch"]:
    """Cost of the optimal estimator for each episode: p = (N₁ + ½) / (N₀ + N₁ + 1)."""
    bits = torch.cat([episodes.inputs[:1, :, 0], episodes.targets[..., 0]])
    batch = bits.shape[1]
    counts = torch.full((batch, 2 ** (NGRAM - 1), 2), 0.5)
    rows, cost = torch.arange(batch), torch.zeros(batch)
    for step in range(NGRAM - 1, len(bits)):
        context, bit = _context(bits, step), bits[step].long()
        count = counts[rows, context]
        cost -= (count[rows, bit] / count.sum(dim=1)).log2()
        counts[rows, context, bit] += 1
    return cost


def priority_sort(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Return the vectors with the highest priorities in [-1, 1], in order. ``size``: in, out."""
    count, returned = size
    data = _bits(generator, count, batch, BITS)
    priority = 2 * torch.rand(count, batch, generator=generator) - 1
    inputs = torch.zeros(count + 2 + returned, batch, BITS + 3)
    inputs[0, :, BITS + 1] = 1
    inputs[1 : count + 1, :, :BITS] = data
    inputs[1 : count + 1, :, BITS] = priority
    inputs[count + 1, :, BITS + 2] = 1
    highest = priority.argsort(dim=0, descending=True)[:returned]
    return _answered_at_end(inputs, data.gather(0, highest.unsqueeze(-1).expand(-1, -1, BITS)))


TASKS = {
    task.name: task
    for task in (
        Task("copy", BITS + 2, BITS, ((1, 20),), copy),
        Task("repeat-copy", BITS + 2, BITS + 1, ((1, 10), (1, 10)), repeat_copy),
        Task("associative-recall", ITEM_BITS + 2, ITEM_BITS, ((2, 6),), associative_recall),
        Task("ngrams", 1, 1, ((NGRAM_STEPS, NGRAM_STEPS),), ngrams, optimal_ngram_bits),
        Task(
            "priority-sort",
            BITS + 3,
            BITS,
            ((PRIORITY_VECTORS, PRIORITY_VECTORS), (RETURNED, RETURNED)),
            priority_sort,
        ),
    )
}


def _answered_at_end(
    inputs: Float[Tensor, "steps batch inputs"], answer: Float[Tensor, "scored batch outputs"]
) -> Episodes:
    """Episodes whose targets are at the last steps, where the inputs are zero."""
    steps, batch, _ = inputs.shape
    targets = torch.zeros(steps, batch, answer.shape[-1])
    targets[-len(answer) :] = answer
    return Episodes(inputs, targets, torch.arange(steps) >= steps - len(answer))


def _bits(generator: Generator, steps: int, batch: int, width: int) -> Float[Tensor, "..."]:
    return torch.randint(2, (steps, batch, width), generator=generator).float()


def _context(bits: Float[Tensor, "steps batch"], step: int) -> Tensor:
    """The bits before this step as a binary number."""
    before = bits[step - NGRAM + 1 : step].long()
    return (before * 2 ** torch.arange(NGRAM - 1).unsqueeze(1)).sum(dim=0)


def _randint(generator: Generator, low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, (1,), generator=generator))
