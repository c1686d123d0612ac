"""Fitting a head: it finds what made-up evidence follows from, and the same again."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from support.training_examples import NAMES, SLOTS, TRUTH, example

from memory.evaluation import head_training
from memory.evaluation.head_training import Example
from memory.evaluation.metrics import calibration_error
from memory.head_choice import initial_head, weigh
from memory.types import SIGNALS, TRAITS
from models.learned_head import LearnedHead


def hopeless(given: Example) -> Example:
    """The same question where nothing answers it: no candidate stands out in its own units."""
    signals = 0.1 * given.candidates.signals
    candidates = replace(given.candidates, signals=signals)
    return replace(given, candidates=candidates, evidence=np.zeros(SLOTS, bool))


def fitted(examples: list[Example], seed: int = 0) -> LearnedHead:
    head = LearnedHead("test", tuple(SIGNALS), tuple(TRAITS))
    head_training.fit(head, examples, seed=seed)
    return head


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    solvable = [example(number) for number in range(200)]
    return [*solvable, *map(hopeless, solvable)]


def test_what_the_evidence_follows_from_is_found(examples: list[Example]) -> None:
    """The signals of the truth get its signs and its order; all others stay small beside them."""
    head = fitted(examples)
    learned = dict(zip(NAMES, head.theta[:, 0].tolist(), strict=True))
    assert learned["coverage"] > learned["role"] > 0.5
    assert learned["question"] < -0.5
    noise = [abs(value) for name, value in learned.items() if name not in TRUTH]
    assert max(noise) < abs(learned["question"]) / 2
    assert head.kernel.argmax() == 2, "nothing here is found through its neighbours"


def test_the_null_weight_tells_questions_without_an_answer(examples: list[Example]) -> None:
    head = fitted(examples)
    with torch.inference_mode():
        doubts = np.array([float(weigh(head, each.candidates).null_weight) for each in examples])
    nothing = np.array([not each.answerable for each in examples])
    assert roc_auc_score(nothing, doubts) > 0.97
    assert calibration_error(doubts, nothing) < 0.1


def test_the_same_seed_gives_the_same_head_and_another_one_another(
    examples: list[Example],
) -> None:
    few = examples[:60]
    one, again, other = (fitted(few, seed) for seed in (1, 1, 2))
    assert one.version == again.version
    assert one.version != other.version, "the seed decides who is held out"


def test_a_fifth_of_the_users_of_every_file_is_held_out() -> None:
    many = [example(number, source="many") for number in range(40)]
    few = [example(number, users=4, source="few") for number in range(40)]
    held_out = head_training.choose_held_out([*many, *few], seed=3)
    assert len(held_out) == 2
    assert {source for source, _ in held_out} == {"many"}


def test_files_and_users_count_so_that_none_drowns_another() -> None:
    large = [example(0, source="large") for _ in range(400)]
    small = [example(0, source="small") for _ in range(4)]
    counts = head_training.importance([*large, *small])
    assert float(counts.sum()) == pytest.approx(1)
    assert float(counts[:400].sum() / counts[400:].sum()) == pytest.approx(10)


def test_without_evidence_there_is_nothing_to_learn(examples: list[Example]) -> None:
    with pytest.raises(ValueError, match="no question"):
        fitted(examples[200:])


def test_the_fewer_the_labels_the_more_it_stays_what_it_was() -> None:
    """And what is judged by nobody held out, like the shift, does not move at all."""
    ways = []
    for count in (2, 20, 200):
        head = initial_head("sum", "test")
        begun = head.theta.detach().clone()
        head_training.fit(head, [example(number, users=4) for number in range(count)])
        ways.append((head.theta.detach() - begun).norm().item())
        assert head.kernel.tolist() == [0, 0, 1, 0, 0]
    assert ways == sorted(ways)
    assert ways[0] < ways[-1] / 3
