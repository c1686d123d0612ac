"""The head that learns: at birth it is cosine top-k, and its null slot is a probability."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.autograd import gradcheck

from models.learned_head import EVIDENCE, GRADED, OF_SPEAKERS, LearnedHead
from models.read_head import Read, ReadHead, version_of

SIGNALS = (*GRADED, "speaker", "length")
TRAITS = ("always", "named")
PARAMETERS = ("theta", "null", "kernel", "gate", "gamma")


class Case:
    """A read's inputs: conversations of three slots, in no order."""

    def __init__(self, slots: int, seed: int = 0) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.signals = 2 * torch.rand(slots, len(SIGNALS), generator=generator).double() - 1
        self.previous = torch.rand(slots, generator=generator).double()
        number = torch.randperm(slots, generator=generator)
        self.conversation, self.turn_index = number // 3, number % 3
        self.traits = torch.tensor([1.0, 0.5], dtype=torch.float64)

    def by(self, head: LearnedHead) -> Read:
        read: Read = head(*vars(self).values())
        return read


def grown(seed: int = 1) -> LearnedHead:
    """A head in which every parameter has a say, and none stands on an edge."""
    head = LearnedHead("grown", SIGNALS, TRAITS, {"data": "none"})
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        head.theta += 0.5 * torch.randn(head.theta.shape, generator=generator).double()
        head.null += 0.5 * torch.randn(head.null.shape, generator=generator).double()
        head.kernel.copy_(torch.tensor([0.05, 0.1, 0.7, 0.1, 0.05]).double())
        head.gate.fill_(0.7)
        head.gamma.fill_(1.3)
    return head


@pytest.mark.parametrize("seed", range(5))
def test_at_birth_it_ranks_as_cosine_does(seed: int) -> None:
    """Every other signal is there to leak in, and so are neighbours and what was read last."""
    case = Case(60, seed)
    identity = ReadHead.identity(SIGNALS)
    expected = identity(case.signals, case.previous, case.conversation, case.turn_index).ranking()
    assert torch.equal(case.by(LearnedHead("newborn", SIGNALS, TRAITS)).ranking(), expected)


def test_the_null_weight_is_the_probability_that_its_weights_say() -> None:
    """Before gate and sharpening change it, whatever the signals weigh."""
    case, head = Case(12), grown()
    with torch.no_grad():
        head.gate.fill_(1)
        head.gamma.fill_(1)
    theta = head.theta @ case.traits
    doubt = head.evidence(case.signals, head.standardised(case.signals) @ theta) @ head.null
    torch.testing.assert_close(case.by(head).null_weight, doubt.sigmoid())


def test_the_evidence_is_what_is_read_of_each_telling_signal_in_its_own_unit() -> None:
    case, head = Case(9), grown()
    logits = torch.arange(9).double()
    evidence = dict(zip(EVIDENCE, head.evidence(case.signals, logits).tolist(), strict=True))
    cosine = float(logits.softmax(dim=0) @ case.signals[:, 0].double())
    assert evidence["cosine"] == pytest.approx(cosine)
    assert evidence["always"] == 1
    nothing = head.evidence(case.signals[:0], logits[:0])
    assert nothing.tolist() == [1, *[0] * (len(EVIDENCE) - 1)]


def test_graded_signals_count_by_how_far_they_stand_out() -> None:
    """Twice the scores, or all a bit higher, is the same question asked of another embedder."""
    case, other, head = Case(20), Case(20), grown()
    graded = torch.tensor([name in GRADED for name in SIGNALS])
    other.signals = torch.where(graded, 2 * case.signals + 3, case.signals)
    with torch.no_grad():
        head.null.zero_()
    torch.testing.assert_close(case.by(head).weights, other.by(head).weights)


def test_traits_change_what_signals_weigh() -> None:
    case, head = Case(20), grown()
    before = case.by(head).ranking()
    case.traits = torch.tensor([1.0, -3.0], dtype=torch.float64)
    assert not torch.equal(case.by(head).ranking(), before)


def test_shares_add_up_to_the_log_odds_by_content() -> None:
    head = grown()
    with torch.no_grad():
        head.gate.fill_(1)
        head.gamma.fill_(1)
        head.kernel.copy_(torch.tensor([0, 0, 1, 0, 0]).double())
    got = Case(12).by(head)
    logits, log = got.shares.sum(dim=-1), got.log_weights
    torch.testing.assert_close(
        log.unsqueeze(0) - log.unsqueeze(1),
        logits.unsqueeze(0) - logits.unsqueeze(1),
        rtol=0,
        atol=1e-9,
    )


def test_gradients_through_the_whole_read_are_those_of_finite_differences() -> None:
    """With respect to every parameter and to what was read last."""
    case, head = Case(7), grown()

    def outputs(previous: Tensor, *parameters: Tensor) -> tuple[Tensor, ...]:
        got = torch.func.functional_call(
            head,
            dict(zip(PARAMETERS, parameters, strict=True)),
            (case.signals, previous, case.conversation, case.turn_index, case.traits),
        )
        return got.weights, got.null_weight, got.log_weights, got.shares

    inputs = [case.previous, *(getattr(head, name).detach() for name in PARAMETERS)]
    assert gradcheck(outputs, [each.clone().requires_grad_() for each in inputs])


