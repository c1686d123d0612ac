"""What a client's view replaces among stored turns."""

import time

from hypothesis import given
from hypothesis import strategies as st

from memory.repositories.branches.alignment import (
    Replaced,
    StoredTurn,
    deleted_exchange,
    is_same,
    replaced,
)
from memory.types import Status
from models.language.base import Message


def stored(*texts: str, **statuses: Status) -> list[StoredTurn]:
    """Turns at positions 1, 2, …, the user's first; ``at3="failed"`` names one's status."""
    return [
        StoredTurn(at, "user" if at % 2 else "assistant", text, statuses.get(f"at{at}", "complete"))
        for at, text in enumerate(texts, start=1)
    ]


def shown(*texts: str, begin: int = 0) -> list[Message]:
    roles = ("user", "assistant")
    return [Message(roles[(at + begin) % 2], text) for at, text in enumerate(texts)]  # type: ignore[arg-type]


CHAT = stored("a", "A", "b", "B", "c", "C")


def test_a_chat_that_goes_on_and_the_last_messages_of_it() -> None:
    assert replaced(CHAT, shown("a", "A", "b", "B", "c", "C")) == Replaced()
    assert replaced(CHAT, shown("c", "C")) == Replaced()
    assert replaced(CHAT, shown("C", begin=1)) == Replaced()
    assert replaced(CHAT, shown(" a", "A\n", "b", "B", "c", "C  ")) == Replaced()


def test_another_branch_cuts_what_came_after() -> None:
    assert replaced(CHAT, shown("a", "A", "b", "B")) == Replaced(after=4)
    assert replaced(CHAT, shown("a", "A")) == Replaced(after=2)
    assert replaced(CHAT, shown("b", "B")) == Replaced(after=4), "and of a window"
    assert replaced(CHAT, shown("a", "A", "b")) == Replaced(after=3), "an answer deleted"


def test_what_is_missing_between_is_removed() -> None:
    assert replaced(CHAT, shown("a", "A", "c", "C")) == Replaced(removed={3, 4})
    assert replaced(CHAT, shown("a", "A", "c")) == Replaced(after=5, removed={3, 4})


def test_other_words_at_a_place_are_taken() -> None:
    assert replaced(CHAT, shown("x", "A", "b", "B", "c", "C")) == Replaced(rewritten={1: "x"})
    assert replaced(CHAT, shown("a", "A", "b", "X", "c", "C")) == Replaced(rewritten={4: "X"})
    assert replaced(CHAT, shown("a", "A", "b", "B", "c", "X")) == Replaced(rewritten={6: "X"})
    assert replaced(CHAT, shown("a", "A", "b", "X")) == Replaced(after=4, rewritten={4: "X"})


def test_nothing_is_replaced_where_nothing_agrees() -> None:
    assert replaced(CHAT, shown("x", "X", "y", "Y")) == Replaced()
    assert replaced([], shown("x")) == Replaced()
    summary = [Message("assistant", "They spoke of a and b."), *shown("c", "C")]
    assert replaced(CHAT, summary) == Replaced(), "a summary in place of the oldest"


def test_messages_that_were_said_elsewhere_are_left_alone() -> None:
    greeting = Message("assistant", "Hello!")
    assert replaced(CHAT, [greeting, *shown("a", "A", "b", "B", "c", "C")]) == Replaced()
    between = [*shown("a", "A"), *shown("x", "X"), *shown("b", "B", "c", "C")]
    assert replaced(CHAT, between) == Replaced()


def test_of_texts_said_repeatedly_the_place_that_agrees_most_counts() -> None:
    chat = stored("yes", "ok", "yes", "ok", "no", "ok")
    assert replaced(chat, shown("yes", "ok", "yes", "ok")) == Replaced(after=4)
    assert replaced(chat, shown("yes", "ok")) == Replaced(after=2), "the whole beginning"
    assert replaced(chat, shown("no", "ok")) == Replaced()


def test_failed_answers_stay_with_their_question_and_go_with_it() -> None:
    chat = stored("a", "", "b", "B", "c", "", at2="failed", at6="failed")
    assert replaced(chat, shown("a")) == Replaced(after=2)
    said = [Message("user", "a"), Message("user", "b"), Message("assistant", "B")]
    assert replaced(chat, said) == Replaced(after=4)
    assert replaced(chat, [*said, Message("user", "c")]) == Replaced()
    assert replaced(chat, said[1:]) == Replaced(after=4)


def test_of_a_stopped_answer_more_or_less_is_shown() -> None:
    chat = stored("a", "One two three", "b", "B", at2="aborted")
    for partial in ("One", "One two thr", "One two three four"):
        assert replaced(chat, shown("a", partial, "b", "B")) == Replaced()
    assert is_same(chat[1], Message("assistant", "One"))
    assert not is_same(chat[1], Message("user", "One"))
    assert not is_same(stored("a", "One two")[1], Message("assistant", "One"))


def test_one_exchange_deleted() -> None:
    assert deleted_exchange(CHAT, shown("a", "A", "c", "C")) == {3, 4}
    assert deleted_exchange(CHAT, shown("a", "A", "b", "B")) is None, "the last: another branch"
    assert deleted_exchange(CHAT, shown("b", "B", "c", "C")) is None, "the first: a window"
    assert deleted_exchange(CHAT, shown("a", "C")) is None, "too much"
    assert deleted_exchange(CHAT, shown("a", "A", "x", "C")) is None


TEXTS = st.lists(st.sampled_from("abc"), max_size=12)


@given(TEXTS, TEXTS)
def test_what_is_kept_is_what_is_shown(ours: list[str], theirs: list[str]) -> None:
    """From the first turn that both have on, each turn kept is shown, in order."""
    turns, messages = stored(*ours), shown(*theirs)
    change = replaced(turns, messages)
    gone = change.removed | {
        turn.position for turn in turns if change.after is not None and turn.position > change.after
    }
    assert not change.removed & change.rewritten.keys()
    kept = [change.rewritten.get(t.position, t.text) for t in turns if t.position not in gone]
    if change == Replaced():
        return
    # All that is left is a beginning that is not shown, and then a part of what is shown.
    assert any(_is_part(kept[start:], theirs) for start in range(len(kept) + 1))


def _is_part(some: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(text in rest for text in some)


def test_long_chats_that_differ_everywhere_take_no_time() -> None:
    many = 5_000
    turns = stored(*(f"turn {at}" for at in range(many)), *["ok"] * many)
    messages = [*shown(*(f"message {at}" for at in range(many))), *shown(*["ok"] * many)]
    began = time.process_time()
    replaced(turns, messages)
    replaced(turns, shown(*["ok"] * many))
    replaced(turns, shown(*(f"turn {at}" for at in range(0, many, 2))))
    assert time.process_time() - began < 5
