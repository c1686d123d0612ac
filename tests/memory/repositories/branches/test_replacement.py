"""Branches in T1, on SQLite and on Postgres."""

import threading
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from memory.db.change_log import locked
from memory.db.database import Database
from memory.db.tables import conversations, slots
from memory.errors import ConversationBusy, NotFound, ReplyErased
from memory.repositories.branches.shown import Shown, Start
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Documents
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending, Request
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import Reading, ReadSlot
from models.language.base import Message

EMBEDDING = StoredEmbedding.of(np.ones(4, dtype=np.float32) / 2, "e")


@pytest.fixture
def replies(database: Database) -> Replies:
    return Replies(database, "me")


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, "e")


def request(*texts: str, name: str | None = None, start: Start = "window", **more: Any) -> Request:
    """The last text, with those before it as what the client shows."""
    roles = ("user", "assistant")
    *before, text = texts
    history = tuple(Message(roles[at % 2], said) for at, said in enumerate(before))  # type: ignore[arg-type]
    view = Shown(history, name is not None, start)
    user = more.pop("user", "ann")
    return Request(user, text, "m", conversation_id=name, adopt=True, shown=view, **more)


def begin(replies: Replies, asked: Request) -> Pending:
    pending = replies.begin(asked)
    assert isinstance(pending, Pending)
    return pending


def talk(replies: Replies, *texts: str, answer: str | None = None, **more: Any) -> Pending:
    """The same, answered with the text and an exclamation mark."""
    asked = request(*texts, **more)
    pending = begin(replies, asked)
    said = answer or f"{asked.text}!"
    assert asked.shown is not None
    messages = Message("user", asked.text), Message("assistant", said)
    outcome = Outcome(said, EMBEDDING, EMBEDDING, fingerprint=asked.shown.fingerprint(*messages))
    replies.commit(pending, outcome)
    return pending


def said(memories: Memories) -> list[str]:
    return [slot.text for slot in memories.page("ann")][::-1]


@pytest.mark.parametrize("name", ["chat", None])
def test_what_is_replaced_is_gone_from_memory_tape_and_readings(
    replies: Replies, memories: Memories, database: Database, name: str | None
) -> None:
    [fact] = memories.add("ann", [NewMemory("a fact", "fact", "user")])
    talk(replies, "a", name=name)
    old = begin(replies, request("a", "a!", "b", name=name))
    read = ReadSlot(fact.position, 0.9, {"cosine": 1.0}, {"cosine": 1.0})
    reading = Reading(
        "r",
        "v",
        0.1,
        {},
        (read,),
        conversation_id=old.conversation_id,
        question_position=old.question_position,
        selected=frozenset([fact.position]),
    )
    view = Shown((Message("user", "a"), Message("assistant", "a!")), name is not None, "window")
    shown = view.fingerprint(Message("user", "b"), Message("assistant", "b!"))
    replies.commit(old, Outcome("b!", EMBEDDING, EMBEDDING, reading, fingerprint=shown))
    seen, _ = memories.changes("ann", 0)
    new = begin(replies, request("a", "a!", "c", name=name))
    assert new.conversation_id == old.conversation_id
    assert said(memories) == ["a fact", "a", "a!", "c"]
    _, changes = memories.changes("ann", seen.change_seq)
    gone = {change.position for change in changes if change.slot is None}
    assert {old.question_position, old.position} <= gone
    with pytest.raises(NotFound):
        Readings(database).get("ann", "r")
    with pytest.raises(NotFound):
        replies.get("ann", old.id)


def test_a_refused_request_replaces_nothing(replies: Replies, memories: Memories) -> None:
    talk(replies, "a", name="chat")
    begin(replies, request("a", "a!", "b", name="chat"))
    with pytest.raises(ConversationBusy):
        begin(replies, request("x", "a!", "b", "c", name="chat"))
    assert said(memories) == ["a", "a!", "b"]


