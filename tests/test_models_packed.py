"""Packed linear layers: the same numbers, sooner."""

import pytest
import torch
from torch import nn

from models.packed import PackedLinear, pack

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN"
)


@pytest.mark.parametrize("shape", [(7,), (1, 7), (3, 5, 7), (0, 7)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 2e-2)], ids=["32", "16"]
)
def test_a_packed_layer_gives_the_same_numbers(
    shape: tuple[int, ...], bias: bool, dtype: torch.dtype, tolerance: float
) -> None:
    linear = nn.Linear(7, 4, bias=bias, dtype=dtype)
    values = torch.randn(shape, dtype=dtype)
    with torch.inference_mode():
        packed, plain = PackedLinear(linear)(values), linear(values)
    torch.testing.assert_close(packed, plain, atol=tolerance, rtol=10 * tolerance)


def test_only_plain_layers_of_the_two_types_are_packed() -> None:
    class Watched(nn.Linear):
        """Its owner reads its weight."""

    inner = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    model = nn.Sequential(
        inner, Watched(4, 4), nn.Linear(4, 4).double(), nn.Linear(4, 4).bfloat16()
    )
    pack(model)
    assert [type(each) for each in inner] == [PackedLinear, nn.ReLU]
    assert [type(each) for each in model][1:] == [Watched, nn.Linear, PackedLinear]


def test_a_packed_layer_still_tells_its_type_and_shape_and_holds_its_weight_once() -> None:
    layer = PackedLinear(nn.Linear(6, 3))
    assert (layer.weight.dtype, tuple(layer.weight.shape)) == (torch.float32, (3, 6))
    assert layer.weight.device.type == "meta"
