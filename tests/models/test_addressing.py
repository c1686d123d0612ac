"""The addressing equations against loops written straight from the paper, and at their edges."""

from collections.abc import Callable
from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck

from models import addressing


def random(*shape: int, seed: int = 0) -> Tensor:
    """Uniform in [0.1, 1.1): away from the kinks of clamps, and without equal values."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).double() + 0.1


def weighting(*shape: int, seed: int = 0) -> Tensor:
    values = random(*shape, seed=seed)
    return values / values.sum(dim=-1, keepdim=True)


def unit_kernel(offset: int) -> Tensor:
    return torch.eye(5).double()[offset + 2]


def tape(*conversations: list[int]) -> tuple[Tensor, Tensor]:
    """Conversation and turn index of each slot, for the places that each conversation has here."""
    slots = [
        (number, turn_index) for number, places in enumerate(conversations) for turn_index in places
    ]
    return torch.tensor([number for number, _ in slots]), torch.tensor([p for _, p in slots])


def shift_by_loops(
    weights: Tensor, kernel: Tensor, conversation: Tensor, turn_index: Tensor
) -> Tensor:
    """Send each slot's weight, offset by offset, to the slot that is found there, or leave it."""
    reach = len(kernel) // 2
    at = {
        slot: i
        for i, slot in enumerate(zip(conversation.tolist(), turn_index.tolist(), strict=True))
    }
    arrived: list[Tensor] = [torch.zeros(()).double()] * len(weights)
    for (number, here), j in at.items():
        for offset in range(-reach, reach + 1):
            i = at.get((number, here + offset), j)
            arrived[i] = arrived[i] + weights[j] * kernel[offset + reach]
    return torch.stack(arrived)


def write(memory: Tensor, weights: Tensor, erase: Tensor, add: Tensor) -> Tensor:
    """As one write head does."""
    return addressing.add(addressing.erase(memory, weights, erase), weights, add)


TAPE = tape([0, 1, 2, 5], [3, 4], [7])
ONE = torch.tensor(1.0).double()
FUNCTIONS: dict[str, tuple[Callable[..., Tensor], tuple[Tensor, ...]]] = {
    "cosine": (addressing.cosine, (random(2, 4), random(2, 5, 4, seed=1))),
    "content": (addressing.content, (random(2, 5),)),
    "interpolate": (
        addressing.interpolate,
        (weighting(2, 5), weighting(2, 5, seed=1), torch.tensor([0.3, 0.8]).double()),
    ),
    "shift_circular": (addressing.shift_circular, (weighting(2, 6), weighting(2, 5, seed=1))),
    "shift_along_tape": (
        lambda weights, kernel: addressing.shift_along_tape(weights, kernel, *TAPE),
        (weighting(7), weighting(5, seed=1)),
    ),
    "sharpen": (addressing.sharpen, (weighting(2, 5), torch.tensor([1.3, 4.0]).double())),
    "log_sharpen": (addressing.log_sharpen, (weighting(2, 5), torch.tensor([1.3, 4.0]).double())),
    "read_vector": (addressing.read_vector, (weighting(2, 5), random(2, 5, 3))),
    "write": (write, (random(2, 5, 3), weighting(2, 5), random(2, 3), random(2, 3))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    function, inputs = FUNCTIONS[name]
    assert gradcheck(function, [value.clone().requires_grad_() for value in inputs])


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"shift_along_tape"}))
def test_a_batch_is_its_examples_one_by_one(name: str) -> None:
    function, inputs = FUNCTIONS[name]
    batch = function(*inputs)
    for i in range(2):
        torch.testing.assert_close(batch[i], function(*(value[i] for value in inputs)))


def test_a_batch_of_tapes_is_its_tapes_one_by_one() -> None:
    weights, kernel = weighting(2, 7), weighting(5, seed=1)
    conversation = torch.stack([TAPE[0], TAPE[0].flip(0)])
    turn_index = torch.stack([TAPE[1], TAPE[1] + 100])
    batch = addressing.shift_along_tape(weights, kernel, conversation, turn_index)
    for i in range(2):
        alone = addressing.shift_along_tape(weights[i], kernel, conversation[i], turn_index[i])
        torch.testing.assert_close(batch[i], alone)


def test_cosine_is_the_cosine() -> None:
    key, memory = random(8) - 0.6, random(5, 8, seed=1) - 0.6
    expected = torch.nn.functional.cosine_similarity(key.expand(5, 8), memory)
    torch.testing.assert_close(addressing.cosine(key, memory), expected)


