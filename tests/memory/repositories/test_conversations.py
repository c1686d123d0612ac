"""Conversations and the history that a prompt shows of one. On both databases."""

from datetime import timedelta

import pytest
from support.stored import EMBEDDER, FINISH, begin, facts, live, rows

from memory.db.database import EVERYONE, Database
from memory.errors import NotFound
from memory.repositories.conversations import Conversations, touch
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def replies(database: Database) -> Replies:
    return Replies(database, "me")


def talk(replies: Replies, text: str, conversation_id: str | None = None, **more: str) -> Pending:
    """One message and its answer, ``<text>!``."""
    pending = begin(replies, "ann", text, conversation_id=conversation_id)
    replies.commit(pending, Outcome(f"{text}!", finish=FINISH, **more))  # type: ignore[arg-type]
    return pending


def test_what_was_used_last_comes_first_and_pages_go_on(
    conversations: Conversations, replies: Replies
) -> None:
    first, second, third = (talk(replies, text).conversation_id for text in "abc")
    assert [c.id for c in conversations.recent("ann")] == [third, second, first]
    talk(replies, "again", first)
    assert [c.id for c in conversations.recent("ann")] == [first, third, second]
    conversations.rename("ann", second, "a name")
    order = [second, first, third]
    assert [c.id for c in conversations.recent("ann")] == order
    pages = [conversations.recent("ann", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[c.id for c in page] for page in pages] == [order[:2], order[2:], []]


def test_a_conversation_tells_how_it_began_and_how_long_it_is(
    conversations: Conversations, replies: Replies
) -> None:
    long = "é" * 100
    begun = talk(replies, long)
    talk(replies, "more", begun.conversation_id)
    shown = conversations.get("ann", begun.conversation_id)
    assert (shown.title, shown.preview, shown.turns) == (None, long[:80], 4)
    assert shown.created_at == begun.created_at < shown.updated_at
    assert conversations.recent("ann") == [shown]
    conversations.rename("ann", begun.conversation_id, "a name")
    assert conversations.get("ann", begun.conversation_id).title == "a name"


def test_the_beginning_that_is_forgotten_is_no_preview(
    conversations: Conversations, replies: Replies, database: Database
) -> None:
    """A conversation has no copy of its first message: it shows the first that is still there."""
    talked = talk(replies, "secret")
    memories = Memories(database, EMBEDDER)
    memories.forget("ann", talked.question_id)
    shown = conversations.get("ann", talked.conversation_id)
    assert (shown.preview, shown.turns) == ("secret!", 1)
    memories.forget("ann", talked.id)
    shown = conversations.get("ann", talked.conversation_id)
    assert (shown.preview, shown.turns) == (None, 0)
    assert conversations.turns("ann", talked.conversation_id) == []


def test_turns_tell_everything_and_history_what_was_shown(
    conversations: Conversations, replies: Replies
) -> None:
    """An answer cut short was seen, a failed one was not, a pending one is not there yet."""
    begun = talk(replies, "a")
    conversation = begun.conversation_id
    replies.abort(begin(replies, "ann", "b", conversation_id=conversation), Outcome("half"))
    replies.fail(begin(replies, "ann", "c", conversation_id=conversation), Outcome("broken"))
    pending = begin(replies, "ann", "d", conversation_id=conversation)
    talk(replies, "elsewhere")

    turns = conversations.turns("ann", conversation)
    assert [(turn.role, turn.text, turn.status) for turn in turns] == [
        ("user", "a", "complete"),
        ("assistant", "a!", "complete"),
        ("user", "b", "complete"),
        ("assistant", "half", "aborted"),
        ("user", "c", "complete"),
        ("assistant", "broken", "failed"),
        ("user", "d", "complete"),
        ("assistant", "", "pending"),
    ]
    assert [turn.position for turn in turns] == sorted(turn.position for turn in turns)
    assert conversations.turns("ann", conversation, before=turns[5].position, limit=2) == turns[3:5]

    total, shown = conversations.history(
        "ann", conversation, before=pending.question_position, limit=99
    )
    assert (total, [turn.text for turn in shown]) == (5, ["a", "a!", "b", "half", "c"])
    total, last = conversations.history(
        "ann", conversation, before=pending.question_position, limit=2
    )
    assert (total, last) == (5, shown[-2:])
    assert conversations.get("ann", conversation).turns == 6, "with the question that waits"


def test_forgetting_one_is_forgetting_that_one(
    conversations: Conversations, replies: Replies, database: Database
) -> None:
    """Every row that is left is one of before, but for what says that something is gone."""
    life = live(database, "ann")
    live(database, "bob")
    other = talk(replies, "kept")
    before = rows(database)
    gone = life.answered.conversation_id
    conversations.forget("ann", gone)
    for look in (conversations.get, conversations.forget):
        with pytest.raises(NotFound):
            look("ann", gone)
    assert conversations.turns("ann", gone) == []
    assert {c.id for c in conversations.recent("ann")} == {
        other.conversation_id,
        life.pending.conversation_id,
    }
    after = rows(database)
    [conversation] = set(before["conversations"]) - set(after["conversations"])
    assert gone in conversation
    new = set(after["slots"]) - set(before["slots"])
    assert {row[1] for row in new} == {life.answered.question_position, life.answered.position}
    assert len(after["slots"]) == len(before["slots"])
    with pytest.raises(NotFound):
        replies.get("ann", life.answered.id)
    assert replies.get("ann", other.id).text == "kept!"


def test_a_key_that_was_used_in_a_forgotten_conversation_is_free_again(
    conversations: Conversations, replies: Replies
) -> None:
    """The answer that it would be given is no more."""
    once = {"idempotency_key": "k", "request_hash": "h"}
    pending = begin(replies, "ann", **once)
    replies.commit(pending, Outcome("hi", finish=FINISH))
    conversations.forget("ann", pending.conversation_id)
    assert begin(replies, "ann", **once).id != pending.id


@pytest.mark.parametrize("foreign", [False, True])
def test_what_is_not_there_is_not_found(
    conversations: Conversations, replies: Replies, database: Database, foreign: bool
) -> None:
    """Absent and another user's read the same, and trying leaves nothing behind."""
    name = talk(replies, "a").conversation_id if foreign else "never was"
    before = rows(database)
    with pytest.raises(NotFound):
        conversations.get("bob", name)
    with pytest.raises(NotFound):
        conversations.rename("bob", name, "mine")
    with pytest.raises(NotFound):
        conversations.forget("bob", name)
    with pytest.raises(NotFound):
        begin(replies, "bob", conversation_id=name)
    assert conversations.turns("bob", name) == []
    assert conversations.history("bob", name, before=99, limit=9) == (0, [])
    assert rows(database) == before


def test_touching_uses_makes_or_refuses(conversations: Conversations, database: Database) -> None:
    Memories(database, EMBEDDER).add("ann", facts("there is a user"))
    with database.write(EVERYONE) as connection:
        now = database.now(connection)
        new = touch(connection, "ann", None, now, create=False)
        assert touch(connection, "ann", "adopted", now, create=True) == "adopted"
        later = now + timedelta(hours=1)
        assert touch(connection, "ann", new, later, create=False) == new
        with pytest.raises(NotFound):
            touch(connection, "ann", "never was", now, create=False)
    made = conversations.recent("ann")
    assert [(c.id, c.created_at, c.updated_at) for c in made] == [
        (new, now, later),
        ("adopted", now, now),
    ]
