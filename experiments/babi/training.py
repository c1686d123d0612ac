"""Train a memory network jointly on all twenty tasks, and measure its errors.

As section 4.2 of Sukhbaatar et al. 2015 has it for joint training: stochastic gradient descent on
the sum over a batch of 32, gradients no longer than 40, 60 epochs with a step of 0.01 that is
halved every 15; before that a linear start, without softmax and with half the step, until the
validation loss no longer falls; empty slots at random between statements, so that ages vary.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from experiments.babi.dataset import SLOTS, UNKNOWN, Examples
from models.ntm.memory_network import MemoryNetwork

BATCH = 32
EPOCHS = 60
RATE = 0.01
HALVED_EVERY = 15
CLIP = 40.0
NOISE = 0.1
"""How many empty slots there are for each statement."""
MOST_LINEAR_EPOCHS = 20
VALIDATION_SHARE = 0.1


@dataclass(slots=True)
class Trained:
    """A trained network, its seed, validation loss and number of linear epochs."""

    network: MemoryNetwork
    seed: int
    loss: float
    linear_epochs: int


def train(
    examples: Examples, word_ids: dict[str, int], *, hops: int, seed: int, epochs: int = EPOCHS
) -> Trained:
    """One network for all tasks. ``loss`` is that on the tenth held out, in nats per question."""
    generator = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = MemoryNetwork(len(word_ids) + UNKNOWN + 1, 2 * SLOTS, hops=hops)
    order = torch.randperm(len(examples), generator=generator)
    held_out = int(VALIDATION_SHARE * len(examples))
    validation, fitted = examples.take(order[:held_out]), examples.take(order[held_out:])

    bar = tqdm(total=epochs, desc=f"{hops} hops, seed {seed}", unit="epoch")
    best, linear_epochs = math.inf, 0
    while linear_epochs < MOST_LINEAR_EPOCHS:
        _epoch(network, fitted, RATE / 2, generator, linear=True)
        linear_epochs += 1
        loss = _loss(network, validation, linear=True)
        bar.set_postfix_str(f"linear start {linear_epochs}: {loss:.3f}")
        if loss >= best:
            break
        best = loss
    for epoch in range(epochs):
        _epoch(network, fitted, RATE / 2 ** (epoch // HALVED_EVERY), generator, linear=False)
        bar.update()
        bar.set_postfix_str(f"loss {_loss(network, validation):.3f}")
    bar.close()
    return Trained(network.eval(), seed, _loss(network, validation), linear_epochs)


@torch.no_grad()
def errors(network: MemoryNetwork, examples: Examples) -> dict[int, float]:
    """By task, the share of questions that are answered wrongly."""
    wrong = torch.cat(
        [
            _scores(network, batch).argmax(dim=-1) != batch.answers
            for batch in map(examples.take, torch.arange(len(examples)).split(512))
        ]
    )
    tasks = examples.tasks.unique().tolist()
    return {task: float(wrong[examples.tasks == task].float().mean()) for task in tasks}


def noisy_ages(
    ages: Int64[Tensor, "batch slots"], generator: Generator
) -> Int64[Tensor, "batch slots"]:
    """Ages as they would be had empty slots come between the statements at random."""
    chance = torch.rand(len(ages), SLOTS, generator=generator)
    older = (chance < NOISE).long().cumsum(dim=1)
    return ages + older.gather(1, ages)


def _epoch(
    network: MemoryNetwork, examples: Examples, rate: float, generator: Generator, *, linear: bool
) -> None:
    optimiser = torch.optim.SGD(network.parameters(), lr=rate)
    for rows in torch.randperm(len(examples), generator=generator).split(BATCH):
        batch = _trimmed(examples.take(rows))
        ages = noisy_ages(batch.ages, generator)
        scores, _ = network(batch.statements, ages, batch.questions, linear=linear)
        optimiser.zero_grad()
        cross_entropy(scores, batch.answers, reduction="sum").backward()
        clip_grad_norm_(network.parameters(), CLIP)
        optimiser.step()


def _scores(
    network: MemoryNetwork, batch: Examples, *, linear: bool = False
) -> Float[Tensor, "batch words"]:
    batch = _trimmed(batch)
    scores, _ = network(batch.statements, batch.ages, batch.questions, linear=linear)
    return torch.as_tensor(scores)


@torch.no_grad()
def _loss(network: MemoryNetwork, examples: Examples, *, linear: bool = False) -> float:
    total = sum(
        float(cross_entropy(_scores(network, batch, linear=linear), batch.answers, reduction="sum"))
        for batch in map(examples.take, torch.arange(len(examples)).split(512))
    )
    return total / len(examples)


def _trimmed(batch: Examples) -> Examples:
    """Without the slots that no story of the batch fills."""
    used = int((batch.statements != 0).any(dim=-1).sum(dim=1).max())
    return Examples(
        batch.tasks,
        batch.statements[:, :used],
        batch.ages[:, :used],
        batch.questions,
        batch.answers,
    )
