"""What a message says of the slots that would answer it."""

from datetime import UTC, datetime

import pytest

from memory.tape.query import Query, is_question


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Where is my dog?", True),
        ('She asked: "Where is he?"', True),
        ("我的狗在哪里？", True),
        ("Why? Because.", False),
        ("I wonder where he is", False),
        ("", False),
    ],
)
def test_a_question_ends_as_one(text: str, is_one: bool) -> None:
    assert is_question(text) is is_one


@pytest.mark.parametrize(
    ("text", "about_me", "asks_when"),
    [
        ("When did I move to Lisbon?", True, True),
        ("How long has Ada played the cello?", False, True),
        ("Which animals does Ada keep?", False, False),
        ("What is my dog called?", True, False),
        ("Whenever it rains, the mine floods.", True, False),  # "mine", read as a pronoun
        ("我什么时候搬家的？", True, True),
    ],
)
def test_whom_and_what_it_is_about(text: str, about_me: bool, asks_when: bool) -> None:
    query = Query.of(text)
    assert (query.about_me, query.asks_when) == (about_me, asks_when)


def test_the_words_of_a_quoted_assistant_are_not_what_is_asked() -> None:
    quoted = Query.of("<Ada>: I miss my hamster.\n<Assistant>: Would a walk help?")
    assert "hamster" in quoted.terms
    assert "walk" not in quoted.terms
    alone = Query.of("Assistant: would a walk help?")
    assert "walk" in alone.terms, "nobody else says anything"


@pytest.mark.parametrize(
    ("text", "moment", "matches"),
    [
        ("What did we plan in March?", (2025, 3, 9), True),
        ("What did we plan in March?", (2025, 4, 9), False),
        ("What did we plan in March 2024?", (2025, 3, 9), False),
        ("What happened in 2024?", (2024, 11, 1), True),
        ("May I ask something?", (2024, 5, 1), True),  # the price of "in May"
        ("you may ask", (2024, 5, 1), False),
        ("3月发生了什么", (2024, 3, 1), True),
        ("What did we plan?", (2024, 3, 1), False),
    ],
)
def test_the_time_that_it_mentions(text: str, moment: tuple[int, int, int], matches: bool) -> None:
    assert Query.of(text).matches_date(datetime(*moment, tzinfo=UTC)) is matches


def test_a_speaker_is_named_by_any_part_of_the_name() -> None:
    query = Query.of("What did Ada's brother cook?")
    assert query.mentions("Ada Byron")
    assert query.mentions("ADA")
    assert not query.mentions("Adam")
    assert not query.mentions(None)


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("我的牙医是谁？", True),
        ("我的 MacBook 在哪里？", True),
        ("我" * 41, False),
        ("鍵の紛失の弁償はいくら？", False),
        ("제 열쇠는 어디에 있어요?", False),
        ("Who is my dentist?", False),
    ],
)
def test_short_questions_in_chinese(message: str, short: bool) -> None:
    assert Query.of(message).short_chinese is short
