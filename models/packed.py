"""Linear layers whose weights lie as oneDNN wants them, for a few tokens at a time on a CPU.

A text of ten tokens, or one token for each of ten answers, is too few for the matrix product that
``torch.nn.Linear`` takes: most of its time goes into laying out weights that never change. Laid out
once, the same product of a short text takes a third of that in float32 (measured on an AMD EPYC; a
whole message is embedded in two thirds), and that of a step of one to 64 tokens two thirds in
bfloat16 (on an Intel Xeon that computes in it). The numbers are the same but for rounding.

The two operators are those that ``torch.compile`` itself puts in a linear layer's place on a CPU;
it is not used here because it wants a C++ compiler on the machine.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

# What the layout is chosen for; others are right, too.
_TOKENS = 16


class PackedLinear(nn.Module):
    """A ``nn.Linear`` on a CPU, in float32 or bfloat16, for inference only."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach()
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _TOKENS)
        self._bias = None if linear.bias is None else linear.bias.detach()
        self.weight = torch.empty_like(weight, device="meta")
        """Of its type and shape, for whoever asks; the numbers are not in it."""

    def forward(self, values: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        packed: Tensor = torch.ops.mkldnn._linear_pointwise(
            values, self._packed, self._bias, "none", [], ""
        )
        return packed


def pack(model: nn.Module) -> None:
    """Put packed layers in the place of the model's linear ones, where that is possible.

    Layers of a subclass stay: their owners may reach for their weights.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear and _packable(child.weight):
                setattr(module, name, PackedLinear(child))


def _packable(weight: Tensor) -> bool:
    return weight.dtype in (torch.float32, torch.bfloat16) and weight.device.type == "cpu"
