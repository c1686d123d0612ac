"""Several seeds of one machine, trained side by side: their parameters, and their answers.

NTMs are stacked: one vectorised machine (``torch.func.vmap``) whose parameters have a row per seed,
so that five cost little more than one. Where there is a C++ compiler, a step is compiled, which was
two to five times faster here. An LSTM is torch's own, whose whole sequence is one call; several of
those gain nothing by being stacked and stand in a list. Either way seeds share nothing.
"""

import shutil
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from experiments.ntm.lstm_baseline import LSTM
from models.ntm.machine import NTM

COMPILER = bool(shutil.which("c++") or shutil.which("g++"))

Machine = NTM | LSTM


def answers(
    machine: Machine, inputs: Float[Tensor, "steps batch inputs"]
) -> Float[Tensor, "steps batch outputs"]:
    """The logits of every step."""
    if isinstance(machine, LSTM):
        logits: Tensor = machine(inputs)
        return logits
    state, logits = machine.start(inputs.shape[1]), []
    for step_inputs in inputs:  # as ``models.ntm.machine.run``, which also keeps every state
        item, state = machine(step_inputs, state)
        logits.append(item)
    return torch.stack(logits)


class Seeds(Protocol):
    """The machines of several seeds while they are trained."""

    def parameters(self) -> list[Tensor]:
        """What an optimiser may change, of all seeds."""

    def answers(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        """The logits that each gives to its own inputs."""

    def clip(self, length: float) -> None:
        """Shorten each seed's gradient to ``length``."""

    def take(self, seed: int) -> Machine:
        """The machine of a seed (by its place) as it is now."""


def side_by_side(machines: Sequence[Machine], batch: int, *, compiled: bool = COMPILER) -> Seeds:
    """Seeds of one kind of machine, for episodes of ``batch`` at a time."""
    if isinstance(machines[0], NTM):
        return Stacked(machines, batch, compiled=compiled)
    return Listed(machines)


class Listed:
    """Machines that answer one after another."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.machines = machines

    def parameters(self) -> list[Tensor]:
        return [item for machine in self.machines for item in machine.parameters()]

    def answers(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        return torch.stack(
            [answers(machine, own) for machine, own in zip(self.machines, inputs, strict=True)]
        )

    def clip(self, length: float) -> None:
        for machine in self.machines:
            nn.utils.clip_grad_norm_(machine.parameters(), length)

    def take(self, seed: int) -> Machine:
        return self.machines[seed]


class Stacked:
    """Machines that take every step together. ``batch`` is that of the inputs."""

    def __init__(self, machines: Sequence[Machine], batch: int, *, compiled: bool) -> None:
        self.machines = machines
        stacked, self._fixed = stack_module_state(list(machines))  # type: ignore[arg-type]  # of one kind
        self._own = {name: item.detach().requires_grad_() for name, item in stacked.items()}
        self._step, self._start = _together(machines[0], batch, compiled=compiled)

    def parameters(self) -> list[Tensor]:
        return list(self._own.values())

    def answers(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        state, logits = self._start(self._own, self._fixed), []
        # Contiguous: strides that change with the length would have every length compiled anew.
        for step_inputs in inputs.transpose(0, 1).contiguous():
            item, state = self._step(self._own, self._fixed, step_inputs, state)
            logits.append(item)
        return torch.stack(logits, dim=1)

    def clip(self, length: float) -> None:
        gradients = [item.grad for item in self._own.values() if item.grad is not None]
        squares = sum(item.flatten(1).square().sum(dim=1) for item in gradients)
        scale = (length / torch.as_tensor(squares).sqrt().clamp(min=1e-12)).clamp(max=1)
        for item in gradients:
            item.mul_(scale.view(-1, *[1] * (item.dim() - 1)))

    def take(self, seed: int) -> Machine:
        machine = self.machines[seed]
        with torch.no_grad():
            for name, own in machine.named_parameters():
                own.copy_(self._own[name][seed])
        return machine


def _together(
    machine: Machine, batch: int, *, compiled: bool
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """A step of all seeds together, and their states before the first."""

    class Start(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.machine = machine

        def forward(self) -> Any:
            return machine.start(batch)

    begin = Start()

    def one_step(own: Any, fixed: Any, step_inputs: Tensor, state: Any) -> Any:
        return functional_call(machine, (own, fixed), (step_inputs, state))

    def one_start(own: Any, fixed: Any) -> Any:
        named = {f"machine.{name}": item for name, item in (own | fixed).items()}
        return functional_call(begin, named, ())

    step = vmap(one_step)
    return torch.compile(step, dynamic=False) if compiled else step, vmap(one_start)