def test_a_reply_under_way_that_is_replaced_cannot_be_stored(
    replies: Replies, memories: Memories
) -> None:
    for name in ("chat", None):
        old = begin(replies, request("a", name=name, start="first"))
        new = begin(replies, request("a", name=name, start="first"))
        assert new.conversation_id == old.conversation_id
        with pytest.raises(ReplyErased):
            replies.commit(old, Outcome("late", EMBEDDING, EMBEDDING))
        replies.commit(new, Outcome("new", EMBEDDING, EMBEDDING))
    assert said(memories) == ["a", "new"] * 2


@pytest.mark.parametrize("name", ["chat", None])
def test_twenty_at_once_leave_one(replies: Replies, memories: Memories, name: str | None) -> None:
    talk(replies, "a", name=name)
    faults: list[Exception] = []

    def race() -> None:
        try:
            pending = begin(replies, request("a", "a!", "b", name=name))
            replies.commit(pending, Outcome("b!", EMBEDDING, EMBEDDING))
        except ReplyErased:
            pass
        except Exception as fault:  # noqa: BLE001 - shown below
            faults.append(fault)

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert said(memories) == ["a", "a!", "b", "b!"]


def test_new_words_wait_for_their_embedding(replies: Replies, memories: Memories) -> None:
    first = talk(replies, "a", name="chat")
    talk(replies, "x", "a!", "b", name="chat")
    slot = memories.get("ann", first.question_id)
    assert (slot.text, slot.embedding) == ("x", None)


def test_a_long_chat_regenerated_in_its_midst(replies: Replies, memories: Memories) -> None:
    texts: list[str] = []
    for number in range(40):
        talk(replies, *texts, str(number), name="chat")
        texts += [str(number), f"{number}!"]
    talk(replies, *texts[:20], "10", name="chat")
    assert said(memories) == texts[:22]
    talk(replies, *texts[18:22], "11", name="chat")
    assert said(memories) == texts[:24], "in a window"


def test_without_an_id_only_within_an_hour(
    replies: Replies, memories: Memories, database: Database
) -> None:
    """But the same question after the same messages at any time."""

    def wait() -> None:
        with locked(database, "ann") as (connection, now):
            for table in (conversations, slots):
                connection.execute(
                    update(table).values(
                        created_at=now - timedelta(hours=2), updated_at=now - timedelta(hours=2)
                    )
                )

    talk(replies, "a")
    wait()
    talk(replies, "a")
    assert said(memories) == ["a", "a!"] * 2
    talk(replies, "a", "a!", "b")
    wait()
    talk(replies, "a", "a!", "b")
    assert said(memories).count("b") == 1
    wait()
    talk(replies, "a", "a!", "c")
    assert {"b", "c"} <= {*said(memories)}


def test_the_latest_chat_with_these_messages_is_meant(replies: Replies, database: Database) -> None:
    older = talk(replies, "a").conversation_id
    talk(replies, "a", "a!", "b")
    newer = talk(replies, "a").conversation_id
    assert older != newer
    assert talk(replies, "a", "a!", "c").conversation_id == newer
    Conversations(database).forget("ann", newer)
    assert talk(replies, "a", "a!", "c", "c!", "d").conversation_id not in (older, newer)


def test_of_which_nothing_is_kept_nothing_is_replaced(replies: Replies, memories: Memories) -> None:
    first = talk(replies, "a")
    second = talk(replies, "a", "a!", "b")
    view = replies.outdated("ann", request("a", "a!", "c"))
    assert view.conversation_id == first.conversation_id
    assert view.positions == {second.question_position, second.position}
    assert replies.outdated("ann", request("x")).positions == frozenset()
    assert replies.outdated("bob", request("a", "a!", "c", user="bob")).conversation_id is None
    assert len(said(memories)) == 4


def test_a_document_is_no_chat_that_could_get_a_name(
    replies: Replies, database: Database, memories: Memories
) -> None:
    document = Documents(database).add("ann", "paper", [NewMemory("a page", "document", "user")])
    talk(replies, "a")
    with pytest.raises(NotFound):
        talk(replies, "a", "a!", "b", name=document.id)
    with pytest.raises(NotFound):
        talk(replies, "b", name=document.id, start="first")
    assert said(memories) == ["a page", "a", "a!"]
