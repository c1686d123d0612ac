"""Controllers of a Neural Turing Machine."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

ControllerState = tuple[Tensor, ...]


class Controller(nn.Module):
    """What decides: the input and its own state → ``size`` hidden units and the next state."""

    size: int

    def start(self, batch: int) -> ControllerState:
        """Its state before the first step."""
        raise NotImplementedError

    def forward(
        self, seen: Float[Tensor, "batch seen"], state: ControllerState
    ) -> tuple[Float[Tensor, "batch size"], ControllerState]:
        raise NotImplementedError


class FeedForwardController(Controller):
    """One hidden layer, which remembers nothing: all it knows of the past is what was read."""

    def __init__(self, seen: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.hidden = nn.Linear(seen, size)

    def start(self, batch: int) -> ControllerState:  # noqa: ARG002 - the protocol's
        return ()

    def forward(
        self, seen: Float[Tensor, "batch seen"], state: ControllerState
    ) -> tuple[Float[Tensor, "batch size"], ControllerState]:
        return self.hidden(seen).relu(), state


class LSTMController(Controller):
    """One layer of LSTM, from a learned state."""

    def __init__(self, seen: int, size: int) -> None:
        super().__init__()
        self.size = size
        # torch's own cell cannot be trained several at a time (vmap), as the benchmarks do.
        self.gates = nn.Linear(seen + size, 4 * size)
        self.first = nn.Parameter(0.05 * torch.randn(2, size))

    def start(self, batch: int) -> ControllerState:
        return tuple(self.first.unsqueeze(1).expand(-1, batch, -1))

    def forward(
        self, seen: Float[Tensor, "batch seen"], state: ControllerState
    ) -> tuple[Float[Tensor, "batch size"], ControllerState]:
        hidden, cell = state
        let_in, keep, show, new = self.gates(torch.cat([seen, hidden], dim=-1)).chunk(4, dim=-1)
        cell = keep.sigmoid() * cell + let_in.sigmoid() * new.tanh()
        hidden = show.sigmoid() * cell.tanh()
        return hidden, (hidden, cell)
