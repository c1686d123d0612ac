"""Packed linear layers: the same numbers, sooner."""

from pathlib import Path

import pytest
import torch
from torch import nn

from models.cpu_linear import PackedLinear, pack

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN"
)

bfloat16 = pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="no bfloat16 in oneDNN here"
)


@pytest.mark.parametrize("shape", [(7,), (1, 7), (3, 5, 7), (0, 7)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [
        pytest.param(torch.float32, 1e-6, id="32"),
        pytest.param(torch.bfloat16, 2e-2, id="16", marks=bfloat16),
    ],
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
    last = PackedLinear if torch.ops.mkldnn._is_mkldnn_bf16_supported() else nn.Linear
    assert [type(each) for each in model][1:] == [Watched, nn.Linear, last]


def test_whoever_asks_a_packed_layer_for_its_weight_gets_it() -> None:
    linear = nn.Linear(6, 3)
    layer, values = PackedLinear(linear), torch.randn(2, 6)
    assert (layer.weight.dtype, tuple(layer.weight.shape)) == (torch.float32, (3, 6))
    assert layer.weight.device.type == "cpu"
    with torch.inference_mode():
        wanted = values @ linear.weight.T
        read = [
            values @ layer.weight.T,
            torch.nn.functional.linear(values, layer.weight.type(torch.float32)),
            torch.einsum("ti,oi->to", values, layer.weight),
            values @ torch.cat([layer.weight[:2], layer.weight[2:]]).T,
        ]
    for each in read:
        assert type(each) is torch.Tensor
        torch.testing.assert_close(each, wanted)


def test_nothing_of_a_packed_model_lies_in_its_file_any_more(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(64, 64), nn.LayerNorm(64), nn.Linear(64, 64).double())
    wanted = {name: value.clone() for name, value in model.state_dict().items()}
    torch.save(model.state_dict(), tmp_path / "weights")
    mapped = torch.load(tmp_path / "weights", mmap=True, weights_only=True)
    model.load_state_dict(mapped, assign=True)
    before = {each.data_ptr() for each in mapped.values()}
    pack(model)
    for name, left in model.named_parameters():
        assert left.data_ptr() not in before
        assert torch.equal(left, wanted[name])
    assert torch.equal(model[0].weight.clone(), wanted["0.weight"])
