"""Controllers of a Neural Turing Machine, and a network without memory to compare it with."""

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


class LSTM(nn.Module):
    """What an NTM is compared with: layers of LSTM without any memory but their own state."""

    def __init__(self, inputs: int, outputs: int, *, units: int = 256, layers: int = 3) -> None:
        """The defaults are the paper's."""
        super().__init__()
        sizes = [inputs, *[units] * (layers - 1)]
        self.layers = nn.ModuleList(LSTMController(size, units) for size in sizes)
        self.output = nn.Linear(units, outputs)

    def start(self, batch: int) -> tuple[ControllerState, ...]:
        return tuple(layer.start(batch) for layer in self._layers())

    def forward(
        self, seen: Float[Tensor, "batch inputs"], state: tuple[ControllerState, ...]
    ) -> tuple[Float[Tensor, "batch outputs"], tuple[ControllerState, ...]]:
        """One step: the logits of the outputs, and the next state."""
        after = []
        for layer, before in zip(self._layers(), state, strict=True):
            seen, own = layer(seen, before)
            after.append(own)
        logits: Tensor = self.output(seen)
        return logits, tuple(after)

    def _layers(self) -> list[LSTMController]:
        return [layer for layer in self.layers if isinstance(layer, LSTMController)]
