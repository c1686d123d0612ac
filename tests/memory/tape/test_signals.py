"""The signals of a tape's candidates, each against what it says it is."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float32

from memory.tape.slot_features import SlotFeatures
from memory.tape.tape import Tape
from memory.types import SIGNALS, TRAITS, Candidates, Change, Slot

DIMENSION = 8
HALF = 1e-3  # what half precision may do to a cosine of so few numbers


def unit(seed: int) -> Float32[np.ndarray, " dim"]:
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def slot(position: int, text: str, **more: Any) -> Slot:
    made: dict[str, Any] = {
        "id": str(position),
        "kind": "turn",
        "role": "user",
        "created_at": datetime(2025, 3, 1, tzinfo=UTC),
        "conversation_id": "one",
        "embedding": unit(position),
    }
    return Slot(position=position, text=text, **(made | more))


def tape_of(*slots: Slot) -> Tape:
    tape = Tape(DIMENSION)
    tape.apply([Change(each.position, each) for each in slots])
    return tape


def of(candidates: Candidates, name: str) -> dict[int, float]:
    """One signal, by position."""
    column = candidates.signals[:, list(SIGNALS).index(name)]
    return dict(zip(candidates.positions.tolist(), column.tolist(), strict=True))


def trait(candidates: Candidates, name: str) -> float:
    return float(candidates.traits[list(TRAITS).index(name)])


@pytest.fixture
def chat() -> Tape:
    """Two friends, and another conversation; each word in it is there for a test below."""
    return tape_of(
        slot(1, "I adopted a corgi.", speaker="Ada"),
        slot(2, "What is the corgi called?", speaker="Ben"),
        slot(3, "Biscuit, since last week!", speaker="Ada"),
        slot(4, "Nice.", speaker="Ben"),
        slot(5, "The corgi ate my shoe.", speaker="Ada", conversation_id="two",
             created_at=datetime(2025, 6, 1, tzinfo=UTC)),
    )  # fmt: skip


def test_there_is_one_column_for_every_name(chat: Tape) -> None:
    found = chat.find(unit(1), "corgi")
    assert found.signals.shape == (5, len(SIGNALS))
    assert found.traits.shape == (len(TRAITS),)


def test_meaning_with_its_neighbours(chat: Tape) -> None:
    found = chat.find(unit(9), "corgi")
    keys = {position: unit(position) for position in range(1, 6)}
    together = keys[2] + 0.5 * (keys[1] + keys[3])
    expected = together @ unit(9) / np.linalg.norm(together)
    assert of(found, "context")[2] == pytest.approx(expected, abs=HALF)
    assert of(found, "context")[5] == pytest.approx(keys[5] @ unit(9), abs=HALF)
    best = max(keys[1] @ unit(9), keys[3] @ unit(9))
    assert of(found, "around_cosine")[2] == pytest.approx(best, abs=HALF)


def test_words_of_its_neighbours_and_of_its_conversation(chat: Tape) -> None:
    found = chat.find(unit(9), "corgi")
    bm25, around = of(found, "bm25"), of(found, "around_bm25")
    assert bm25[3] == 0
    assert around[3] == bm25[2] > 0
    assert around[5] == 0, "the other conversation is no neighbour"
    best = sorted((bm25[position] for position in (1, 2, 3, 4)), reverse=True)[:3]
    assert of(found, "session_bm25")[4] == pytest.approx(np.mean(best), abs=1e-6)
    assert of(found, "session_bm25")[5] == pytest.approx(bm25[5], abs=1e-6)


def test_a_neighbour_that_may_not_be_read_says_nothing(chat: Tape) -> None:
    found = chat.find(unit(9), "corgi", exclude={2})
    assert of(found, "around_bm25")[3] == 0
    assert of(found, "context")[3] == pytest.approx(
        float((unit(3) + 0.5 * unit(4)) @ unit(9) / np.linalg.norm(unit(3) + 0.5 * unit(4))),
        abs=HALF,
    )


def test_coverage_is_the_share_of_the_question(chat: Tape) -> None:
    assert of(chat.find(unit(9), "corgi"), "coverage")[1] == pytest.approx(1)
    half = of(chat.find(unit(9), "corgi unicorn"), "coverage")[1]
    assert 0 < half < 1


def test_who_said_it(chat: Tape) -> None:
    named = chat.find(unit(9), "What did Ada's corgi do?")
    assert of(named, "speaker") == {1: 1, 2: -1, 3: 1, 4: -1, 5: 1}
    assert trait(named, "named") == 1
    nobody = chat.find(unit(9), "What did the corgi do?")
    assert set(of(nobody, "speaker").values()) == {0}
    assert trait(nobody, "named") == 0


def test_a_forgotten_speaker_is_named_by_nothing(chat: Tape) -> None:
    chat.apply([Change(2, None), Change(4, None)])
    assert trait(chat.find(unit(9), "What did Ben do?"), "named") == 0


def test_questions_times_and_dates(chat: Tape) -> None:
    found = chat.find(unit(9), "When did the corgi come in March?")
    assert of(found, "question") == {1: 0, 2: 1, 3: 0, 4: 0, 5: 0}
    assert of(found, "time") == {1: 0, 2: 0, 3: 1, 4: 0, 5: 0}
    assert of(found, "date") == {1: 1, 2: 1, 3: 1, 4: 1, 5: 0}
    assert set(of(chat.find(unit(9), "the corgi"), "time").values()) == {0}
    assert (trait(found, "when"), trait(found, "always")) == (1, 1)


def test_recency_goes_from_the_oldest_to_the_latest(chat: Tape) -> None:
    assert of(chat.find(unit(9), "corgi"), "recency") == {1: 0, 2: 0.25, 3: 0.5, 4: 0.75, 5: 1}


def test_roles_and_lengths_are_told_within_a_role() -> None:
    """An assistant's answer of forty words is short for it, a user's of twenty is long: by the
    plain number of words it would be the other way round.
    """
    lengths = [(5, 20), (5, 100), (6, 100), (20, 40)]
    slots = []
    for number, (user, assistant) in enumerate(lengths):
        slots.append(slot(2 * number, "word " * user))
        slots.append(slot(2 * number + 1, "word " * assistant, role="assistant"))
    found = tape_of(*slots).find(unit(9), "word")
    length = of(found, "length")
    assert length[6] > 0.5
    assert length[7] < 0
    assert [of(found, "role")[p] for p in (6, 7)] == [1, 0]
    assert trait(found, "assistant") == 1


def test_what_is_known_of_a_row_goes_with_its_slot() -> None:
    features = SlotFeatures()
    slots = [slot(1, "Hm?", speaker="Ada"), slot(2, "no", role="assistant")]
    features.write([0, 1], slots, np.ones(2, np.float32))
    assert features.assistant_share == 0.5
    features.erase([1])
    assert features.assistant_share == 0
    assert features.speakers == {"Ada": 1}
    features.erase([0])
    assert not features.speakers
    assert features.speakers_of(np.array([0])) == [None]


def test_lengths_are_as_if_what_has_gone_had_never_been() -> None:
    """Bit for bit: a reading is replayed on a tape that another way has led to."""
    generator = np.random.default_rng(0)
    slots = [slot(i, "word " * int(generator.integers(1, 300))) for i in range(50)]
    changed, fresh = tape_of(*slots), tape_of(*slots[::2])
    changed.apply([Change(position, None) for position in range(1, 50, 2)])
    ways = [of(tape.find(unit(9), "word"), "length") for tape in (changed, fresh)]
    assert ways[0] == ways[1]
    logs = np.log1p([len(each.text.split()) for each in slots[::2]])
    expected = (logs - logs.mean()) / (logs.std() + 0.3)
    assert ways[1] == pytest.approx(dict(zip(range(0, 50, 2), expected, strict=True)), abs=1e-4)


@pytest.mark.parametrize("question", ["", "🙂", "word"])
def test_no_slot_and_one_slot_have_signals_too(question: str) -> None:
    assert tape_of().find(unit(1), question).signals.shape == (0, len(SIGNALS))
    one = tape_of(slot(1, "word", conversation_id=None, embedding=None)).find(None, question)
    assert np.isfinite(one.signals).all()


def test_the_same_question_asked_before_is_no_candidate_and_lends_its_neighbours_nothing() -> None:
    """Word for word, whatever its case; a statement of the same words stays, for it tells."""
    tape = tape_of(
        slot(1, "My hamster is called Waffle."),
        slot(2, "Noted.", role="assistant"),
        slot(3, "what is my hamster called?", conversation_id="two"),
        slot(4, "I do not know.", role="assistant", conversation_id="two"),
        slot(5, "What is my hamster called", conversation_id="three"),
    )
    found = tape.find(unit(3), "What is my hamster called?")
    assert 3 not in found.positions
    assert {1, 5} <= set(found.positions.tolist())
    assert of(found, "around_bm25").get(4, 0) == 0
    other = tape.find(unit(3), "What is my small hamster called?")
    assert 3 in other.positions
