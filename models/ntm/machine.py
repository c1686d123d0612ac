"""The Neural Turing Machine: a controller, a memory matrix, and heads that read and write it.

One step: the controller sees the input and what was read last, every write head erases and adds,
every read head reads the memory that results. How heads address is in ``addressing``; here is what
emits the parameters of that, and what is carried from step to step. Whole and differentiable, so
that it learns algorithms from examples (``experiments/ntm/run.py``); the service's read uses the
same equations on a conversation.

Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401. That a memory alike in every row may never
train, and what to clip, is from Collier & Beel 2018, arXiv:1807.08518.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus

from models import addressing
from models.ntm.controllers import ControllerState, FeedForwardController, LSTMController

# What a head is told stays within this, so that no step of learning saturates it for good.
CLIP = 20.0
REACH = 1
"""How far one step shifts at most: the kernel has 2 REACH + 1 offsets."""


class NTMState(NamedTuple):
    """All that one step hands to the next. A tuple, so that torch.func can take it apart."""

    memory: Float[Tensor, "*batch slots width"]
    read_weights: Float[Tensor, "*batch reads slots"]
    write_weights: Float[Tensor, "*batch writes slots"]
    read: Float[Tensor, "*batch reads width"]
    controller: ControllerState


class _Heads(nn.Module):
    """A number of heads that address alike: each emits k, β, g, s and γ, and ``extra`` numbers."""

    def __init__(self, heads: int, size: int, slots: int, width: int, extra: int = 0) -> None:
        super().__init__()
        self.heads, self.width, self.extra = heads, width, extra
        self._parts = (width, 1, 1, 2 * REACH + 1, 1, extra)
        self.emit = nn.Linear(size, heads * sum(self._parts))
        nn.init.xavier_uniform_(self.emit.weight, gain=1.4)
        nn.init.normal_(self.emit.bias, std=0.01)
        # Where each head looks before the first step; learned, and not the same everywhere.
        self.first = nn.Parameter(torch.randn(heads, slots))

    def start(self, batch: int) -> Float[Tensor, "batch heads slots"]:
        """The weights before the first step."""
        return self.first.softmax(dim=-1).expand(batch, -1, -1)

    def address(
        self,
        hidden: Float[Tensor, "batch size"],
        memory: Float[Tensor, "batch slots width"],
        previous: Float[Tensor, "batch heads slots"],
    ) -> tuple[Float[Tensor, "batch heads slots"], Float[Tensor, "batch heads extra"]]:
        """Content, interpolation, shift, sharpening (eq. 5-9): the weights, and what is left."""
        emitted = self.emit(hidden).clamp(-CLIP, CLIP).unflatten(-1, (self.heads, -1))
        key, beta, gate, shift, gamma, extra = emitted.split(self._parts, dim=-1)
        likeness = addressing.cosine(key.tanh(), memory.unsqueeze(-3))
        weights = addressing.content(softplus(beta) * likeness)
        weights = addressing.interpolate(weights, previous, gate.squeeze(-1).sigmoid())
        weights = addressing.shift_circular(weights, shift.softmax(dim=-1))
        return addressing.sharpen(weights, 1 + softplus(gamma.squeeze(-1))), extra


class ReadHead(_Heads):
    """Heads that read: r = Σ w_i M_i each."""

    def forward(
        self,
        hidden: Float[Tensor, "batch size"],
        memory: Float[Tensor, "batch slots width"],
        previous: Float[Tensor, "batch heads slots"],
    ) -> tuple[Float[Tensor, "batch heads width"], Float[Tensor, "batch heads slots"]]:
        """What is read, and the weights it was read with."""
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
        """The new memory, and the weights it was written with."""
        weights, extra = self.address(hidden, memory, previous)
        erase, add = extra.chunk(2, dim=-1)
        for each, vector in zip(weights.unbind(-2), erase.sigmoid().unbind(-2), strict=True):
            memory = addressing.erase(memory, each, vector)
        for each, vector in zip(weights.unbind(-2), add.tanh().unbind(-2), strict=True):
            memory = addressing.add(memory, each, vector)
        return memory, weights


class NTM(nn.Module):
    """The machine. A step takes and gives a state; ``run`` takes it through a whole sequence."""

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
        # Fixed, and different in every row: rows that are all alike would stay so.
        bound = (slots + width) ** -0.5
        memory = torch.empty(slots, width).uniform_(-bound, bound)
        self.register_buffer("first_memory", memory)
        self.first_memory: Tensor

    def start(self, batch: int) -> NTMState:
        """Before the first step: the memory as it is at birth, and nothing read."""
        return NTMState(
            memory=self.first_memory.expand(batch, -1, -1),
            read_weights=self.read_head.start(batch),
            write_weights=self.write_head.start(batch),
            read=self.first_memory.new_zeros(batch, self.read_head.heads, self.width),
            controller=self.controller.start(batch),
        )

    def forward(
        self, seen: Float[Tensor, "batch inputs"], state: NTMState
    ) -> tuple[Float[Tensor, "batch outputs"], NTMState]:
        """One step: the logits of the outputs, and the next state."""
        hidden, controller = self.controller(
            torch.cat([seen, state.read.flatten(-2)], dim=-1), state.controller
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
    for seen in sequence:
        each, state = machine(seen, state)
        logits.append(each)
        states.append(state)
    return torch.stack(logits), states
