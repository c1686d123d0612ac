"""The read head against loops over every slot, against FAISS, and at the edges of its ranges."""

import json
from collections.abc import Callable
from dataclasses import fields, replace

import faiss
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck

from models import addressing
from models.read_head import HeadParameters, Read, ReadHead, read

SIGNALS = ("cosine", "bm25")
FIELDS = tuple(field.name for field in fields(HeadParameters))
FORWARD = torch.tensor([0.0, 0, 0, 1, 0]).double()


def scalar(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


# Every part of the read has a say, and nothing stands on an edge.
ALL = HeadParameters(
    beta=scalar(3.0),
    theta=torch.tensor([1.0, 0.7], dtype=torch.float64),
    gate=scalar(0.6),
    kernel=torch.tensor([0.1, 0.15, 0.9, 0.2, 0.05], dtype=torch.float64),
    gamma=scalar(1.7),
    null_logit=scalar(0.4),
)
IDENTITY = ReadHead.identity(SIGNALS).parameters


class Case:
    """A read's inputs: conversations of three slots, in no order, their signals in [-1, 1)."""

    def __init__(self, slots: int, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.signals = 2 * torch.rand(slots, 2, generator=generator).double() - 1
        self.previous = torch.rand(slots, generator=generator).double() + 0.1
        number = torch.randperm(slots, generator=generator)
        self.conversation, self.turn_index = number // 3, number % 3

    def read(self, parameters: HeadParameters) -> Read:
        projected = parameters.projected()
        return read(projected, self.signals, self.previous, self.conversation, self.turn_index)

    def by(self, head: ReadHead) -> Read:
        read: Read = head(self.signals, self.previous, self.conversation, self.turn_index)
        return read


def dense_read(parameters: HeadParameters, case: Case) -> tuple[Tensor, Tensor]:
    """The design's formulas, slot by slot, over the whole memory: weights and the null weight."""
    slots = range(len(case.signals))
    powers = [
        (parameters.beta * (parameters.theta * case.signals[i]).sum()).exp() for i in slots
    ] + [parameters.null_logit.exp()]
    content = [power / sum(powers) for power in powers]
    recalled = [*(case.previous[i] / case.previous.sum() for i in slots), scalar(0.0)]
    gated = [
        parameters.gate * now + (1 - parameters.gate) * then
        for now, then in zip(content, recalled, strict=True)
    ]
    shifted = [scalar(0.0) for _ in slots] + [gated[-1]]
    kernel = parameters.kernel / parameters.kernel.sum()
    for j in slots:
        for offset in range(-2, 3):
            goal = (case.conversation == case.conversation[j]) & (
                case.turn_index == case.turn_index[j] + offset
            )
            i = int(goal.nonzero().squeeze()) if goal.any() else j
            shifted[i] = shifted[i] + gated[j] * kernel[offset + 2]
    sharp = [weight**parameters.gamma for weight in shifted]
    weights = torch.stack(sharp) / sum(sharp)
    return weights[:-1], weights[-1]


def test_with_all_slots_as_candidates_the_read_is_the_dense_read() -> None:
    """Values and gradients, for every parameter and input, of a loss that weighs each slot
    differently: an error in one stage would have to be undone by another to stay unseen.
    """
    case = Case(11)
    parameters = HeadParameters(*(getattr(ALL, name).clone() for name in FIELDS))
    inputs = [getattr(parameters, name) for name in FIELDS] + [case.signals, case.previous]
    for tensor in inputs:
        tensor.requires_grad_()
    sparse = case.read(parameters)
    weights, null_weight = dense_read(parameters, case)
    torch.testing.assert_close(sparse.weights, weights, rtol=0, atol=1e-12)
    torch.testing.assert_close(sparse.null_weight, null_weight, rtol=0, atol=1e-12)
    torch.testing.assert_close(sparse.log_weights, weights.log(), rtol=0, atol=1e-12)

    factors = torch.arange(11).double()
    ours = torch.autograd.grad((sparse.weights * factors).sum() - sparse.null_weight, inputs)
    theirs = torch.autograd.grad((weights * factors).sum() - null_weight, inputs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.any()
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_gradients_are_those_of_finite_differences() -> None:
    case = Case(6)

    def outputs(signals: Tensor, previous: Tensor, *raw: Tensor) -> tuple[Tensor, ...]:
        parameters = HeadParameters(*raw).projected()
        got = read(parameters, signals, previous, case.conversation, case.turn_index)
        return got.weights, got.null_weight, got.log_weights, got.shares

    raw = (getattr(ALL, name) for name in FIELDS)
    inputs = [
        value.detach().clone().requires_grad_() for value in (case.signals, case.previous, *raw)
    ]
    assert gradcheck(outputs, inputs)


@pytest.mark.parametrize("beta", [0.5, 10.0, 100.0])
def test_the_identity_head_is_cosine_top_k_of_faiss(beta: float) -> None:
    """FAISS searches keys of which every third has a twin. On its own scores, in its own order,
    the head must rank exactly alike, ties included. On candidates in another order, with cosines
    of our own, a difference is allowed only between slots whose scores are equal to 1e-6.
    """
    generator = torch.Generator().manual_seed(1)
    keys = torch.nn.functional.normalize(torch.randn(300, 24, generator=generator), dim=-1)
    keys[200:] = keys[:100]
    index = faiss.IndexFlatIP(24)
    index.add(keys.numpy())
    queries = torch.nn.functional.normalize(torch.randn(40, 24, generator=generator), dim=-1)
    queries[:10] = keys[:10]
    scores, ids = (torch.from_numpy(found) for found in index.search(queries.numpy(), 300))
    head = ReadHead.identity(SIGNALS, beta)
    case = Case(300)
    for query, score, found in zip(queries, scores, ids, strict=True):
        case.signals = torch.stack([score, torch.rand(300, generator=generator)], dim=-1)
        assert torch.equal(case.by(head).ranking(), torch.arange(300))

        case.signals[:, 0] = addressing.cosine(query, keys)
        top = case.by(head).ranking()[:10]
        score_of = torch.empty(300).index_copy(0, found, score)
        torch.testing.assert_close(score_of[top], score[:10], rtol=0, atol=1e-6)
        assert len(top.unique()) == 10


def test_the_identity_changes_no_bit_of_the_softmax() -> None:
    """Neighbours, previous weights and BM25 are all there to leak in. A gate of sigmoid(10) or a
    kernel of softmax would let through about 1e-5 of them, far more than the last bit.
    """
    case = Case(50)
    got = case.read(IDENTITY)
    off = torch.tensor([-torch.inf]).double()
    expected = torch.cat([10 * case.signals[:, 0], off]).softmax(dim=-1)
    assert torch.equal(got.weights, expected[:-1])
    assert got.null_weight == 0


edge = st.sampled_from([-1.0, 0.0, 1.0])
number = edge | st.floats(-3, 3)


@settings(max_examples=100, deadline=None)
@given(
    slots=st.integers(0, 12),
    seed=st.integers(0, 99),
    raw=st.tuples(
        number, st.tuples(number, number), number, st.lists(number, min_size=5, max_size=5)
    ),
    gamma=st.floats(0, 60),
    null_logit=st.just(-torch.inf) | number,
    recalled=st.booleans(),
)
def test_weights_are_a_distribution(
    slots: int,
    seed: int,
    raw: tuple[float, tuple[float, float], float, list[float]],
    gamma: float,
    null_logit: float,
    recalled: bool,
) -> None:
    """Whatever the raw parameters: out of range, on an edge, a kernel of zeros."""
    values = (*raw, gamma, null_logit)
    parameters = HeadParameters(*(torch.tensor(value).double() for value in values))
    case = Case(slots, seed)
    case.previous *= recalled
    got = case.read(parameters)
    assert (got.weights >= 0).all()
    assert float(got.weights.sum() + got.null_weight) == pytest.approx(1, abs=1e-12)
    assert not got.log_weights.isnan().any()


def test_the_order_of_candidates_does_not_matter() -> None:
    case, shuffled = Case(20), Case(20)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(3))
    for name, tensor in vars(case).items():
        setattr(shuffled, name, tensor[order])
    one, other = case.read(ALL), shuffled.read(ALL)
    torch.testing.assert_close(other.weights, one.weights[order], rtol=0, atol=1e-12)
    assert torch.equal(order[other.ranking()], one.ranking())


def test_equal_weights_rank_in_the_order_of_the_candidates() -> None:
    case = Case(40)
    case.signals[:] = torch.arange(40).remainder(2).unsqueeze(-1)
    expected = [*range(1, 40, 2), *range(0, 40, 2)]
    assert case.read(IDENTITY).ranking().tolist() == expected


def test_without_key_strength_all_slots_weigh_alike() -> None:
    weights = Case(8).by(ReadHead.identity(SIGNALS, beta=0.0)).weights
    torch.testing.assert_close(weights, torch.full((8,), 1 / 8).double(), rtol=0, atol=1e-6)


def test_a_closed_gate_returns_the_previous_weights_if_there_are_any() -> None:
    case, closed = Case(9), replace(IDENTITY, gate=scalar(0.0))
    assert torch.equal(case.read(closed).weights, case.previous / case.previous.sum())
    case.previous.zero_()
    assert torch.equal(case.read(closed).weights, case.read(IDENTITY).weights)


def test_the_whole_read_shifts_by_one_place_and_never_out_of_a_conversation() -> None:
    case = Case(6)
    case.conversation, case.turn_index = torch.tensor([0, 0, 0, 1, 1, 1]), torch.arange(6)
    a, b, c, d, e, f = case.read(IDENTITY).weights
    got = case.read(replace(IDENTITY, kernel=FORWARD))
    assert torch.equal(got.weights, torch.stack([a * 0, a, b + c, d * 0, d, e + f]))


def test_the_null_slot_takes_part_in_all_but_the_shift() -> None:
    case = Case(6)
    parameters = replace(IDENTITY, null_logit=scalar(3.0), kernel=FORWARD)
    got = case.read(parameters)
    logits = torch.cat([10 * case.signals[:, 0], torch.tensor([3.0]).double()])
    assert torch.equal(got.null_weight, logits.softmax(dim=-1)[-1])
    sharper = case.read(replace(parameters, gamma=scalar(2.0)))
    odds = (got.null_weight / got.weights.max()) ** 2
    torch.testing.assert_close(sharper.null_weight / sharper.weights.max(), odds)


def test_shares_add_up_to_the_log_odds_by_content() -> None:
    content_only = replace(IDENTITY, beta=ALL.beta, theta=ALL.theta, null_logit=ALL.null_logit)
    got = Case(12).read(content_only)
    logits, log = got.shares.sum(dim=-1), got.log_weights
    odds = log.unsqueeze(0) - log.unsqueeze(1)
    torch.testing.assert_close(odds, logits.unsqueeze(0) - logits.unsqueeze(1), rtol=0, atol=1e-9)


@pytest.mark.parametrize("head", [ReadHead.identity, ReadHead.hybrid])
@pytest.mark.parametrize("slots", [0, 1, 5])
@pytest.mark.parametrize("alike", [0.0, 1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nothing_turns_into_nan(
    head: Callable[[tuple[str, ...]], ReadHead], slots: int, alike: float, dtype: torch.dtype
) -> None:
    """Both heads stand on the edge of every range; all candidates fit alike; nothing was read
    before, or one slot was.
    """
    initial, case = head(SIGNALS).parameters, Case(slots)
    leaves = [getattr(initial, name).clone().requires_grad_() for name in FIELDS]
    for previous in (torch.zeros(slots), torch.arange(slots) == 0):
        case.previous = previous.to(dtype).requires_grad_()
        case.signals = torch.full((slots, 2), alike, dtype=dtype, requires_grad=True)
        got = case.read(HeadParameters(*leaves))
        assert got.weights.isfinite().all()
        assert got.log_weights.isfinite().all()
        assert float(got.null_weight.detach()) == pytest.approx(
            1 - float(got.weights.sum().detach())
        )
        (got.weights.sum() + got.log_weights.sum() + got.null_weight).backward()
        for leaf in (case.previous, case.signals, *leaves):
            assert leaf.grad is None or leaf.grad.isfinite().all()
    if slots == 0:
        assert got.null_weight == 1


def test_learning_can_leave_every_edge_of_the_identity() -> None:
    """One step on one parameter alone, from the exact edge, must lower the loss: with a dead
    gradient the parameter would not move and the loss would stay the same to the bit.
    """
    case = Case(9)
    best = int(case.read(IDENTITY).weights.argmax())
    neighbour = int(
        (
            (case.conversation == case.conversation[best])
            & (case.turn_index != case.turn_index[best])
        ).nonzero()[0]
    )
    worst = int(case.read(IDENTITY).weights.argmin())
    case.previous = torch.nn.functional.one_hot(torch.tensor(worst), 9).double()
    # What each parameter could learn from: the last read's slot, a neighbour, more contrast.
    for name, wanted in (("gate", worst), ("kernel", neighbour), ("gamma", best)):
        raw = getattr(IDENTITY, name).clone().requires_grad_()
        before = case.read(replace(IDENTITY, **{name: raw})).weights[wanted]
        [gradient] = torch.autograd.grad(before.neg(), raw)
        learned = replace(IDENTITY, **{name: (raw - 0.1 * gradient).detach()})
        assert case.read(learned).weights[wanted] > before + 1e-6, name


def test_the_hybrid_weighs_words_at_three_quarters_and_knows_nothing_relevant() -> None:
    case, head = Case(2), ReadHead.hybrid(SIGNALS)
    case.signals = torch.tensor([[0.275, 0.5], [0.5, 0.2]])
    got = case.by(head)
    torch.testing.assert_close(got.weights[0], got.weights[1])
    assert got.null_weight < got.weights[0]
    case.signals = torch.tensor([[0.2, 0.1], [0.125, 0.2]])
    got = case.by(head)
    assert got.null_weight > got.weights.sum() / 2


def test_the_parameters_of_a_read_are_plain_numbers_that_json_knows() -> None:
    got = Case(3).read(ALL).parameters
    assert got == {
        "beta": 3.0,
        "theta": [1.0, 0.7],
        "gate": 0.6,
        "kernel": pytest.approx([0.1 / 1.4, 0.15 / 1.4, 0.9 / 1.4, 0.2 / 1.4, 0.05 / 1.4]),
        "gamma": 1.7,
        "null_logit": 0.4,
    }
    off = Case(3).read(IDENTITY).parameters
    assert "null_logit" not in off
    assert json.loads(json.dumps(off, allow_nan=False)) == off


def test_a_version_names_one_set_of_parameters() -> None:
    heads = [
        ReadHead("a", SIGNALS, ALL),
        ReadHead("a", ("bm25", "cosine"), ALL),
        *(
            ReadHead("a", SIGNALS, replace(ALL, **{name: getattr(ALL, name) + 1e-9}))
            for name in FIELDS
        ),
    ]
    assert len({head.version for head in heads}) == len(heads)
    assert ReadHead("a", SIGNALS, ALL).version == heads[0].version
    assert ReadHead.hybrid(SIGNALS).version.startswith("hybrid-")


def test_a_head_for_other_signals_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the signals"):
        ReadHead.hybrid(("cosine",))
    with pytest.raises(ValueError, match="2 signal weights for 1"):
        ReadHead("a", ("cosine",), ALL)
