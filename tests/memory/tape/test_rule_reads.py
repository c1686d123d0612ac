"""Messages whose words say nothing of the memories wanted: a rule reads."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from jaxtyping import Float32

from memory.messages.instructions import Instruction
from memory.tape.query import Query
from memory.tape.rule_reads import MOST_ROWS, NULL_WEIGHT, RuleRead, instructions_read, rule_read

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)  # a Friday
DAYS = 90
VECTORS = np.random.default_rng(0).normal(size=(DAYS, 8)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def read(
    message: str,
    unit: Float32[np.ndarray, " dim"] | None = None,
    preferences: tuple[int, ...] = (),
    stated: tuple[int, ...] = (),
) -> RuleRead | None:
    """Of a tape with one statement a day, the last one yesterday; every tenth is a question.

    ``preferences`` are the rows that state one, ``stated`` those about what is asked.
    """
    query = Query.of(message, now=NOW)
    time = np.array([(NOW - timedelta(days=DAYS - row)).timestamp() for row in range(DAYS)])
    statements = np.arange(DAYS) % 10 != 0
    vector = np.zeros(8, np.float32) if unit is None else unit
    prefers, told = (np.isin(np.arange(DAYS), rows) for rows in (preferences, stated))
    return rule_read(query, statements, prefers, told, time, vector, lambda rows: VECTORS[rows])


@pytest.mark.parametrize(
    ("message", "days_ago"),
    [
        ("What did I do yesterday?", [1]),
        ("What happened last Friday?", [7]),
        ("What did I tell you three days ago?", [3]),
        ("我昨天做了什么？", [1]),
    ],
)
def test_a_question_about_a_time_reads_what_was_said_then(
    message: str, days_ago: list[int]
) -> None:
    found = read(message)
    assert found is not None
    assert (DAYS - found.rows).tolist() == days_ago
    assert found.gate == 1
    assert found.null_weight == pytest.approx(NULL_WEIGHT)


def test_a_question_with_a_subject_is_for_the_head() -> None:
    assert read("What did I eat in Lisbon yesterday?") is None
    assert read("What is my cat called?") is None


@pytest.mark.parametrize(
    "message", ["What could I cook tonight?", "Suggest a film for Sunday.", "今晚吃什么好？"]
)
def test_advice_reads_the_nearest_preferences(message: str) -> None:
    """The time in it is when it is for, not when it was said."""
    near = np.argsort(-(VECTORS @ VECTORS[40]))[:3].tolist()
    far = int(np.argmin(VECTORS @ VECTORS[40]))
    found = read(message, VECTORS[40], preferences=(*near, far))
    assert found is not None
    assert sorted(found.rows.tolist()) == sorted(near)
    assert found.weights[0] == max(found.weights)
    assert found.gate < 1


def test_advice_of_which_no_preference_is_near_is_for_the_head() -> None:
    assert read("What could I cook tonight?", VECTORS[40]) is None
    assert read("Where does Tom live?", VECTORS[40], preferences=(40, 41)) is None


def test_an_attribute_reads_the_latest_that_was_told_of_it() -> None:
    found = read("Where do I live?", stated=(3, 77, 41, *range(20, 26)))
    assert found is not None
    assert found.rows.tolist() == [77, 41, 25, 24, 23, 22]
    assert (np.diff(found.weights) < 0).all()
    assert found.gate < 1


def test_what_was_told_first_and_last() -> None:
    first, last = read("What was the first thing I told you?"), read("What did I tell you last?")
    assert first is not None
    assert last is not None
    assert first.rows[0] == 1, "row 0 is a question"
    assert last.rows[0] == DAYS - 1
    assert first.weights[0] > first.weights[1] > first.weights[2]


def test_an_overview_has_the_nearest_and_a_spread_of_the_rest() -> None:
    found = read("What do you know about me?", VECTORS[33])
    assert found is not None
    assert len(set(found.rows.tolist())) == len(found.rows) == MOST_ROWS
    assert found.rows[np.argmax(found.weights)] == 33
    assert not set(found.rows.tolist()) & set(range(0, DAYS, 10)), "no questions"


@pytest.mark.parametrize("message", ["Good morning!", "Thanks a lot", "🦄", "你好"])
def test_small_talk_reads_nothing(message: str) -> None:
    found = read(message)
    assert found is not None
    assert len(found.rows) == 0
    assert found.null_weight == 1


def instructed(
    message: str, always: tuple[int, ...] = (), some: tuple[int, ...] = ()
) -> RuleRead | None:
    """Of a tape with standing instructions in these rows; the message is like row 40."""
    rows = np.arange(DAYS)
    instructions = np.zeros(DAYS, np.int8)
    instructions[np.isin(rows, always)] = Instruction.ALWAYS
    instructions[np.isin(rows, some)] = Instruction.FOR_SOME_REQUESTS
    return instructions_read(
        Query.of(message), instructions, rows.astype(float), VECTORS[40], lambda rows: VECTORS[rows]
    )


def test_a_request_reads_the_last_instructions_that_always_hold() -> None:
    found = instructed("Explain photosynthesis to me.", always=(3, 50, 60, 70))
    assert found is not None
    assert sorted(found.rows.tolist()) == [50, 60, 70]
    assert found.gate < 0.5, "what the message asks for still weighs more"


def test_a_request_reads_the_instructions_for_requests_like_it() -> None:
    cosines = VECTORS @ VECTORS[40]
    near, far = int(np.argsort(-cosines)[1]), int(np.argmin(cosines))
    found = instructed("Which composers should I hear?", some=(near, far))
    assert found is not None
    assert found.rows.tolist() == [near]


@pytest.mark.parametrize("message", ["Good morning!", "I have bought a kite.", "我买了风筝。"])
def test_a_greeting_and_a_statement_read_no_instructions(message: str) -> None:
    assert instructed(message, always=(3,), some=(40,)) is None
