"""Missing embeddings are found and stored, and never mistaken for another embedder's."""

from collections.abc import Iterable

import pytest
from support.stored import EMBEDDER, begin, embedding_of, facts, live, unit

from memory.db.database import Database
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings, SlotWithoutEmbedding
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import Slot

NEW = "another-embedder"


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, EMBEDDER)


@pytest.fixture
def missing(database: Database) -> MissingEmbeddings:
    return MissingEmbeddings(database, EMBEDDER)


def embeddings(memories: Memories, user: str) -> dict[str, bytes | None]:
    """Text → key, of all that a tape is told."""
    slots = [change.slot for change in memories.changes(user, 0)[1] if change.slot is not None]
    return {
        slot.text: None if slot.embedding is None else slot.embedding.tobytes() for slot in slots
    }


def texts(waiting: Iterable[SlotWithoutEmbedding]) -> list[str]:
    return sorted(slot.text for slot in waiting)


def test_a_slot_without_embedding_is_found_over_all_users_and_gets_one(
    memories: Memories, missing: MissingEmbeddings
) -> None:
    memories.add("ann", facts("embedded"))
    memories.add("ann", facts("hers", embedded=False))
    memories.add("bob", facts("his", embedded=False))
    seen = memories.changes("ann", 0)[0]
    waiting = missing.find(10)
    assert sorted((slot.user_id, slot.text) for slot in waiting) == [
        ("ann", "hers"),
        ("bob", "his"),
    ]
    assert all(missing.store(slot, embedding_of(slot.text)) for slot in waiting)
    assert missing.find(10) == []
    assert embeddings(memories, "ann") == {
        text: embedding_of(text).vector for text in ("embedded", "hers")
    }
    assert embeddings(memories, "bob") == {"his": embedding_of("his").vector}
    _, changes = memories.changes("ann", seen.change_seq)
    assert [c.slot.text for c in changes if c.slot] == ["hers"], "tapes learn of it by number"


def test_only_what_is_complete_waits_for_an_embedding(
    database: Database, missing: MissingEmbeddings
) -> None:
    replies, conversations = Replies(database, "me"), Conversations(database)
    for end, text in ((replies.abort, "aborted"), (replies.fail, "failed")):
        end(begin(replies, "ann", f"before {text}"), Outcome(text))
    forgotten = begin(replies, "ann", "forgotten")
    replies.fail(forgotten, Outcome(""))
    pending = begin(replies, "ann", "being answered")
    assert texts(missing.find(10)) == ["before aborted", "before failed", "forgotten"]
    conversations.forget("ann", forgotten.conversation_id)
    assert texts(missing.find(10)) == ["before aborted", "before failed"]
    replies.commit(pending, Outcome("answered", embedding_of("answered")))
    assert "being answered" in texts(missing.find(10)), "its reply brought no key for it"


def test_an_embedding_of_what_was_changed_meanwhile_is_not_stored(
    memories: Memories, missing: MissingEmbeddings
) -> None:
    """The key was made from a text that is no more, and would find the slot by it."""
    edited, keyless, forgotten = memories.add("ann", facts("one", "two", "three", embedded=False))
    waiting = {slot.text: slot for slot in missing.find(10)}
    memories.edit("ann", edited.id, "ONE", embedding_of("ONE"))
    memories.edit("ann", keyless.id, "TWO", None)
    memories.forget("ann", forgotten.id)
    assert not any(missing.store(slot, embedding_of(slot.text)) for slot in waiting.values())
    assert embeddings(memories, "ann") == {"ONE": embedding_of("ONE").vector, "TWO": None}
    assert texts(missing.find(10)) == ["TWO"], "what was edited waits for a key of its new text"


