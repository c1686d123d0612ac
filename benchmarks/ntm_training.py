"""Training machines on the paper's tasks, several seeds at once, and measuring what they learnt.

The seeds are stacked: one vectorised machine (``torch.func.vmap``) whose parameters have a row per
seed, so that five cost little more than one. Where there is a C++ compiler, a step is compiled,
which was two to five times faster here. Nothing is shared between seeds but the lengths of the
episodes: the loss is a sum, each seed's gradient is clipped by its own length, and RMSProp works on
each number by itself.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import binary_cross_entropy_with_logits
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from benchmarks.ntm_tasks import TASKS, Episodes, Task
from models.controllers import LSTM
from models.ntm import NTM, run

SOLVED_BITS = 0.05
"""Bits per sequence, over ``JUDGED`` fresh ones, below which a task counts as solved."""
JUDGED = 1000
WINDOW = 250
"""Episodes of each seed that one point of a learning curve is the mean of."""
CLIP = 10.0
COMPILER = bool(shutil.which("c++") or shutil.which("g++"))
NAT = 1.4426950408889634
"""Bits in a nat."""

Parameters = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a machine is built and trained. ``heads`` 0: an LSTM without memory."""

    task: str
    controller: str
    units: int
    heads: int = 1
    rate: float = 1e-4
    batch: int = 1

    @property
    def name(self) -> str:
        return f"{self.task}-{self.controller}"

    def build(self, seed: int) -> NTM | LSTM:
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
    """What became of one seed. ``curve`` are bits per sequence, a point for each ``WINDOW``."""

    seed: int
    machine: NTM | LSTM
    curve: list[float] = field(default_factory=list)
    bits: float = float("inf")
    solved_at: int | None = None
    episodes: int = 0


def bits_of(
    logits: Float[Tensor, "*seeds steps batch outputs"], episodes: Episodes
) -> Float[Tensor, "*seeds"]:
    """What the answers cost, in bits per sequence: the cross-entropy of what was asked for."""
    asked = episodes.asked
    targets = episodes.targets[asked].expand_as(logits[..., asked, :, :])
    nats = binary_cross_entropy_with_logits(logits[..., asked, :, :], targets, reduction="none")
    return nats.sum(dim=(-1, -3)).mean(dim=-1) * NAT


@torch.no_grad()
def judge(machine: NTM | LSTM, task: Task, seed: int = 10_000, episodes: int = JUDGED) -> float:
    """Mean bits per sequence on fresh episodes, as many of every size that training had."""
    generator = Generator().manual_seed(seed)
    every = list(product(*(range(low, high + 1) for low, high in task.sizes)))
    bits = []
    for size in every:
        batch = task.draw(generator, max(1, episodes // len(every)), size)
        logits, _ = run(machine, batch.inputs)
        bits.append(float(bits_of(logits, batch)))
    return sum(bits) / len(bits)


@torch.no_grad()
def bit_errors(machine: NTM | LSTM, task: Task, size: tuple[int, ...], episodes: int = 20) -> float:
    """The share of wrong bits among those asked for."""
    batch = task.draw(Generator().manual_seed(20_000), episodes, size)
    logits, _ = run(machine, batch.inputs)
    wrong = (logits[batch.asked] > 0) != (batch.targets[batch.asked] > 0.5)
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
    parameters, buffers = stack_module_state(machines)  # type: ignore[arg-type]  # all of one kind
    parameters = {name: each.detach().requires_grad_() for name, each in parameters.items()}
    step, start = _stacked(machines[0], buffers, recipe.batch, compiled=compiled)
    optimiser = torch.optim.RMSprop(
        parameters.values(), lr=recipe.rate, alpha=0.95, momentum=0.9, eps=1e-2, centered=True
    )
    generators = [Generator().manual_seed(seed) for seed in seeds]
    sizes = Generator().manual_seed(seeds[0])
    runs = [
        Run(seed, each, [], float("inf"), None) for seed, each in zip(seeds, machines, strict=True)
    ]
    window: list[Tensor] = []
    bar = tqdm(total=episodes, desc=recipe.name, unit="episode")
    for done in range(recipe.batch, episodes + 1, recipe.batch):
        size = task.size(sizes)
        drawn = [task.draw(generator, recipe.batch, size) for generator in generators]
        logits = _run(step, start(parameters), parameters, [each.inputs for each in drawn])
        bits = torch.stack([bits_of(row, each) for row, each in zip(logits, drawn, strict=True)])
        optimiser.zero_grad()
        (bits.sum() / NAT).backward()  # the sum over a sequence: ε is for gradients of that size
        _clip(parameters)
        optimiser.step()
        window.append(bits.detach())
        bar.update(recipe.batch)
        if len(window) * recipe.batch >= WINDOW:
            means = torch.stack(window).mean(dim=0).tolist()
            window.clear()
            bar.set_postfix_str("bits " + " ".join(f"{mean:.2f}" for mean in means))
            for i, (one, mean) in enumerate(zip(runs, means, strict=True)):
                one.curve.append(mean)
                if mean < 2 * SOLVED_BITS and one.solved_at is None:
                    _take(one.machine, parameters, i)
                    if judge(one.machine, task) <= SOLVED_BITS:
                        one.solved_at = done
            if until_solved and all(one.solved_at for one in runs):
                break
    bar.close()
    for i, one in enumerate(runs):
        _take(one.machine, parameters, i)
        one.bits, one.episodes = judge(one.machine, task), done
    return runs


def _stacked(
    machine: NTM | LSTM, buffers: Parameters, batch: int, *, compiled: bool
) -> tuple[Callable[..., Any], Callable[[Parameters], Any]]:
    """A step of all seeds together, and their states before the first."""

    def one_step(own: Parameters, fixed: Parameters, seen: Tensor, state: Any) -> Any:
        return functional_call(machine, (own, fixed), (seen, state))

    class Start(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.machine = machine

        def forward(self) -> Any:
            return machine.start(batch)

    begin = Start()

    def one_start(own: Parameters, fixed: Parameters) -> Any:
        named = {f"machine.{name}": each for name, each in (own | fixed).items()}
        return functional_call(begin, named, ())

    together = vmap(one_step)
    if compiled:
        together = torch.compile(together, dynamic=False)

    def step(own: Parameters, seen: Tensor, state: Any) -> Any:
        return together(own, buffers, seen, state)

    return step, lambda own: vmap(one_start)(own, buffers)


def _run(
    step: Callable[..., Any], state: Any, parameters: Parameters, inputs: list[Tensor]
) -> Float[Tensor, "seeds steps batch outputs"]:
    logits = []
    for seen in torch.stack(inputs, dim=1):  # [steps, seeds, batch, inputs]
        each, state = step(parameters, seen, state)
        logits.append(each)
    return torch.stack(logits, dim=1)


def _clip(parameters: Parameters) -> None:
    """Shorten each seed's gradient to ``CLIP``: one bad step else undoes what was learnt."""
    gradients = [each.grad for each in parameters.values() if each.grad is not None]
    squares = sum(each.flatten(1).square().sum(dim=1) for each in gradients)
    scale = (CLIP / torch.as_tensor(squares).sqrt().clamp(min=1e-12)).clamp(max=1)
    for each in gradients:
        each.mul_(scale.view(-1, *[1] * (each.dim() - 1)))


def _take(machine: NTM | LSTM, parameters: Parameters, row: int) -> None:
    """Give a machine what was learnt for it."""
    with torch.no_grad():
        for name, own in machine.named_parameters():
            own.copy_(parameters[name][row])
