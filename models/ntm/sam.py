"""Sparse access memory: a machine whose memory may have any size, of which a step touches few rows.

An NTM looks at every slot in every step, and keeps a copy of the memory for every step it learns
from. Here a read weighs only the K slots nearest to its key, which an index of FAISS proposes, and
a write touches only what was read last or used least; both are exact in value and gradient on the
rows they touch. So time and memory for learning grow with K and the number of steps, and not with
the number of slots.

Source: Rae et al. 2016, "Scaling Memory-Augmented Neural Networks with Sparse Reads and Writes",
arXiv:1610.09027. Theirs keeps what a write overwrote and rolls it back; here rows that were written
live in the graph of autograd as long as it does, and the index has their values.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus

from models import addressing
from models.ntm.controllers import LSTMController
from models.ntm.sparse_memory import SparseMemory


class SAMState(NamedTuple):
    """What one step hands to the next. ``slots`` are those each head read, ``weights`` how much."""

    slots: list[list[int]]
    weights: Float[Tensor, "heads read"]
    read: Float[Tensor, "heads width"]
    controller: tuple[Tensor, ...]


class SAM(nn.Module):
    """A controller of LSTM, with heads that each read K slots and write to what they read last.

    For one sequence at a time: its memory is an argument of every step, and changed by it.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        units: int = 100,
        width: int = 32,
        heads: int = 4,
        most: int = 4,
    ) -> None:
        """``most`` is K. The defaults are the paper's."""
        super().__init__()
        self.heads, self.width, self.most = heads, width, most
        self.controller = LSTMController(inputs + heads * width, units)
        # Of each head: key, β; then what it adds, its write gate α and its choice γ.
        self._parts = (width, 1, width, 1, 1)
        self.emit = nn.Linear(units, heads * sum(self._parts))
        self.output = nn.Linear(units + heads * width, outputs)

    def start(self) -> SAMState:
        """Before the first step: nothing was read."""
        none: list[list[int]] = [[] for _ in range(self.heads)]
        zeros = self.output.weight.new_zeros
        return SAMState(
            none, zeros(self.heads, 0), zeros(self.heads, self.width), self.controller.start(1)
        )

    def forward(
        self, seen: Float[Tensor, " inputs"], state: SAMState, memory: SparseMemory
    ) -> tuple[Float[Tensor, " outputs"], SAMState]:
        """One step: every head writes, then every head reads."""
        joined = torch.cat([seen, state.read.flatten()]).unsqueeze(0)
        hidden, controller = self.controller(joined, state.controller)
        emitted = self.emit(hidden[0]).unflatten(0, (self.heads, -1))
        key, beta, add, alpha, gamma = emitted.split(self._parts, dim=-1)
        for head in range(self.heads):
            self._write(
                memory,
                state.slots[head],
                state.weights[head],
                add[head],
                alpha[head].sigmoid(),
                gamma[head].sigmoid(),
            )
        slots = memory.nearest(key, self.most)
        rows = torch.stack([memory.rows(each) for each in slots])
        weights = addressing.content(softplus(beta) * addressing.cosine(key, rows))
        for each, own in zip(slots, weights.tolist(), strict=True):
            memory.touch(each, own)
        read = addressing.read_vector(weights, rows)
        logits: Tensor = self.output(torch.cat([hidden[0], read.flatten()]))
        return logits, SAMState(slots, weights, read, controller)

    def _write(
        self,
        memory: SparseMemory,
        read: list[int],
        weights: Float[Tensor, " read"],
        add: Float[Tensor, " width"],
        alpha: Float[Tensor, " 1"],
        gamma: Float[Tensor, " 1"],
    ) -> None:
        """w = α (γ w_read + (1 − γ) 1[least used]); that slot is erased first."""
        least = memory.least_used()
        slots = [*read, *([] if least in read else [least])]
        one = torch.tensor([float(slot == least) for slot in slots])
        before = torch.cat([weights, weights.new_zeros(len(slots) - len(read))])
        written = alpha * (gamma * before + (1 - gamma) * one)
        kept = addressing.erase(memory.rows(slots), one, torch.ones(self.width))
        memory.put(slots, addressing.add(kept, written, add))
        memory.touch(slots, written.tolist())


def run(
    machine: SAM, sequence: Float[Tensor, "steps inputs"], memory: SparseMemory
) -> Float[Tensor, "steps outputs"]:
    """The logits of every step."""
    state, logits = machine.start(), []
    for seen in sequence:
        each, state = machine(seen, state, memory)
        logits.append(each)
    return torch.stack(logits)
