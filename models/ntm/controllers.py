"""Controllers of a Neural Turing Machine: input and own state → hidden units and next state."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

ControllerState = tuple[Tensor, ...]


class FeedForwardController(nn.Module):
    """One hidden layer without state: it knows of the past only what was read."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(inputs, units)

    def start(self, batch: int) -> ControllerState:  # noqa: ARG002 - as of the LSTM
        return ()

    def forward(
        self, inputs: Float[Tensor, "batch inputs"], state: ControllerState
    ) -> tuple[Float[Tensor, "batch units"], ControllerState]:
        return self.hidden(inputs).relu(), state


class LSTMController(nn.Module):
    """One LSTM layer with a learned initial state."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        # Not nn.LSTMCell: vmap, by which the experiments train several seeds, does not support it.
        self.gates = nn.Linear(inputs + units, 4 * units)
        self.first = nn.Parameter(0.05 * torch.randn(2, units))

    def start(self, batch: int) -> ControllerState:
        return tuple(self.first.unsqueeze(1).expand(-1, batch, -1))

    def forward(
        self, inputs: Float[Tensor, "batch inputs"], state: ControllerState
    ) -> tuple[Float[Tensor, "batch units"], ControllerState]:
        hidden, cell = state
        gates = self.gates(torch.cat([inputs, hidden], dim=-1))
        input_gate, forget_gate, output_gate, new = gates.chunk(4, dim=-1)
        cell = forget_gate.sigmoid() * cell + input_gate.sigmoid() * new.tanh()
        hidden = output_gate.sigmoid() * cell.tanh()
        return hidden, (hidden, cell)
