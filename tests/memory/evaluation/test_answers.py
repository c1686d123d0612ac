"""What the language model says with and without memories, scored; a fake one says it."""

import pytest
from support.networks.fakes import FakeEmbedder, FakeLanguage

from memory.evaluation.answers import EVERYTHING, NOTHING, RECENT, answers, questions, token_f1
from memory.evaluation.dataset import LabelledTurn, LabelledUser, Question
from memory.evaluation.harness import Evaluation, Results, temporary_database
from memory.head_choice import choose_head
from models.language.base import Message

TOLD = ("My dog is called Biscuit", "I painted the kitchen", "It rained", "Soup for lunch")


@pytest.mark.parametrize(
    ("answer", "expected", "f1"),
    [
        ("Biscuit", "Biscuit", 1),
        ("The dog, Biscuit!", "a dog: biscuit", 1),
        ("It is Biscuit", "Biscuit", 2 / 4),
        ("Rex Rex", "Rex", 2 / 3),
        ("no idea", "Biscuit", 0),
        ("", "Biscuit", 0),
        ("", "", 0),
    ],
)
def test_token_f1_is_of_the_words_that_both_have(answer: str, expected: str, f1: float) -> None:
    assert token_f1(answer, expected) == pytest.approx(f1)


async def evaluated() -> Results:
    def asked(text: str, answer: str | None, *evidence: str) -> Question:
        return Question(text, "c", "main", True, evidence, (), answer)

    user = LabelledUser(
        "ann",
        tuple(LabelledTurn(str(n), "s", "user", text) for n, text in enumerate(TOLD)),
        (
            asked("What is my dog called", "Biscuit", "0"),
            asked("What did I paint", "the kitchen", "1"),
            asked("What was for lunch", None, "3"),
        ),
    )
    with temporary_database() as database:
        return await Evaluation(database, FakeEmbedder(), {"head": choose_head("hybrid")}).run(
            [user]
        )


async def test_the_same_questions_are_answered_by_every_way_to_remember() -> None:
    def answer(messages: list[Message]) -> str:
        return "Biscuit" if "called Biscuit" in messages[-1].content else "I do not know"

    language = FakeLanguage(answer)
    steps: list[int] = []
    found = await answers(language, await evaluated(), "head", 10, steps.append)
    assert list(found) == [NOTHING, RECENT, "cosine", "head", EVERYTHING]
    assert {way: numbers["n"] for way, numbers in found.items()} == dict.fromkeys(found, 2)
    assert found[NOTHING]["f1"] == 0
    assert found["head"]["f1"] == found[EVERYTHING]["f1"] == 0.5
    assert sum(steps) == len(language.prompts) == 10
    systems = {messages[0].content for messages in language.prompts}
    assert len(systems) == 1, "only the memories differ"


async def test_a_memory_that_does_not_fit_the_window_is_not_given_whole() -> None:
    language = FakeLanguage("Biscuit")
    language.window = 40
    found = await answers(language, await evaluated(), "head", 10)
    assert EVERYTHING not in found


async def test_few_questions_are_spread_over_all_of_them() -> None:
    results = await evaluated()
    assert len(questions(results, 10)) == 2
    assert [each.question.answer for each in questions(results, 1)] == ["Biscuit"]