def test_a_reply_does_not_bring_back_the_key_of_a_question_that_was_edited(
    database: Database, memories: Memories, missing: MissingEmbeddings
) -> None:
    """T2 carries the question's key, made when the reply began."""
    replies = Replies(database, "me")
    edited, keyless, untouched, upkept = (begin(replies, "ann", text) for text in "abcd")
    memories.edit("ann", edited.question_id, "A", embedding_of("A"))
    memories.edit("ann", keyless.question_id, "B", None)
    memories.edit("ann", upkept.question_id, "D", None)
    assert texts(missing.find(10)) == ["B", "D"], "what was edited is no longer the reply's affair"
    [waiting] = [slot for slot in missing.find(10) if slot.text == "D"]
    assert missing.store(waiting, embedding_of("D"))
    for pending, text in zip((edited, keyless, untouched, upkept), "abcd", strict=True):
        replies.commit(
            pending, Outcome(f"to {text}", embedding_of(f"to {text}"), embedding_of(text))
        )
    told = embeddings(memories, "ann")
    assert told == {
        "A": embedding_of("A").vector,
        "B": None,
        "c": embedding_of("c").vector,
        "D": embedding_of("D").vector,
        **{f"to {text}": embedding_of(f"to {text}").vector for text in "abcd"},
    }


def test_what_cannot_be_embedded_is_not_asked_for_again(
    memories: Memories, missing: MissingEmbeddings
) -> None:
    memories.add("ann", facts("\t", embedded=False))
    [waiting] = missing.find(10)
    assert missing.store(waiting, None)
    assert missing.find(10) == []
    assert embeddings(memories, "ann") == {"\t": None}
    assert texts(MissingEmbeddings(missing.database, NEW).find(10)) == ["\t"], (
        "another embedder may try"
    )


def test_keys_of_another_embedder_are_no_keys(database: Database) -> None:
    """Neither is any handed out by a store that was not told the embedder: texts alone are read."""
    life = live(database, "ann")
    other = Memories(database, NEW)
    told: list[Slot | None] = [change.slot for change in other.changes("ann", 0)[1]]
    assert len([slot for slot in told if slot is not None]) == 8
    assert all(slot is None or slot.embedding is None for slot in told)
    assert texts(MissingEmbeddings(database, NEW).find(99)) == texts(
        SlotWithoutEmbedding("ann", slot.position, slot.text, 0)
        for slot in told
        if slot is not None and slot.text != "ann waits"  # its answer is being written
    )
    assert (
        sum(each is not None for each in embeddings(Memories(database, EMBEDDER), "ann").values())
        == 5
    )
    assert life.facts[0].embedding is None


def test_an_embedding_goes_by_the_name_of_the_embedder_that_made_it(
    memories: Memories, missing: MissingEmbeddings
) -> None:
    memories.add("ann", facts("one", embedded=False))
    [waiting] = missing.find(10)
    missing.store(waiting, StoredEmbedding.of(unit("one"), NEW))
    assert embeddings(memories, "ann") == {"one": None}
    assert embeddings(Memories(memories.database, NEW), "ann") == {
        "one": embedding_of("one").vector
    }


def test_re_embedding_goes_on_where_it_was_stopped(database: Database) -> None:
    """No text is embedded twice, though the second process knows nothing of the first."""
    memories, new = Memories(database, EMBEDDER), Memories(database, NEW)
    told = [f"fact {n}" for n in range(7)]
    memories.add("ann", facts(*told[:4]))
    memories.add("bob", facts(*told[4:]))
    embedded: list[str] = []

    def embed(batches: int) -> None:
        missing = MissingEmbeddings(database, NEW)
        for _ in range(batches):
            for slot in missing.find(3):
                embedded.append(slot.text)
                assert missing.store(slot, StoredEmbedding.of(unit(f"new {slot.text}"), NEW))

    def known(memories: Memories) -> dict[str, bytes]:
        both = embeddings(memories, "ann") | embeddings(memories, "bob")
        return {text: key for text, key in both.items() if key is not None}

    embed(1)
    assert len(embedded) == 3
    assert known(new) == {text: unit(f"new {text}").tobytes() for text in embedded}
    left = set(told) - set(embedded)
    assert known(memories) == {text: embedding_of(text).vector for text in left}, (
        "the old ones are not lost"
    )
    embed(9)
    assert sorted(embedded) == told
    assert known(new) == {text: unit(f"new {text}").tobytes() for text in told}
