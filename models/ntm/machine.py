"""The Neural Turing Machine: a controller, a memory matrix, and heads that read and write it.

In one step the controller gets the input and the last read vectors, then every write head erases
and adds, then every read head reads the resulting memory. The addressing equations are in
``addressing``; this module emits their parameters and carries the state from step to step.
``experiments/ntm/run.py`` trains it on the paper's algorithmic tasks.

Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401. The initialisation of the memory and the
clipping follow Collier & Beel 2018, arXiv:1807.08518.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus

from models import addressing
from models.ntm.controllers import ControllerState, FeedForwardController, LSTMController

# Bound of the emitted parameters, so that no gradient step saturates a head for good.
CLIP = 20.0
# The largest shift of one step: the kernel has 2 REACH + 1 offsets.
REACH = 1


class NTMState(NamedTuple):
    """The state between two steps. A tuple, which torch.func can traverse."""

    memory: Float[Tensor, "*batch slots width"]
    read_weights: Float[Tensor, "*batch reads slots"]
    write_weights: Float[Tensor, "*batch writes slots"]
    read: Float[Tensor, "*batch reads width"]
    controller: ControllerState


class _Heads(nn.Module):
    """Heads that each emit k, β, g, s and γ, and ``extra`` numbers."""

    def __init__(self, heads: int, size: int, slots: int, width: int, extra: int = 0) -> None:
        super().__init__()
        self.heads, self.width, self.extra = heads, width, extra
        self._parts = (width, 1, 1, 2 * REACH + 1, 1, extra)
        self.emit = nn.Linear(size, heads * sum(self._parts))
        nn.init.xavier_uniform_(self.emit.weight, gain=1.4)
        nn.init.normal_(self.emit.bias, std=0.01)
        # The learned weights before the first step, different for each head.
        self.first = nn.Parameter(torch.randn(heads, slots))

    def start(self, batch: int) -> Float[Tensor, "batch heads slots"]:
        return self.first.softmax(dim=-1).expand(batch, -1, -1)

    def address(
        self,
        hidden: Float[Tensor, "batch size"],
        memory: Float[Tensor, "batch slots width"],
        previous: Float[Tensor, "batch heads slots"],
    ) -> tuple[Float[Tensor, "batch heads slots"], Float[Tensor, "batch heads extra"]]:
        """Content, interpolation, shift, sharpening (eq. 5-9): the weights, and ``extra``."""
        emitted = self.emit(hidden).clamp(-CLIP, CLIP).unflatten(-1, (self.heads, -1))
        key, beta, gate, shift, gamma, extra = emitted.split(self._parts, dim=-1)
        similarity = addressing.cosine(key.tanh(), memory.unsqueeze(-3))
        weights = addressing.content(softplus(beta) * similarity)
        weights = addressing.interpolate(weights, previous, gate.squeeze(-1).sigmoid())
        weights = addressing.shift_circular(weights, shift.softmax(dim=-1))
        return addressing.sharpen(weights, 1 + softplus(gamma.squeeze(-1))), extra


class ReadHead(_Heads):
    """Heads that each read r = Σ w_i M_i."""

    def forward(
        self,
        hidden: Float[Tensor, "batch size"],
        memory: Float[Tensor, "batch slots width"],
        previous: Float[Tensor, "batch heads slots"],
    ) -> tuple[Float[Tensor, "batch heads width"], Float[Tensor, "batch heads slots"]]:
        """The read vectors and the weights."""
        weights, _ = self.address(hidden, memory, previous)
        return addressing.read_vector(weights, memory.unsqueeze(-3)), weights


class WriteHead(_Heads):
    """Heads that write: all erase, then all add (eq. 3-4)."""

    def __init__(self, heads: int, size: int, slots: int, width: int) -> None:
        super().__init__(heads, size, slots, width, extra=2 * width)

    def forward(
        self,
        hidden: Float[Tensor, "batch size"],
        memory: Float[Tensor, "batch slots width"],
        previous: Float[Tensor, "batch heads slots"],
    ) -> tuple[Float[Tensor, "batch slots width"], Float[Tensor, "batch heads slots"]]:
        """The new memory and the weights."""
        weights, extra = self.address(hidden, memory, previous)
        erase, add = extra.chunk(2, dim=-1)
        for each, vector in zip(weights.unbind(-2), erase.sigmoid().unbind(-2), strict=True):
            memory = addressing.erase(memory, each, vector)
        for each, vector in zip(weights.unbind(-2), add.tanh().unbind(-2), strict=True):
            memory = addressing.add(memory, each, vector)
        return memory, weights


class NTM(nn.Module):
    """The machine. A call is one step; ``run`` processes a whole sequence."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        controller: str = "lstm",
        units: int = 100,
        slots: int = 128,
        width: int = 20,
        reads: int = 1,
        writes: int = 1,
    ) -> None:
        """``controller`` is "lstm" or "ff". The defaults are the paper's for copying.

        Raises KeyError for another controller.
        """
        super().__init__()
        kinds: dict[str, type[LSTMController | FeedForwardController]]
        kinds = {"lstm": LSTMController, "ff": FeedForwardController}
        self.inputs, self.outputs, self.slots, self.width = inputs, outputs, slots, width
        self.controller = kinds[controller](inputs + reads * width, units)
        self.read_head = ReadHead(reads, units, slots, width)
        self.write_head = WriteHead(writes, units, slots, width)
        self.output = nn.Linear(units + reads * width, outputs)
        # Fixed, and different in every row: equal rows would get equal gradients.
        bound = (slots + width) ** -0.5
        memory = torch.empty(slots, width).uniform_(-bound, bound)
        self.register_buffer("first_memory", memory)
        self.first_memory: Tensor

    def start(self, batch: int) -> NTMState:
        """The state before the first step."""
        return NTMState(
            memory=self.first_memory.expand(batch, -1, -1),
            read_weights=self.read_head.start(batch),
            write_weights=self.write_head.start(batch),
            read=self.first_memory.new_zeros(batch, self.read_head.heads, self.width),
            controller=self.controller.start(batch),
        )

    def forward(
        self, inputs: Float[Tensor, "batch inputs"], state: NTMState
    ) -> tuple[Float[Tensor, "batch outputs"], NTMState]:
        """One step: the logits of the outputs, and the next state."""
        hidden, controller = self.controller(
            torch.cat([inputs, state.read.flatten(-2)], dim=-1), state.controller
        )
        memory, write_weights = self.write_head(hidden, state.memory, state.write_weights)
        read, read_weights = self.read_head(hidden, memory, state.read_weights)
        logits: Tensor = self.output(torch.cat([hidden, read.flatten(-2)], dim=-1))
        return logits, NTMState(memory, read_weights, write_weights, read, controller)


def run(
    machine: NTM, sequence: Float[Tensor, "steps batch inputs"]
) -> tuple[Float[Tensor, "steps batch outputs"], list[Any]]:
    """The logits of every step, and the state after each."""
    state: Any = machine.start(sequence.shape[1])
    logits, states = [], []
    for inputs in sequence:
        each, state = machine(inputs, state)
        logits.append(each)
        states.append(state)
    return torch.stack(logits), states
