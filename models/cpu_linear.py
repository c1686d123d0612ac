"""Linear layers whose weights lie as oneDNN wants them, for a few tokens at a time on a CPU.

A text of ten tokens, or one token for each of ten answers, is too few for the matrix product that
``torch.nn.Linear`` takes: most of its time goes into laying out weights that never change. Laid out
once, the same product of a short text takes a third of that in float32 (measured on an AMD EPYC; a
whole message is embedded in two thirds), and that of a step of one to 64 tokens two thirds in
bfloat16 (on an Intel Xeon that computes in it). The numbers are the same but for rounding.

The two operators are those that ``torch.compile`` itself puts in a linear layer's place on a CPU;
it is not used here because it wants a C++ compiler on the machine.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils._pytree import tree_map

# What the layout is chosen for; others are right, too.
_TOKENS = 16


class _Weight(Tensor):
    """A packed weight for whoever asks the layer for it: its type and shape cost nothing; for
    anything else it is laid out as it was, which is slow and right.
    """

    packed: Tensor
    _FREE = frozenset(
        [
            *(getattr(Tensor, name).__get__ for name in ("shape", "dtype", "device", "ndim")),
            *(Tensor.size, Tensor.dim, Tensor.numel),
        ]
    )

    @classmethod
    def of(cls, weight: Tensor, packed: Tensor) -> "_Weight":
        # One number, which is never looked at, in a shape of many.
        told: _Weight = weight.new_empty(1).expand(weight.shape).as_subclass(cls)
        told.packed = packed
        return told

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = args, kwargs or {}
        if func not in cls._FREE:
            given = tree_map(lambda one: one.packed.to_dense() if type(one) is cls else one, given)
        with torch._C.DisableTorchFunctionSubclass():
            return func(*given[0], **given[1])


class PackedLinear(nn.Module):
    """A ``nn.Linear`` on a CPU, in float32 or bfloat16, for inference only."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach()
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _TOKENS)
        self._bias = None if linear.bias is None else linear.bias.detach().clone()
        self.weight = _Weight.of(weight, self._packed)

    def forward(self, values: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        packed: Tensor = torch.ops.mkldnn._linear_pointwise(
            values, self._packed, self._bias, "none", [], ""
        )
        return packed


def pack(model: nn.Module) -> None:
    """Put packed layers in the place of the model's linear ones, where that is possible, for good.

    Layers of a subclass stay. A weight that is shared with another layer, as the last one often is
    with the embedding of tokens, is then there twice.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    packed = False
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear and _packable(child.weight):
                setattr(module, name, PackedLinear(child))
                packed = True
    for left in model.parameters() if packed else ():
        # Out of the file, which would stay in memory for as long as one of them lies in it.
        left.data = left.data.clone()


def _packable(weight: Tensor) -> bool:
    if weight.device.type != "cpu":
        return False
    if weight.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return weight.dtype == torch.float32
