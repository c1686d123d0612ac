"""Train machines on the paper's tasks, several seeds at once, and evaluate them.

Nothing is shared between seeds but the lengths of the episodes: the loss is a sum, each seed's
gradient is clipped by its own length, and RMSProp works on each number by itself.
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
from experiments.ntm.seeds import COMPILER, Machine, answers, side_by_side
from experiments.ntm.tasks import TASKS, Episodes, Task
from models.ntm.machine import NTM

SOLVED_BITS = 0.05
"""A task is solved below this mean of bits per sequence over ``EVALUATION_EPISODES``."""
SOLVED_FACTOR = 1.05
"""Where even the best answers cost something: times as much still counts as solved."""
EVALUATION_EPISODES = 1000
WINDOW = 250
"""Episodes of each seed that one point of a learning curve is the mean of."""
CLIP = 10.0
NAT = 1.4426950408889634
"""Bits in a nat."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a machine is built and trained. ``heads`` 0: an LSTM without memory.

    ``batch`` episodes make a step, of ``rate``: for that share of them that is ``steady``. Then it
    falls, linearly, to ``last`` of it.
    """

    task: str
    controller: str
    units: int
    heads: int = 1
    rate: float = 1e-4
    batch: int = 1
    steady: float = 1.0
    last: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.task}-{self.controller}"

    def share(self, done: float) -> float:
        """How much of ``rate`` a step is worth, once this share of the episodes is done."""
        if done <= self.steady:
            return 1.0
        return 1 - (1 - self.last) * min(1.0, (done - self.steady) / (1 - self.steady))

    def build(self, seed: int) -> Machine:
        """A new machine, the same for the same seed."""
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
    """Result of one seed. ``curve`` has bits per sequence, a point for each ``WINDOW``."""

    seed: int
    machine: Machine
    curve: list[float] = field(default_factory=list)
    bits: float = float("inf")
    solved_at: int | None = None
    episodes: int = 0


def bits_of(
    logits: Float[Tensor, "*seeds steps batch outputs"], episodes: Episodes
) -> Float[Tensor, "*seeds"]:
    """What the answers cost, in bits per sequence: the cross-entropy of what was asked for."""
    scored = episodes.scored
    targets = episodes.targets[scored].expand_as(logits[..., scored, :, :])
    nats = binary_cross_entropy_with_logits(logits[..., scored, :, :], targets, reduction="none")
    return nats.sum(dim=(-1, -3)).mean(dim=-1) * NAT


@torch.no_grad()
def evaluate(
    machine: Machine, task: Task, seed: int = 10_000, episodes: int = EVALUATION_EPISODES
) -> float:
    """Mean bits per sequence on fresh episodes, as many of every size that training had."""
    bits = [
        float(bits_of(answers(machine, batch.inputs), batch))
        for batch in _evaluation_episodes(task, seed, episodes)
    ]
    return fmean(bits)


def goal(task: Task) -> float:
    """Bits per sequence on the episodes of ``evaluate`` up to which the task counts as solved."""
    if task.optimal_bits is None:
        return SOLVED_BITS
    return SOLVED_FACTOR * fmean(
        float(task.optimal_bits(batch).mean()) for batch in _evaluation_episodes(task)
    )


def _evaluation_episodes(
    task: Task, seed: int = 10_000, episodes: int = EVALUATION_EPISODES
) -> Iterator[Episodes]:
    generator = Generator().manual_seed(seed)
    every = list(product(*(range(low, high + 1) for low, high in task.sizes)))
    for size in every:
        yield task.draw(generator, max(1, episodes // len(every)), size)


def wrong_bits(logits: Float[Tensor, "steps batch outputs"], episodes: Episodes) -> float:
    """The share of wrong bits among those asked for."""
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
    """Train one machine for each seed, at most ``episodes`` each. Shows a progress bar.

    With ``until_solved`` it ends once every one of them is. RMSProp is Graves's (2013): centred,
    with momentum, his ε of 1e-4 inside of the root.
    """
    task = task or TASKS[recipe.task]
    machines = [recipe.build(seed) for seed in seeds]
    learning = side_by_side(machines, recipe.batch, compiled=compiled)
    optimiser = torch.optim.RMSprop(
        learning.parameters(), lr=recipe.rate, alpha=0.95, momentum=0.9, eps=1e-2, centered=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: recipe.share(step * recipe.batch / episodes)
    )
    generators = [Generator().manual_seed(seed) for seed in seeds]
    sizes = Generator().manual_seed(seeds[0])
    runs = [
        Run(seed, machine, [], float("inf"), None)
        for seed, machine in zip(seeds, machines, strict=True)
    ]
    solved_bits = goal(task)
    window: list[Tensor] = []
    done = 0
    bar = tqdm(total=episodes, desc=recipe.name, unit="episode")
    for done in range(recipe.batch, episodes + 1, recipe.batch):
        size = task.size(sizes)
        batches = [task.draw(generator, recipe.batch, size) for generator in generators]
        logits = learning.answers(torch.stack([drawn.inputs for drawn in batches]))
        bits = torch.stack(
            [bits_of(row, drawn) for row, drawn in zip(logits, batches, strict=True)]
        )
        optimiser.zero_grad()
        (bits.sum() / NAT).backward()  # the sum over a sequence: ε is for gradients of that size
        learning.clip(CLIP)  # one bad step else undoes what was learnt
        optimiser.step()
        schedule.step()
        window.append(bits.detach())
        bar.update(recipe.batch)
        if len(window) * recipe.batch >= WINDOW:
            means = torch.stack(window).mean(dim=0).tolist()
            window.clear()
            bar.set_postfix_str("bits " + " ".join(f"{mean:.2f}" for mean in means))
            for i, (run, mean) in enumerate(zip(runs, means, strict=True)):
                run.curve.append(mean)
                # To judge takes as long as a window, so only where the window itself was good.
                if (
                    not run.solved_at
                    and mean <= solved_bits
                    and evaluate(learning.take(i), task) <= solved_bits
                ):
                    run.solved_at = done
            if until_solved and all(run.solved_at for run in runs):
                break
    bar.close()
    for i, run in enumerate(runs):
        run.machine = learning.take(i)
        run.bits, run.episodes = evaluate(run.machine, task), done
    return runs
