"""Chinese questions to an embedder for English: that nothing is relevant is told by words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from memory.evaluation.harness import temporary_database
from memory.head_choice import choose_head
from memory.recall import Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.tape.cache import Tapes
from memory.tape.tape import Tape
from memory.types import NULL_BY_WORDS, Candidates, Change, Reading, Slot

TEXTS = ("我在青岛住了三年。", "阳台上的番茄红了。", "楼上昨晚很吵。", "我的牙医是蒋医生。")


def asked(question: str) -> Candidates:
    """Of a tape whose sentences are all alike to the embedder."""
    tape = Tape(4)
    tape.apply(
        [
            Change(
                at,
                Slot(
                    position=at,
                    id=str(at),
                    kind="fact",
                    role="user",
                    text=text,
                    created_at=datetime(2026, 1, at, tzinfo=UTC),
                    embedding=np.array([1, 0.1 * at, 0, 0], np.float32),
                ),
            )
            for at, text in enumerate(TEXTS, 1)
        ]
    )
    return tape.find(np.array([1, 0, 0, 0], np.float32), question)


@pytest.fixture(scope="module")
def recall() -> Iterator[Recall]:
    with temporary_database() as database:
        tapes = Tapes(Memories(database, "all-minilm"), 4)
        yield Recall(tapes, Readings(database), choose_head("shipped"))


def by_words(recall: Recall, question: str) -> Reading:
    return recall.look(replace(asked(question), null_by_words=True))


def test_what_was_never_told_reads_nothing(recall: Recall) -> None:
    question = "我去过阿根廷吗？"
    assert recall.look(asked(question)).null_weight < 0.9
    found = by_words(recall, question)
    assert found.null_weight > 0.9
    assert found.parameters[NULL_BY_WORDS] == found.null_weight


def test_what_was_told_is_read_as_before(recall: Recall) -> None:
    question = "我的牙医是谁？"
    plain, found = recall.look(asked(question)), by_words(recall, question)
    assert found.slots[0].position == plain.slots[0].position == 4
    assert found.null_weight < 0.5


@pytest.mark.parametrize("question", ["我去过阿根廷吗？", "我的牙医是谁？", "番茄"])
def test_all_weights_sum_to_one(recall: Recall, question: str) -> None:
    reading = by_words(recall, question)
    total = reading.null_weight + sum(slot.weight for slot in reading.slots)
    assert total == pytest.approx(1)
