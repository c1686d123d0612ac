"""How many labels a head needs: who is asked is never among those whose labels were drawn."""

from collections.abc import Sequence

import pytest
from support.training_examples import example

from benchmarks.quality import label_efficiency
from memory.evaluation import head_training
from memory.evaluation.head_training import Example
from models.learned_head import LearnedHead


def test_labels_are_others_and_more_of_them_find_more(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, set[str]]] = []
    fit = head_training.fit

    def watched(head: LearnedHead, examples: Sequence[Example]) -> None:
        seen.append((len(examples), {each.user_id for each in examples}))
        fit(head, examples)

    monkeypatch.setattr(head_training, "fit", watched)
    monkeypatch.setattr(label_efficiency, "LABELS", (2, 64))
    examples = [example(number, users=3) for number in range(120)]
    curves = label_efficiency.learning_curves(examples, draws=2)
    assert {count for count, _ in seen} == {2, 64}
    assert all(len(users) < 3 for _, users in seen)
    for curve in curves.values():
        assert min(curve[64]) > max(curve[2])
    without = label_efficiency.untrained(examples)
    assert min(curves["sum"][64]) > max(without["cosine"], without["sum"])
    few, _ = label_efficiency.rows(curves, without, "made-up")
    assert few[0] == "made-up"
    assert len(few) == 3 + 2
