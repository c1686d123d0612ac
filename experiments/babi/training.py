"""Trains a memory network jointly on all twenty tasks, and measures its error rates.

Joint training follows section 4.2 of Sukhbaatar et al. 2015:

- SGD on the sum of the losses in a batch of 32, with gradients clipped to a norm of 40;
- a linear start without softmax, with half the learning rate, until the validation loss stops
  falling;
- 60 epochs with a learning rate of 0.01 that halves every 15 epochs;
- random empty slots between statements, so that the ages of statements vary.
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

BATCH_SIZE = 32
EPOCHS = 60
LEARNING_RATE = 0.01
HALVING_EPOCHS = 15
MAX_GRADIENT_NORM = 40.0
EMPTY_SLOT_RATE = 0.1
"""Mean number of empty slots per statement."""
MAX_LINEAR_EPOCHS = 20
VALIDATION_SHARE = 0.1


@dataclass(slots=True)
class TrainingRun:
    """A trained network, its seed, validation loss and number of linear epochs."""

    network: MemoryNetwork
    seed: int
    loss: float
    linear_epochs: int


def train(
    examples: Examples, word_ids: dict[str, int], *, hops: int, seed: int, epochs: int = EPOCHS
) -> TrainingRun:
    """Train one network on all tasks. ``loss`` is in nats per question of the validation set."""
    generator = Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = MemoryNetwork(len(word_ids) + UNKNOWN + 1, 2 * SLOTS, hops=hops)
    order = torch.randperm(len(examples), generator=generator)
    held_out = int(VALIDATION_SHARE * len(examples))
    validation, training = examples.take(order[:held_out]), examples.take(order[held_out:])

    bar = tqdm(total=epochs, desc=f"{hops} hops, seed {seed}", unit="epoch")
    best, linear_epochs = math.inf, 0
    while linear_epochs < MAX_LINEAR_EPOCHS:
        _epoch(network, training, LEARNING_RATE / 2, generator, linear=True)
        linear_epochs += 1
        loss = _loss(network, validation, linear=True)
        bar.set_postfix_str(f"linear start {linear_epochs}: {loss:.3f}")
        if loss >= best:
            break
        best = loss
    for epoch in range(epochs):
        _epoch(
            network,
            training,
            LEARNING_RATE / 2 ** (epoch // HALVING_EPOCHS),
            generator,
            linear=False,
        )
        bar.update()
        bar.set_postfix_str(f"loss {_loss(network, validation):.3f}")
    bar.close()
    return TrainingRun(network.eval(), seed, _loss(network, validation), linear_epochs)


@torch.no_grad()
def error_rates_by_task(network: MemoryNetwork, examples: Examples) -> dict[int, float]:
    """The share of wrong answers, by task."""
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
    """Ages after inserting random empty slots between the statements."""
    chance = torch.rand(len(ages), SLOTS, generator=generator)
    empty_slots = (chance < EMPTY_SLOT_RATE).long().cumsum(dim=1)
    return ages + empty_slots.gather(1, ages)


def _epoch(
    network: MemoryNetwork,
    examples: Examples,
    learning_rate: float,
    generator: Generator,
    *,
    linear: bool,
) -> None:
    optimiser = torch.optim.SGD(network.parameters(), lr=learning_rate)
    for rows in torch.randperm(len(examples), generator=generator).split(BATCH_SIZE):
        batch = _trimmed(examples.take(rows))
        ages = noisy_ages(batch.ages, generator)
        scores, _ = network(batch.statements, ages, batch.questions, linear=linear)
        optimiser.zero_grad()
        cross_entropy(scores, batch.answers, reduction="sum").backward()
        clip_grad_norm_(network.parameters(), MAX_GRADIENT_NORM)
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
    """The batch without the slots that are empty in all of its stories."""
    filled = int((batch.statements != 0).any(dim=-1).sum(dim=1).max())
    return Examples(
        batch.tasks,
        batch.statements[:, :filled],
        batch.ages[:, :filled],
        batch.questions,
        batch.answers,
    )