def test_content_on_a_subset_is_the_dense_content_with_the_others_masked() -> None:
    """Values and gradients alike; the gradient of what is left out is 0 exactly, not just small."""
    key, dense = random(4), random(9, 4, seed=1).requires_grad_()
    chosen = torch.tensor([7, 0, 4])
    mask = torch.full((9,), -torch.inf).double().index_fill(0, chosen, 0.0)
    masked = addressing.content(5 * addressing.cosine(key, dense) + mask)
    sparse_memory = dense.detach()[chosen].requires_grad_()
    sparse = addressing.content(5 * addressing.cosine(key, sparse_memory))
    torch.testing.assert_close(masked[chosen], sparse, rtol=0, atol=1e-12)

    (masked[chosen] * random(3)).sum().backward()
    (sparse * random(3)).sum().backward()
    assert dense.grad is not None
    torch.testing.assert_close(dense.grad[chosen], sparse_memory.grad, rtol=0, atol=1e-12)
    others = [i for i in range(9) if i not in chosen]
    assert not dense.grad[others].any()


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 2])
def test_a_unit_kernel_turns_the_circle(offset: int) -> None:
    weights = weighting(6)
    shifted = addressing.shift_circular(weights, unit_kernel(offset))
    assert torch.equal(shifted, weights.roll(offset))