@settings(max_examples=60, deadline=None)
@given(
    slots=st.integers(0, 9), seed=st.integers(0, 99), alike=st.booleans(), recalled=st.booleans()
)
def test_weights_are_a_distribution(slots: int, seed: int, alike: bool, recalled: bool) -> None:
    """Also with no slot, one slot, and slots that no signal tells apart."""
    case, head = Case(slots, seed), grown(seed)
    case.previous *= recalled
    if alike:
        case.signals[:] = 0.25
    got = case.by(head)
    assert (got.weights >= 0).all()
    assert float((got.weights.sum() + got.null_weight).detach()) == pytest.approx(1, abs=1e-12)
    assert not got.log_weights.isnan().any()
    (got.weights.sum() * 2 + got.null_weight).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in head.parameters())
    if slots == 0:
        assert got.null_weight == 1


def test_a_frozen_head_reads_the_same_to_the_bit() -> None:
    head, case = grown(), Case(10)
    before, after = case.by(head), case.by(head.freeze())
    assert torch.equal(before.log_weights, after.log_weights)
    assert before.parameters == after.parameters
    assert not any(parameter.requires_grad for parameter in head.parameters())


def test_a_head_is_saved_and_loaded_to_the_bit(tmp_path: Path) -> None:
    head = grown()
    head.save(tmp_path / "head.safetensors")
    loaded = LearnedHead.load(tmp_path / "head.safetensors", SIGNALS, TRAITS)
    assert (loaded.version, loaded.card) == (head.version, head.card)
    case = Case(10)
    for field in fields(Read):
        one, other = getattr(case.by(head), field.name), getattr(case.by(loaded), field.name)
        assert one == other if isinstance(one, dict) else torch.equal(one, other)


def test_a_head_without_a_signal_reads_as_before_and_keeps_its_version(tmp_path: Path) -> None:
    """So what it read can be replayed after an update that brings a signal."""
    path = tmp_path / "head.safetensors"
    head = grown()
    head.save(path)
    loaded = LearnedHead.load(path, ("new", *SIGNALS), TRAITS)
    assert loaded.version == head.version
    case = Case(10)
    before = case.by(head)
    case.signals = torch.cat([torch.ones(10, 1).double(), case.signals], dim=1)
    after = case.by(loaded)
    assert torch.allclose(before.weights, after.weights, rtol=0, atol=1e-12)
    assert torch.allclose(before.null_weight, after.null_weight, rtol=0, atol=1e-12)
    assert loaded.successor("next").version != head.version


def test_a_head_for_other_inputs_or_with_other_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    head = grown()
    head.save(path)
    with pytest.raises(ValueError, match="which no slot has"):
        LearnedHead.load(path, SIGNALS[1:], TRAITS)
    with pytest.raises(ValueError, match="which no read has"):
        LearnedHead.load(path, SIGNALS, ("always",))
    about = {
        "name": head.name,
        "signals": SIGNALS,
        "traits": TRAITS,
        "evidence": EVIDENCE,
        "version": head.version,
        "card": {},
    }
    tensors = load_file(path) | {"gamma": torch.tensor(2.0).double()}
    save_file(tensors, path, metadata={"head": json.dumps(about)})
    with pytest.raises(ValueError, match="as it says"):
        LearnedHead.load(path, SIGNALS, TRAITS)
    for wrong in (
        {f"a {name}": tensor for name, tensor in tensors.items()},
        {name: torch.zeros(2, 2, 2).double() for name in tensors},
    ):
        save_file(wrong, path, metadata={"head": json.dumps(about)})
        with pytest.raises(ValueError, match="not those of a head"):
            LearnedHead.load(path, SIGNALS, TRAITS)


def test_what_another_speaker_said_better_is_evidence_against_an_answer() -> None:
    head = LearnedHead("of-speakers", ("cosine", "context", "coverage", *OF_SPEAKERS), TRAITS)
    logits = torch.zeros(3).double()

    def evidence(*of_speakers: tuple[float, float]) -> float:
        signals = torch.tensor([(0.0, 0.0, 0.0, *each) for each in of_speakers])
        return float(head.evidence(signals, logits[: len(signals)])[-1])

    assert evidence((1, 0.2), (1, 0.3), (-1, 0.7)) == pytest.approx(0.4)
    assert evidence((1, 0.9), (1, 0.3), (-1, 0.7)) == pytest.approx(-0.2)
    assert evidence((1, 0.2), (1, 0.3), (1, 0.7)) == 0, "all said by the person that is named"
    assert evidence((0, 0.2), (0, 0.3), (0, 0.7)) == 0, "nobody is named"


def test_a_head_from_before_an_evidence_weighs_it_with_zero(tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    head = grown()
    tensors = {**head.state_dict(), "null": head.null.detach()[:-1].clone()}
    values = {name: tensor.tolist() for name, tensor in tensors.items()}
    version = version_of(head.name, SIGNALS, TRAITS, values)
    about = {
        "name": head.name,
        "signals": SIGNALS,
        "traits": TRAITS,
        "evidence": EVIDENCE[:-1],
        "version": version,
        "card": {},
    }
    save_file(tensors, path, metadata={"head": json.dumps(about)})
    loaded = LearnedHead.load(path, SIGNALS, TRAITS)
    assert loaded.version == version
    assert loaded.null.tolist() == [*tensors["null"].tolist(), 0]
