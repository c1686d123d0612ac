"""Sparse access memory: a machine that touches only a few rows of its memory in each step.

An NTM computes with every slot in every step and keeps a copy of the memory per step for training.
Here a read weighs only the K slots nearest to its key, found by a FAISS index, and a write touches
only the slots read last and the least used one. Values and gradients are exact on these rows, so
time and memory of training grow with K and the number of steps, not with the number of slots.

Source: Rae et al. 2016, "Scaling Memory-Augmented Neural Networks with Sparse Reads and Writes",
arXiv:1610.09027. The paper rolls overwritten rows back; here written rows stay in the autograd
graph, and the index has their values.
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
    """The state between two steps: the slots that each head read, and their weights."""

    slots: list[list[int]]
    weights: Float[Tensor, "heads read"]
    read: Float[Tensor, "heads width"]
    controller: tuple[Tensor, ...]


class SAM(nn.Module):
    """An LSTM controller with heads that each read K slots and write to the slots read last.

    It processes one sequence at a time. Every step gets the memory and changes it.
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
        # Of each head: key, β, add vector, write gate α, and γ between read and least used slots.
        self._parts = (width, 1, width, 1, 1)
        self.emit = nn.Linear(units, heads * sum(self._parts))
        self.output = nn.Linear(units + heads * width, outputs)

    def start(self) -> SAMState:
        """The state before the first step."""
        zeros = self.output.weight.new_zeros
        return SAMState(
            slots=[[] for _ in range(self.heads)],
            weights=zeros(self.heads, 0),
            read=zeros(self.heads, self.width),
            controller=self.controller.start(1),
        )

    def forward(
        self, inputs: Float[Tensor, " inputs"], state: SAMState, memory: SparseMemory
    ) -> tuple[Float[Tensor, " outputs"], SAMState]:
        """One step: every head writes, then every head reads."""
        joined = torch.cat([inputs, state.read.flatten()]).unsqueeze(0)
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
        """w = α (γ w_read + (1 − γ) 1[least used]). The least used slot is erased first."""
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
    for inputs in sequence:
        each, state = machine(inputs, state, memory)
        logits.append(each)
    return torch.stack(logits)
