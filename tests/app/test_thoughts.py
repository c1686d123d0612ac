"""Thoughts of a reasoning model are no part of its answer; what explains the tags is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.dialects.openai.shown_chat import shown_chat
from app.api.schemas.openai import CompletionBody
from app.thoughts import without_thoughts
from memory.repositories.branches.shown import fingerprint
from models.language.base import Message

ANSWER = "Watch Paterson.\n\nIt is quiet."


@pytest.mark.parametrize(
    "text",
    [
        f"<think>Not Dunkirk.</think>\n\n{ANSWER}",
        f"\n<think>\nNot Dunkirk.\n\nOr?\n</think>{ANSWER}",
        f"<think>\n\n</think>\n\n{ANSWER}",
        f"<think></think>{ANSWER}",
        f"<thinking>They like films.</thinking>\n{ANSWER}",
        f"<Reasoning>They like films.</Reasoning>\n{ANSWER}",
        f"<thought>They like films.</thought>{ANSWER}",
        f"[THINK]They like films.[/THINK]{ANSWER}",
        f"<think>a < b, `</b>`</think>{ANSWER}",
        f"<think>One.</think>\n<think>Two.</think>\n{ANSWER}",
        f"<think>他们喜欢电影。</think>{ANSWER}",
        # The chat template has written the first tag into the prompt.
        f"They like films.\n</think>\n\n{ANSWER}",
        f"They like films.</think>\n\n{ANSWER}",
        f"They like films. </think>{ANSWER}",
        f"他们喜欢电影。</think>\n{ANSWER}",
        f"</think>\n\n{ANSWER}",
        f"Code: ```x```, so `y`.\n</think>\n\n{ANSWER}",
        f"They like films</thinking>{ANSWER}",
    ],
)
def test_the_answer_is_what_stands_after_the_thoughts(text: str) -> None:
    assert without_thoughts(text) == ANSWER


@pytest.mark.parametrize(
    "text", ["<think>Let me see", "<think>", " <thinking>\nOne. Two.", "Enough.\n</think>\n"]
)
def test_of_thoughts_alone_no_answer_is_left(text: str) -> None:
    assert without_thoughts(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"  {ANSWER}\n",
        "",
        "I think so.",
        "`<think>` begins the thoughts of a model and `</think>` ends them.",
        "A model writes <think> first, and then </think>.",
        "Sure. <think>is a tag</think> is how it is written.",
        "The tag `</think>` ends the thoughts.",
        'The tag "</think>" ends the thoughts.',
        "The tag </think> ends the thoughts.",
        "Split at it:\n```python\ntext.split(x)\n</think>\n```\nThen take the rest.",
        "结束的标签是“</think>”。",
        "<thinker>Rodin</thinker>",
        "<b>bold</b>",
        "[thinks] Hm.",
    ],
)
def test_an_answer_about_thoughts_is_left_as_it_is(text: str) -> None:
    assert without_thoughts(text) == text


PARTS = st.sampled_from(
    ["<think>", "</think>", "<thinking>", "</reasoning>", "[/THINK]", "`", "```", "\n", " ", "so."]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_what_is_left_is_the_end_of_the_text(text: str) -> None:
    assert text.endswith(without_thoughts(text))


def test_a_chat_is_recognised_with_the_thoughts_and_without() -> None:
    asked = Message("user", "<think>Which film?</think>")

    def hashed(answer: str) -> str:
        said = [{"role": asked.role, "content": asked.content}]
        said += [{"role": "assistant", "content": answer}, {"role": "user", "content": "Why?"}]
        body = CompletionBody.model_validate({"model": "fake", "messages": said})
        return fingerprint(shown_chat(body.messages).history)

    thoughts = "<think>Not Dunkirk.</think>\n\n"
    assert hashed(thoughts + ANSWER) == hashed(ANSWER) == hashed(f"\n\n{ANSWER}")
    assert hashed(ANSWER) != hashed("Watch Dunkirk.")
    assert fingerprint([Message("user", "Which film?")]) != fingerprint([asked])
