"""A reply that waits for results of tools goes on with the next request, on both databases."""

from typing import Any

import pytest

from memory.db.database import Database
from memory.errors import ReplyLost
from memory.repositories.branches.shown import Shown
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending, Request
from models.language.base import Message

HISTORY = Message("user", "Hi"), Message("assistant", "Hello!")
ASKED = "How is the weather?"


def begin(replies: Replies, text: str = ASKED, *, name: str | None = None, **more: Any) -> Pending:
    shown = Shown(more.pop("history", HISTORY), name is not None, "first")
    given = {"user_id": "ann", "model": "m", "adopt": True, "resumes": True, **more}
    pending = replies.begin(Request(text=text, conversation_id=name, shown=shown, **given))
    assert isinstance(pending, Pending)
    return pending


def said(database: Database, pending: Pending) -> list[tuple[str, str, str]]:
    turns = Conversations(database).turns("ann", pending.conversation_id)
    return [(turn.role, turn.text, turn.status) for turn in turns]


@pytest.fixture
def replies(database: Database) -> Replies:
    return Replies(database, "me")


@pytest.mark.parametrize("name", [None, "chat"])
def test_the_reply_goes_on_until_its_answer_and_the_message_is_stored_once(
    replies: Replies, database: Database, name: str | None
) -> None:
    first = begin(replies, name=name)
    replies.abort(first, Outcome())
    for _ in range(2):
        again = begin(replies, name=name)
        assert again == first
        replies.abort(again, Outcome())
    replies.commit(begin(replies, name=name), Outcome("Sunny."))
    assert said(database, first) == [
        ("user", ASKED, "complete"),
        ("assistant", "Sunny.", "complete"),
    ]


@pytest.mark.parametrize("name", [None, "chat"])
def test_a_first_message_is_stored_once_too(
    replies: Replies, database: Database, name: str | None
) -> None:
    first = begin(replies, name=name, history=())
    replies.abort(first, Outcome())
    assert begin(replies, name=name, history=()) == first


def test_it_goes_on_in_the_change_log(replies: Replies, database: Database) -> None:
    memories = Memories(database, "e")
    replies.abort(begin(replies), Outcome())
    seen, _ = memories.changes("ann", 0)
    replies.commit(begin(replies), Outcome("Sunny."))
    _, changes = memories.changes("ann", seen.change_seq)
    assert [(c.position, c.slot and c.slot.text) for c in changes] == [(2, "Sunny.")]


@pytest.mark.parametrize(
    "difference",
    [
        {"resumes": False},
        {"text": "Another message"},
        {"speaker": "Ada"},
        {"user_id": "ben"},
        {"name": "another"},
        {"history": ()},
    ],
    ids=str,
)
def test_another_message_is_another_turn(replies: Replies, difference: dict[str, Any]) -> None:
    first = begin(replies)
    replies.abort(first, Outcome())
    assert begin(replies, **difference).question_id != first.question_id


@pytest.mark.parametrize("how", ["a text that is shown", "under way", "forgotten", "erased"])
def test_what_does_not_wait_is_left_or_replaced(
    replies: Replies, database: Database, how: str
) -> None:
    first = begin(replies)
    if how != "under way":
        replies.abort(first, Outcome("Sun" if how.startswith("a text") else ""))
    if how == "forgotten":
        Memories(database, "e").forget("ann", first.question_id)
    elif how == "erased":
        Conversations(database).forget("ann", first.conversation_id)
    again = begin(replies)
    assert again.question_id != first.question_id
    assert len(said(database, again)) == 2


def test_a_reply_of_a_process_that_died_goes_on(database: Database) -> None:
    dead, alive = Replies(database, "dead"), Replies(database, "alive")
    dead.abort(begin(dead), Outcome())
    dead.leases.seconds = -1.0
    lost = begin(dead)
    found = begin(alive)
    assert (found.id, found.owner) == (lost.id, "alive")
    with pytest.raises(ReplyLost):
        dead.commit(lost, Outcome("Rain."))
    alive.commit(found, Outcome("Sunny."))
    assert said(database, found)[1][1] == "Sunny."