def test_the_circular_shift_is_the_sum_of_the_paper() -> None:
    """One slot and three are fewer than the kernel is long, so its ends go around twice."""
    kernel = weighting(5, seed=3)
    for slots in (1, 3, 8):
        weights = weighting(slots)
        expected = torch.zeros(slots).double()
        for j in range(slots):
            for offset in range(-2, 3):
                expected[(j + offset) % slots] += weights[j] * kernel[offset + 2]
        torch.testing.assert_close(addressing.shift_circular(weights, kernel), expected)


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.sets(st.integers(-3, 9), min_size=1), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
    seed=st.integers(0, 99),
)
def test_the_tape_shift_is_its_loops_and_keeps_all_mass(
    places: list[set[int]], order: Random, seed: int
) -> None:
    """Gaps, single slots, full conversations and any order of the candidates. The kernel has five
    different entries, so a wrong offset, sign or neighbour changes some weight.
    """
    conversation, turn_index = tape(*(sorted(chosen) for chosen in places))
    slots = list(range(len(turn_index)))
    order.shuffle(slots)
    conversation, turn_index = conversation[slots], turn_index[slots]
    weights = weighting(len(slots), seed=seed).requires_grad_()
    kernel = weighting(5, seed=seed + 1).requires_grad_()

    shifted = addressing.shift_along_tape(weights, kernel, conversation, turn_index)
    expected = shift_by_loops(weights, kernel, conversation, turn_index)
    torch.testing.assert_close(shifted, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(shifted.sum(), ONE, rtol=0, atol=1e-12)
    for number in range(len(places)):  # so none crosses from one conversation to another
        inside = conversation == number
        torch.testing.assert_close(shifted[inside].sum(), weights[inside].sum())

    factors = random(len(slots), seed=seed + 2)
    gradients = torch.autograd.grad((shifted * factors).sum(), (weights, kernel))
    references = torch.autograd.grad((expected * factors).sum(), (weights, kernel))
    for gradient, reference in zip(gradients, references, strict=True):
        torch.testing.assert_close(gradient, reference, rtol=0, atol=1e-12)


def test_a_unit_kernel_moves_exactly_one_place_and_stops_at_the_ends() -> None:
    conversation, turn_index = tape([0, 1, 2], [3, 4])
    a, b, c, d, e = weights = weighting(5)
    forward = addressing.shift_along_tape(weights, unit_kernel(+1), conversation, turn_index)
    # The last of a conversation stays, and the one before it joins it: c is not the first's
    # neighbour (no circle), nor d's, whose turn index is the next number in another conversation.
    assert torch.equal(forward, torch.stack([a * 0, a, b + c, d * 0, d + e]))
    back = addressing.shift_along_tape(weights, unit_kernel(-1), conversation, turn_index)
    assert torch.equal(back, torch.stack([a + b, c, c * 0, d + e, e * 0]))


def test_forward_and_back_restores_what_is_inside() -> None:
    conversation, turn_index = tape(list(range(8)))
    weights = torch.tensor([0, 0, 0.5, 0.25, 0, 0.25, 0, 0]).double()
    there = addressing.shift_along_tape(weights, unit_kernel(+1), conversation, turn_index)
    assert not torch.equal(there, weights)
    again = addressing.shift_along_tape(there, unit_kernel(-1), conversation, turn_index)
    assert torch.equal(again, weights)


def test_slots_with_the_same_place_keep_their_weight_when_nothing_moves() -> None:
    conversation, turn_index = torch.zeros(4).long(), torch.tensor([1, 1, 1, 2])
    weights = weighting(4)
    stayed = addressing.shift_along_tape(weights, unit_kernel(0), conversation, turn_index)
    assert torch.equal(stayed, weights)


@pytest.mark.parametrize("shift", [addressing.shift_circular, addressing.shift_along_tape])
def test_a_kernel_without_a_centre_is_refused(shift: Callable[..., Tensor]) -> None:
    rest = () if shift is addressing.shift_circular else tape([0, 1, 2])
    with pytest.raises(ValueError, match="odd, not 4"):
        shift(weighting(3), weighting(4), *rest)


@pytest.mark.parametrize("sharpening", [1.0, 1.5, 3.0, 200.0])
def test_sharpening_is_the_power_and_keeps_the_rank(sharpening: float) -> None:
    """At γ = 200 and float32 most powers underflow to 0: a rank taken from them would be lost,
    and 1/Σ of the plain powers would be infinite.
    """
    gamma = torch.tensor(sharpening)
    weights = weighting(400).float()
    sharp, log = addressing.sharpen(weights, gamma), addressing.log_sharpen(weights, gamma)
    powers = weights.double().log() * sharpening
    expected = powers.softmax(dim=-1)
    torch.testing.assert_close(sharp.double(), expected, rtol=2e-4, atol=1e-9)
    torch.testing.assert_close(log.double(), powers.log_softmax(dim=-1), rtol=1e-5, atol=1e-4)
    assert torch.equal(log.argsort(stable=True), weights.argsort(stable=True))
    if sharpening == 1:
        assert torch.equal(sharp, weights)


def test_sharpening_at_weight_zero_has_the_gradient_of_the_power() -> None:
    """d/dw_0 of w_0/(w_0 + 1) at w_0 = 0 is 1. A slot that gate and shift left empty must be able
    to gain weight; exp(γ log w), with its log masked, would give 0 here.
    """
    weights = torch.tensor([0.0, 1.0]).double().requires_grad_()
    addressing.sharpen(weights, ONE)[0].backward()
    assert weights.grad is not None
    assert torch.equal(weights.grad, torch.tensor([1.0, 0.0]).double())


def test_the_logarithm_of_no_weight_is_below_all_others_and_harmless() -> None:
    weights = torch.tensor([0.0, 1e-300, 1.0], dtype=torch.float64)
    log = addressing.log_sharpen(weights.requires_grad_(), ONE)
    torch.testing.assert_close(log.detach(), weights.detach().log())
    (gradient,) = torch.autograd.grad(log[1] - log[2], weights)
    torch.testing.assert_close(gradient, torch.tensor([0.0, 1e300, -1.0], dtype=torch.float64))


def test_a_write_with_one_slot_replaces_its_row_and_an_empty_write_changes_nothing() -> None:
    memory, here = random(4, 3), torch.eye(4).double()[2]
    zeros, ones, new = torch.zeros(3).double(), torch.ones(3).double(), random(3, seed=5)
    written = write(memory, here, ones, new)
    assert torch.equal(written[2], new)
    assert torch.equal(written[[0, 1, 3]], memory[[0, 1, 3]])
    assert torch.equal(write(memory, weighting(4), zeros, zeros), memory)
    assert torch.equal(addressing.read_vector(here, written), new)


@pytest.mark.parametrize("slots", [0, 1, 4])
@pytest.mark.parametrize("filled", [0.0, 1.0, 1e-30])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nothing_turns_into_nan(slots: int, filled: float, dtype: torch.dtype) -> None:
    """All equations in one chain, at zero and at equal vectors, for no slot, one and some."""

    def leaf(value: Tensor) -> Tensor:
        return value.to(dtype).requires_grad_()

    key, memory = leaf(torch.full((3,), filled)), leaf(torch.full((slots, 3), filled))
    previous = leaf(torch.eye(max(slots, 1))[0][:slots])
    kernel = leaf(unit_kernel(1))
    for gate, gamma in ((0.0, 1.0), (1.0, 1.0), (0.0, 1.5), (0.5, 50.0)):
        scalars = leaf(torch.tensor([gate, gamma]))
        content = addressing.content(100 * addressing.cosine(key, memory))
        gated = addressing.interpolate(content, previous, scalars[0])
        places = torch.arange(slots)
        along = addressing.shift_along_tape(gated, kernel, torch.zeros_like(places), places)
        shifted = addressing.shift_circular(along, kernel)
        weights = addressing.sharpen(shifted, scalars[1])
        log = addressing.log_sharpen(shifted, scalars[1])
        written = write(memory, weights, key, key)
        answer = addressing.read_vector(weights, written)
        for value in (content, weights, written, answer):
            assert value.isfinite().all()
        assert not log.isnan().any()
        total = answer.sum() + (weights * random(slots).to(dtype)).sum() + log[weights > 0].sum()
        for gradient in torch.autograd.grad(total, (key, memory, previous, kernel, scalars)):
            assert gradient.isfinite().all()
