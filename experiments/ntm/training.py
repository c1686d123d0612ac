"""Trains machines on the paper's tasks, several seeds at once, and evaluates them.

Seeds share only the sizes of the episodes: the loss is a sum over seeds, each seed's gradient is
clipped by its own norm, and RMSProp works per parameter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from statistics import fmean

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from experiments.ntm.lstm_baseline import LSTM
from experiments.ntm.seeds import COMPILER, Machine, build_ensemble, compute_logits
from experiments.ntm.tasks import TASKS, Episodes, Task
from models.ntm.machine import NTM

SOLVED_BITS = 0.05
"""A task is solved at this mean of bits per sequence or less, over ``EVALUATION_EPISODES``."""
SOLVED_FACTOR = 1.05
"""A task with an optimal cost above zero is solved at this multiple of it or less."""
EVALUATION_EPISODES = 1000
WINDOW = 250
"""Episodes per seed that are averaged into one point of a learning curve."""
MAX_GRADIENT_NORM = 10.0
BITS_PER_NAT = 1.4426950408889634


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a machine is built and trained. Without heads it is an LSTM without memory.

    The learning rate is constant for ``constant_share`` of the episodes. Then it decays linearly to
    ``final_factor`` of its value.
    """

    task: str
    controller: str
    units: int
    heads: int = 1
    learning_rate: float = 1e-4
    batch_size: int = 1
    constant_share: float = 1.0
    final_factor: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.task}-{self.controller}"

    def learning_rate_factor(self, progress: float) -> float:
        """The factor of the learning rate after this share of the episodes."""
        if progress <= self.constant_share:
            return 1.0
        decay = min(1.0, (progress - self.constant_share) / (1 - self.constant_share))
        return 1 - (1 - self.final_factor) * decay

    def build(self, seed: int) -> Machine:
        """Build a machine, initialised from the seed."""
        task = TASKS[self.task]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if self.heads == 0:
                return LSTM(task.inputs, task.outputs, units=self.units)
            return NTM(
                task.inputs,
                task.outputs,
                controller=self.controller,
                units=self.units,
                reads=self.heads,
                writes=self.heads,
            )


@dataclass(slots=True)
class Run:
    """The result of one seed. ``curve`` has bits per sequence, one point per ``WINDOW``."""

    seed: int
    machine: Machine
    curve: list[float] = field(default_factory=list)
    bits: float = float("inf")
    solved_at: int | None = None
    episodes: int = 0


def bits_per_sequence(
    logits: Float[Tensor, "*seeds steps batch outputs"], episodes: Episodes
) -> Float[Tensor, "*seeds"]:
    """The cross-entropy of the scored outputs, in bits per sequence."""
    scored = episodes.scored
    targets = episodes.targets[scored].expand_as(logits[..., scored, :, :])
    nats = binary_cross_entropy_with_logits(logits[..., scored, :, :], targets, reduction="none")
    return nats.sum(dim=(-1, -3)).mean(dim=-1) * BITS_PER_NAT


@torch.no_grad()
def evaluate(
    machine: Machine, task: Task, seed: int = 10_000, episodes: int = EVALUATION_EPISODES
) -> float:
    """Mean bits per sequence on fresh episodes, the same number of every training size."""
    bits = [
        float(bits_per_sequence(compute_logits(machine, batch.inputs), batch))
        for batch in _evaluation_episodes(task, seed, episodes)
    ]
    return fmean(bits)


def solved_threshold(task: Task) -> float:
    """The bits per sequence on the episodes of ``evaluate`` at which the task is solved."""
    if task.optimal_bits is None:
        return SOLVED_BITS
    return SOLVED_FACTOR * fmean(
        float(task.optimal_bits(batch).mean()) for batch in _evaluation_episodes(task)
    )


def _evaluation_episodes(
    task: Task, seed: int = 10_000, episodes: int = EVALUATION_EPISODES
) -> Iterator[Episodes]:
    generator = Generator().manual_seed(seed)
    sizes = list(product(*(range(low, high + 1) for low, high in task.sizes)))
    for size in sizes:
        yield task.generate(generator, max(1, episodes // len(sizes)), size)


def wrong_bits(logits: Float[Tensor, "steps batch outputs"], episodes: Episodes) -> float:
    """The share of wrong bits among the scored outputs."""
    scored = episodes.scored
    wrong = (logits[scored] > 0) != (episodes.targets[scored] > 0.5)
    return float(wrong.float().mean())


def train(
    recipe: Recipe,
    seeds: list[int],
    episodes: int,
    *,
    until_solved: bool = False,
    task: Task | None = None,
    compiled: bool = COMPILER,
) -> list[Run]:
    """Train one machine per seed on at most ``episodes`` each. Shows a progress bar.

    With ``until_solved``, training stops when all seeds are solved. RMSProp follows Graves (2013):
    centred, with momentum, and with an ε of 1e-4 inside the root (1e-2 outside).
    """
    task = task or TASKS[recipe.task]
    machines = [recipe.build(seed) for seed in seeds]
    ensemble = build_ensemble(machines, recipe.batch_size, compiled=compiled)
    optimiser = torch.optim.RMSprop(
        ensemble.parameters(),
        lr=recipe.learning_rate,
        alpha=0.95,
        momentum=0.9,
        eps=1e-2,
        centered=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: recipe.learning_rate_factor(step * recipe.batch_size / episodes),
    )
    generators = [Generator().manual_seed(seed) for seed in seeds]
    sizes = Generator().manual_seed(seeds[0])
    runs = [Run(seed, machine) for seed, machine in zip(seeds, machines, strict=True)]
    threshold = solved_threshold(task)
    window: list[Tensor] = []
    done = 0
    bar = tqdm(total=episodes, desc=recipe.name, unit="episode")
    for done in range(recipe.batch_size, episodes + 1, recipe.batch_size):
        size = task.size(sizes)
        batches = [task.generate(generator, recipe.batch_size, size) for generator in generators]
        logits = ensemble.compute_logits(torch.stack([drawn.inputs for drawn in batches]))
        bits = torch.stack(
            [bits_per_sequence(row, drawn) for row, drawn in zip(logits, batches, strict=True)]
        )
        optimiser.zero_grad()
        (
            bits.sum() / BITS_PER_NAT
        ).backward()  # the sum over a sequence: ε suits gradients of this size
        ensemble.clip(MAX_GRADIENT_NORM)  # without it, one bad step can undo training
        optimiser.step()
        schedule.step()
        window.append(bits.detach())
        bar.update(recipe.batch_size)
        if len(window) * recipe.batch_size >= WINDOW:
            means = torch.stack(window).mean(dim=0).tolist()
            window.clear()
            bar.set_postfix_str("bits " + " ".join(f"{mean:.2f}" for mean in means))
            for i, (run, mean) in enumerate(zip(runs, means, strict=True)):
                run.curve.append(mean)
                # Evaluation takes as long as a window, so it runs only after a good window.
                if (
                    not run.solved_at
                    and mean <= threshold
                    and evaluate(ensemble.take(i), task) <= threshold
                ):
                    run.solved_at = done
            if until_solved and all(run.solved_at for run in runs):
                break
    bar.close()
    for i, run in enumerate(runs):
        run.machine = ensemble.take(i)
        run.bits, run.episodes = evaluate(run.machine, task), done
    return runs
