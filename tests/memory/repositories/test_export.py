"""A memory as values, and back: order, gaps and dates stay, and nothing is there twice."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from support.stored import EMBEDDER, FINISH, archived, begin, embedding_of, facts, live, rows

from memory.db.database import EVERYONE, Database
from memory.db.tables import users
from memory.errors import ForgottenMeanwhile, NotFound
from memory.repositories.conversations import Conversations
from memory.repositories.documents import Documents
from memory.repositories.export import (
    ArchivedConversation,
    ArchivedFeedback,
    ArchivedMemory,
    Export,
    Record,
)
from memory.repositories.feedback import Feedback
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome
from memory.repositories.restore import WIDEST_GAP, Restore, Restored
from memory.repositories.slot_rows import NewMemory
from memory.tape.cache import Tapes


def everything(database: Database, user: str, page: int = 500) -> list[Record]:
    return [record for found in Export(database, page).pages(user) for record in found]


def memories_of(records: Sequence[Record]) -> list[ArchivedMemory]:
    return [record for record in records if isinstance(record, ArchivedMemory)]


def put(database: Database, user: str, records: Sequence[Record], **more: Any) -> Restored:
    keys = {each.id: embedding_of(each.text) for each in memories_of(records) if each.text}
    return Restore(database).put(user, records, keys, **more)


def full(database: Database) -> None:
    """A life with a hole in its positions, and replies aborted, failed, and not remembered."""
    live(database, "ann")
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me")
    [lost] = memories.add("ann", facts("lost"))
    memories.add("ann", facts("after the hole"))
    memories.forget("ann", lost.id)
    replies.abort(begin(replies, "ann", "stop me"), Outcome("half an ans", finish=FINISH))
    replies.fail(begin(replies, "ann", "break"), Outcome("", error="model_failed"))
    between = begin(replies, "ann", "between us", remembered=False)
    replies.commit(between, Outcome("of course", embedding_of("a"), embedding_of("q")))


@pytest.mark.parametrize("page", [1, 2, 500])
def test_pages_hold_everything_once_and_in_order(database: Database, page: int) -> None:
    full(database)
    live(database, "bob")
    found = everything(database, "ann", page)
    told = memories_of(found)
    assert [each.position for each in told] == sorted({each.position for each in told})
    assert {each.status for each in told} == {"complete", "aborted", "failed"}
    assert sum(not each.remembered for each in told) == 2
    kinds = [type(each).__name__ for each in found]
    assert kinds == sorted(kinds, key=list(dict.fromkeys(kinds)).index), "a kind comes in one piece"
    assert "ann waits" in [each.text for each in told]
    assert "" not in [each.text for each in told if each.status == "complete"], "nothing pending"
    assert "lost" not in str(found)
    assert "bob" not in str(found)
    assert found == everything(database, "ann")


def test_no_connection_is_held_between_two_pages(database: Database) -> None:
    """On SQLite a reader that is still open would keep the log from being emptied."""
    full(database)
    pages = 0
    for _ in Export(database, 1).pages("ann"):
        pages += 1
        assert database._reader.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert pages > 5


def test_what_was_taken_away_comes_back_as_it_was(database: Database) -> None:
    """Into the same place, and for another user beside it; the gap of what was forgotten stays."""
    full(database)
    before = everything(database, "ann")
    memories = Memories(database, EMBEDDER)
    memories.forget_everything("ann")
    put(database, "ann", before)
    put(database, "bob", before)
    for user in ("ann", "bob"):
        after = everything(database, user)
        shift = memories_of(after)[0].position - memories_of(before)[0].position  # type: ignore[operator]
        assert after == [
            replace(each, position=(each.position or 0) + shift)
            if isinstance(each, ArchivedMemory)
            else each
            for each in before
        ]
        assert [document.passages for document in Documents(database).list(user)] == [1]
    recent = Conversations(database).recent("ann")
    assert len(recent) == 5
    assert len([each for each in before if isinstance(each, ArchivedConversation)]) == 5
    assert "title of ann" in [each.title for each in recent]


def test_what_is_there_is_left_alone_however_often_it_comes(database: Database) -> None:
    full(database)
    found = everything(database, "ann")
    before = rows(database, "ann")
    conversation = next(each for each in found if isinstance(each, ArchivedConversation))
    changed = [
        replace(each, text="changed") if isinstance(each, ArchivedMemory) else each
        for each in [*found, *found, replace(conversation, title="changed")]
    ]
    there = len(memories_of(found))
    assert put(database, "ann", changed).imported == 0
    assert put(database, "ann", changed).kept == 2 * there
    after = rows(database, "ann")
    assert after.pop("users") != before.pop("users"), "a change number was used"
    assert after == before


def test_a_line_twice_is_one_memory(database: Database) -> None:
    twice = archived("c", id="one")
    done = put(database, "ann", [twice, replace(twice, text="second"), archived("c", id="two")])
    assert (done.imported, done.kept) == (2, 1)
    assert [slot.text for slot in Memories(database, EMBEDDER).page("ann")] == ["x", "x"]


def test_an_import_that_broke_off_goes_on_where_it_was(database: Database) -> None:
    """Gaps and all: in pieces, with one sent twice, it is what it is at once."""
    full(database)
    before = everything(database, "ann")
    put(database, "whole", before)
    put(database, "pieces", before[:10])
    done: Restored | None = None
    for start in range(0, len(before), 3):
        done = put(database, "pieces", before[start : start + 3], before=done)
    assert everything(database, "pieces") == everything(database, "whole")


def test_what_was_forgotten_comes_back_in_its_old_place(database: Database) -> None:
    """A tombstone has its id and its position. Tapes here and elsewhere learn of it."""
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me")
    talked = begin(replies, "ann", "my dog is Biscuit")
    replies.commit(
        talked,
        Outcome("a fine name", embedding_of("a fine name"), embedding_of("my dog is Biscuit")),
    )
    memories.add("ann", facts("later"))
    tapes = Tapes(Memories(database, EMBEDDER), 8)
    found = everything(database, "ann")
    memories.forget("ann", talked.question_id)
    assert len(tapes.current("ann")) == 2
    done = put(database, "ann", found)
    assert (done.imported, done.kept) == (1, 2)
    assert everything(database, "ann") == found
    assert len(tapes.current("ann")) == 3
    assert tapes.rebuilds == 1, "it caught up"
    assert memories.get("ann", talked.question_id).position == talked.question_position
    Conversations(database).forget("ann", talked.conversation_id)
    put(database, "ann", found)
    assert everything(database, "ann") == found


def test_a_forgotten_line_twice_comes_back_once(database: Database) -> None:
    memories = Memories(database, EMBEDDER)
    [slot] = memories.add("ann", facts("red"))
    [record] = memories_of(everything(database, "ann"))
    memories.forget("ann", slot.id)
    done = put(database, "ann", [record, record])
    assert (done.imported, done.kept) == (1, 1)
    assert memories.page("ann") == [slot]


def test_positions_of_a_file_cannot_use_ours_up(database: Database) -> None:
    far = [archived(id=str(n), position=p) for n, p in enumerate([5, 2**63 - 1, 3, None, 9])]
    put(database, "ann", far)
    positions = [slot.position for slot in reversed(Memories(database, EMBEDDER).page("ann"))]
    first = positions[0]
    steps = [0, WIDEST_GAP, 1, 1, 1]
    assert positions == [first + sum(steps[: n + 1]) for n in range(5)]
    with database.read(EVERYONE) as connection:
        following = connection.execute(select(users.c.next_position)).scalar_one()
    assert following == positions[-1] + 1


def test_an_import_ends_when_everything_is_forgotten_or_the_user_erased(
    database: Database,
) -> None:
    memories = Memories(database, EMBEDDER)
    for user_too in (False, True):
        done = put(database, "ann", [archived(id="one")])
        memories.forget_everything("ann", user_too=user_too)
        with pytest.raises(ForgottenMeanwhile):
            put(database, "ann", [archived(id="two")], before=done)
        assert memories.page("ann") == []
    assert rows(database, "ann")["users"] == [], "not brought back"


def test_feedback_comes_back_and_never_over_what_was_said_since(database: Database) -> None:
    life = live(database, "ann")
    found = everything(database, "ann")
    [verdict] = [each for each in found if isinstance(each, ArchivedFeedback)]
    fact = life.facts[0]
    assert (verdict.memory_id, verdict.question_id) == (fact.id, life.answered.question_id)
    feedback = Feedback(database)
    feedback.give("ann", life.reading_id, fact.id, "NEGATIVE")
    put(database, "ann", found)
    assert feedback.of("ann", life.reading_id) == {fact.position: "NEGATIVE"}
    Memories(database, EMBEDDER).forget_everything("ann")
    put(database, "ann", found)
    position = Memories(database, EMBEDDER).get("ann", fact.id).position
    assert feedback.of("ann", life.reading_id) == {position: "POSITIVE"}
    put(database, "bob", [verdict])
    assert rows(database, "bob")["feedback"] == [], "about nothing that is there"


# Feedback


def test_feedback_can_be_changed_and_taken_back(database: Database) -> None:
    life = live(database, "ann")
    feedback, fact = Feedback(database), life.facts[0]
    feedback.give("ann", life.reading_id, fact.id, "NEGATIVE")
    assert feedback.of("ann", life.reading_id) == {fact.position: "NEGATIVE"}
    feedback.give("ann", life.reading_id, fact.id, None)
    feedback.give("ann", life.reading_id, fact.id, None)
    assert feedback.of("ann", life.reading_id) == {}


def test_feedback_is_about_what_was_read(database: Database) -> None:
    life = live(database, "ann")
    feedback = Feedback(database)
    unread, read = life.facts[1], life.facts[0]
    for reading_id, memory_id in (
        (life.reading_id, unread.id),
        (life.reading_id, "none"),
        ("none", read.id),
    ):
        with pytest.raises(NotFound):
            feedback.give("ann", reading_id, memory_id, "POSITIVE")
    with pytest.raises(NotFound):
        feedback.give("nobody", life.reading_id, read.id, "POSITIVE")
    Memories(database, EMBEDDER).forget("ann", life.answered.question_id)
    with pytest.raises(NotFound):
        feedback.give("ann", life.reading_id, read.id, "POSITIVE")


@pytest.mark.parametrize(
    "way", ["memory", "question", "edit", "edit of the question", "conversation", "everything"]
)
def test_feedback_goes_with_what_it_is_about(database: Database, way: str) -> None:
    life = live(database, "ann")
    live(database, "bob")
    memories = Memories(database, EMBEDDER)
    match way:
        case "memory":
            memories.forget("ann", life.facts[0].id)
        case "question":
            memories.forget("ann", life.answered.question_id)
        case "edit":
            memories.edit("ann", life.facts[0].id, "other", None)
        case "edit of the question":
            memories.edit("ann", life.answered.question_id, "other", None)
        case "conversation":
            Conversations(database).forget("ann", life.answered.conversation_id)
        case _:
            memories.forget_everything("ann")
    assert rows(database, "ann")["feedback"] == []
    assert len(rows(database, "bob")["feedback"]) == 1


# Documents


def test_a_documents_passages_are_neighbours_and_no_conversation(database: Database) -> None:
    memories, documents = Memories(database, EMBEDDER), Documents(database)
    passages = [NewMemory(text, "document", "user", embedding=embedding_of(text)) for text in "abc"]
    document = documents.add("ann", "letters", passages)
    slots = memories.page("ann", conversation_id=document.id)
    assert [slot.text for slot in reversed(slots)] == ["a", "b", "c"]
    assert slots[0].position - slots[-1].position == 2
    assert Conversations(database).recent("ann") == []
    with pytest.raises(NotFound):
        Conversations(database).get("ann", document.id)
    assert documents.list("ann") == [document]
    memories.forget("ann", slots[0].id)
    assert documents.list("ann") == [replace(document, passages=2)]
    documents.forget("ann", document.id)
    assert memories.page("ann") == documents.list("ann") == []
    with pytest.raises(NotFound):
        documents.forget("ann", document.id)
    with pytest.raises(NotFound):
        documents.forget("nobody", document.id)
    assert rows(database, "nobody")["users"] == []


def test_nobody_chats_in_a_document(database: Database) -> None:
    """Its passages would be shown to the model as the history of the chat."""
    document = Documents(database).add("ann", "letters", facts("a"))
    replies = Replies(database, "me")
    with pytest.raises(NotFound):
        begin(replies, "ann", conversation_id=document.id, adopt=True)
    begin(replies, "bob", conversation_id=document.id, adopt=True)


def test_documents_are_paged_newest_first(database: Database) -> None:
    documents = Documents(database)
    added = [documents.add("ann", title, []) for title in "abc"]
    assert documents.list("ann", limit=2) == added[:0:-1]
    assert documents.list("ann", limit=2, offset=2) == added[:1]
