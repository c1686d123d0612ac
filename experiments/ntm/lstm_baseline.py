"""The baseline of the Neural Turing Machine: an LSTM without external memory.

Source: Graves, Wayne, Danihelka 2014, arXiv:1410.5401, table 3: three layers.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LSTM(nn.Module):
    """LSTM layers with a learned initial state."""

    def __init__(self, inputs: int, outputs: int, *, units: int, layers: int = 3) -> None:
        super().__init__()
        self.layers = nn.LSTM(inputs, units, layers)
        self.output = nn.Linear(units, outputs)
        self.first = nn.Parameter(0.05 * torch.randn(2, layers, units))

    def forward(
        self, sequence: Float[Tensor, "steps batch inputs"]
    ) -> Float[Tensor, "steps batch outputs"]:
        """The logits of every step."""
        batch = sequence.shape[1]
        start, cell = self.first.unsqueeze(2).expand(-1, -1, batch, -1).contiguous()
        hidden, _ = self.layers(sequence, (start, cell))
        logits: Tensor = self.output(hidden)
        return logits
