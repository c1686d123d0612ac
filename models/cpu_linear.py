"""Linear layers with weights prepacked for oneDNN, which speeds up short inputs on a CPU.

For a few tokens ``torch.nn.Linear`` spends most of its time on reordering weights that never
change. With weights reordered once, the results are equal up to rounding, and measured times are:

    float32, one layer, a short text (AMD EPYC)                  1/3
    float32, embedding a whole message (AMD EPYC)                2/3
    bfloat16, a step of 1 to 64 tokens (Intel Xeon with bf16)    2/3

These private operators are those that ``torch.compile`` substitutes for a linear layer on a CPU. It
is not used because it needs a C++ compiler on the machine.
"""

from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor, nn

# The layout is optimal for this number of tokens and correct for any.
_TOKENS = 16


class PackedLinear(nn.Module):
    """An ``nn.Linear`` on a CPU, in float32 or bfloat16, for inference only."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().contiguous()
        self._packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, _TOKENS)
        self._bias = None if linear.bias is None else linear.bias.detach().clone()

    @cached_property
    def weight(self) -> Tensor:
        """An unpacked copy, made on first access. Few models ask a layer for its weight (T5)."""
        return self._packed.to_dense()

    def forward(self, values: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        packed: Tensor = torch.ops.mkldnn._linear_pointwise(
            values, self._packed, self._bias, "none", [], ""
        )
        return packed


def pack(model: nn.Module) -> None:
    """Replace the model's linear layers with packed ones, where possible.

    Layers of a subclass stay. A weight that another layer shares, as the last layer often does with
    the token embedding, is then in memory twice.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    packed = False
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear and _packable(child.weight):
                setattr(module, name, PackedLinear(child))
                packed = True
    for remaining in model.parameters() if packed else ():
        # A copy, because one parameter in the mapped file would keep all of it in memory.
        remaining.data = remaining.data.clone()


def _packable(weight: Tensor) -> bool:
    if weight.device.type != "cpu":
        return False
    if weight.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32
