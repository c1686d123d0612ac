"""Trains several seeds of one machine together, as an ensemble. Seeds share nothing.

NTMs are stacked into one vectorised machine (``torch.func.vmap``) with one row of parameters per
seed, so five seeds cost little more than one. With a C++ compiler, the step is compiled, which
measured two to five times faster. LSTMs run one after another: ``nn.LSTM`` processes a whole
sequence in one call and gains nothing from stacking.
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


def compute_logits(
    machine: Machine, inputs: Float[Tensor, "steps batch inputs"]
) -> Float[Tensor, "steps batch outputs"]:
    """The logits of every step."""
    if isinstance(machine, LSTM):
        logits: Tensor = machine(inputs)
        return logits
    state, logits = machine.start(inputs.shape[1]), []
    for step_inputs in inputs:  # like ``models.ntm.machine.run``, which also keeps all states
        item, state = machine(step_inputs, state)
        logits.append(item)
    return torch.stack(logits)


class Ensemble(Protocol):
    """The machines of several seeds during training."""

    def parameters(self) -> list[Tensor]:
        """The trainable parameters of all seeds."""

    def compute_logits(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        """The logits of each machine for its own inputs."""

    def clip(self, max_norm: float) -> None:
        """Clip the gradient norm of each seed to ``max_norm``."""

    def take(self, seed: int) -> Machine:
        """The machine at index ``seed`` with its current parameters."""


def build_ensemble(
    machines: Sequence[Machine], batch: int, *, compiled: bool = COMPILER
) -> Ensemble:
    """An ensemble of machines of one kind, for batches of ``batch`` episodes."""
    if isinstance(machines[0], NTM):
        return StackedEnsemble(machines, batch, compiled=compiled)
    return SequentialEnsemble(machines)


class SequentialEnsemble:
    """Machines that run one after another."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.machines = machines

    def parameters(self) -> list[Tensor]:
        return [item for machine in self.machines for item in machine.parameters()]

    def compute_logits(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        return torch.stack(
            [
                compute_logits(machine, each)
                for machine, each in zip(self.machines, inputs, strict=True)
            ]
        )

    def clip(self, max_norm: float) -> None:
        for machine in self.machines:
            nn.utils.clip_grad_norm_(machine.parameters(), max_norm)

    def take(self, seed: int) -> Machine:
        return self.machines[seed]


class StackedEnsemble:
    """Machines that compute each step together. ``batch`` is the batch size of the inputs."""

    def __init__(self, machines: Sequence[Machine], batch: int, *, compiled: bool) -> None:
        self.machines = machines
        stacked, self._buffers = stack_module_state(list(machines))  # type: ignore[arg-type]  # all of one class
        self._parameters = {name: item.detach().requires_grad_() for name, item in stacked.items()}
        self._step, self._start = _vectorise(machines[0], batch, compiled=compiled)

    def parameters(self) -> list[Tensor]:
        return list(self._parameters.values())

    def compute_logits(
        self, inputs: Float[Tensor, "seeds steps batch inputs"]
    ) -> Float[Tensor, "seeds steps batch outputs"]:
        state, logits = self._start(self._parameters, self._buffers), []
        # Contiguous: strides that depend on the length would recompile for every length.
        for step_inputs in inputs.transpose(0, 1).contiguous():
            item, state = self._step(self._parameters, self._buffers, step_inputs, state)
            logits.append(item)
        return torch.stack(logits, dim=1)

    def clip(self, max_norm: float) -> None:
        gradients = [item.grad for item in self._parameters.values() if item.grad is not None]
        squares = sum(item.flatten(1).square().sum(dim=1) for item in gradients)
        scale = (max_norm / torch.as_tensor(squares).sqrt().clamp(min=1e-12)).clamp(max=1)
        for item in gradients:
            item.mul_(scale.view(-1, *[1] * (item.dim() - 1)))

    def take(self, seed: int) -> Machine:
        machine = self.machines[seed]
        with torch.no_grad():
            for name, parameter in machine.named_parameters():
                parameter.copy_(self._parameters[name][seed])
        return machine


def _vectorise(
    machine: Machine, batch: int, *, compiled: bool
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Vectorise one step and the initial state over all seeds."""

    class InitialState(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.machine = machine

        def forward(self) -> Any:
            return machine.start(batch)

    initial_state = InitialState()

    def step_of_one(parameters: Any, buffers: Any, step_inputs: Tensor, state: Any) -> Any:
        return functional_call(machine, (parameters, buffers), (step_inputs, state))

    def initial_state_of_one(parameters: Any, buffers: Any) -> Any:
        named = {f"machine.{name}": item for name, item in (parameters | buffers).items()}
        return functional_call(initial_state, named, ())

    step = vmap(step_of_one)
    return torch.compile(step, dynamic=False) if compiled else step, vmap(initial_state_of_one)
