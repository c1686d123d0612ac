"""The five tasks of the Neural Turing Machine's paper: episodes, drawn from a seed.

An episode is a sequence of inputs, the outputs wanted, and which of them are asked for; beside the
data, inputs have channels for the marks (begin, end, repeats, priority). Every episode of a batch
has the same length. Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401, section 4.
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
PRIORITIES, HIGHEST = 20, 16


@dataclass(frozen=True, slots=True)
class Episodes:
    """A batch. ``scored`` marks the steps whose outputs count."""

    inputs: Float[Tensor, "steps batch inputs"]
    targets: Float[Tensor, "steps batch outputs"]
    scored: Bool[Tensor, " steps"]


Draw = Callable[[Generator, int, tuple[int, ...]], Episodes]


@dataclass(frozen=True, slots=True)
class Task:
    """``sizes`` are the ranges (both ends included) from which an episode's size is drawn.

    ``optimal_bits`` is the minimal cost of each episode, if it is not zero.
    """

    name: str
    inputs: int
    outputs: int
    sizes: tuple[tuple[int, int], ...]
    draw: Draw
    optimal_bits: Callable[[Episodes], Float[Tensor, " batch"]] | None = None

    def size(self, generator: Generator) -> tuple[int, ...]:
        """The size of a training episode."""
        return tuple(_randint(generator, low, high) for low, high in self.sizes)


def copy(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Random vectors, begin and end marked; then the same again. ``size``: how many."""
    (length,) = size
    data = _bits(generator, length, batch, BITS)
    inputs = torch.zeros(2 * length + 2, batch, BITS + 2)
    inputs[0, :, BITS] = 1
    inputs[1 : length + 1, :, :BITS] = data
    inputs[length + 1, :, BITS + 1] = 1
    return _score_at_end(inputs, data)


def repeat_copy(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """As ``copy``, the sequence so often as one number says, then a mark. ``size``: length, times.

    The number of repeats is told at zero mean and unit variance.
    """
    length, repeats = size
    data = _bits(generator, length, batch, BITS)
    inputs = torch.zeros(length + 2 + length * repeats + 1, batch, BITS + 2)
    inputs[0, :, BITS] = 1
    inputs[1 : length + 1, :, :BITS] = data
    inputs[length + 1, :, BITS + 1] = (repeats - REPEATS_MEAN) / REPEATS_SPREAD
    wanted = torch.zeros(length * repeats + 1, batch, BITS + 1)
    wanted[:-1, :, :BITS] = data.repeat(repeats, 1, 1)
    wanted[-1, :, BITS] = 1
    return _score_at_end(inputs, wanted)


def associative_recall(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Items of three vectors, then one of them again: wanted is the next. ``size``: how many."""
    (items,) = size
    data = _bits(generator, items * ITEM_STEPS, batch, ITEM_BITS).unflatten(0, (items, ITEM_STEPS))
    asked = torch.randint(items - 1, (batch,), generator=generator)
    rows = torch.arange(batch)
    inputs = torch.zeros((ITEM_STEPS + 1) * items + 2 * ITEM_STEPS + 2, batch, ITEM_BITS + 2)
    for item in range(items):
        start = item * (ITEM_STEPS + 1)
        inputs[start, :, ITEM_BITS] = 1
        inputs[start + 1 : start + 1 + ITEM_STEPS, :, :ITEM_BITS] = data[item]
    query = items * (ITEM_STEPS + 1)
    inputs[query, :, ITEM_BITS + 1] = 1
    shown, wanted = (data[item, :, rows].transpose(0, 1) for item in (asked, asked + 1))
    inputs[query + 1 : query + 1 + ITEM_STEPS, :, :ITEM_BITS] = shown
    inputs[query + 1 + ITEM_STEPS, :, ITEM_BITS + 1] = 1
    return _score_at_end(inputs, wanted)


def ngrams(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Bits from a 6-gram table drawn for each episode; wanted is each next bit. ``size``: how many.

    The table's 32 probabilities are Beta(½, ½), so most are nearly sure.
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
    asked = torch.arange(steps) >= NGRAM - 2  # before, there is no context
    return Episodes(bits[:-1].unsqueeze(-1), bits[1:].unsqueeze(-1), asked)


def optimal_ngram_bits(episodes: Episodes) -> Float[Tensor, " batch"]:
    """What the best possible estimator pays for each episode: p = (N₁ + ½) / (N₀ + N₁ + 1)."""
    first, rest = episodes.inputs[..., 0], episodes.targets[..., 0]
    bits = torch.cat([first[:1], rest])
    batch = bits.shape[1]
    counts = torch.full((batch, 2 ** (NGRAM - 1), 2), 0.5)
    rows, bits_paid = torch.arange(batch), torch.zeros(batch)
    for step in range(NGRAM - 1, len(bits)):
        context, bit = _context(bits, step), bits[step].long()
        seen = counts[rows, context]
        bits_paid -= (seen[rows, bit] / seen.sum(dim=1)).log2()
        counts[rows, context, bit] += 1
    return bits_paid


def priority_sort(generator: Generator, batch: int, size: tuple[int, ...]) -> Episodes:
    """Vectors with a priority in [-1, 1]; wanted are the highest, in order. ``size``: in, out."""
    count, wanted = size
    data = _bits(generator, count, batch, BITS)
    priority = 2 * torch.rand(count, batch, generator=generator) - 1
    inputs = torch.zeros(count + 2 + wanted, batch, BITS + 3)
    inputs[0, :, BITS + 1] = 1
    inputs[1 : count + 1, :, :BITS] = data
    inputs[1 : count + 1, :, BITS] = priority
    inputs[count + 1, :, BITS + 2] = 1
    highest = priority.argsort(dim=0, descending=True)[:wanted]
    return _score_at_end(inputs, data.gather(0, highest.unsqueeze(-1).expand(-1, -1, BITS)))


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
            ((PRIORITIES, PRIORITIES), (HIGHEST, HIGHEST)),
            priority_sort,
        ),
    )
}


def _score_at_end(
    inputs: Float[Tensor, "steps batch inputs"], wanted: Float[Tensor, "scored batch outputs"]
) -> Episodes:
    """Room is left for the answer at the end of the inputs, where nothing is told any more."""
    steps, batch, _ = inputs.shape
    targets = torch.zeros(steps, batch, wanted.shape[-1])
    targets[-len(wanted) :] = wanted
    return Episodes(inputs, targets, torch.arange(steps) >= steps - len(wanted))


def _bits(generator: Generator, steps: int, batch: int, width: int) -> Float[Tensor, "..."]:
    return torch.randint(2, (steps, batch, width), generator=generator).float()


def _context(bits: Float[Tensor, "steps batch"], step: int) -> Tensor:
    """The number that the bits before this step make."""
    before = bits[step - NGRAM + 1 : step].long()
    return (before * 2 ** torch.arange(NGRAM - 1).unsqueeze(1)).sum(dim=0)


def _randint(generator: Generator, low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, (1,), generator=generator))
