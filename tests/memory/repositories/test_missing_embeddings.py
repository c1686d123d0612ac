"""Missing keys are found, given, and never mistaken for another embedder's. On both databases."""

from collections.abc import Iterable

import pytest
from support.stored import EMBEDDER, begin, facts, key, live, unit

from memory.db.database import Database
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Store
from memory.repositories.missing_embeddings import Keys, Unkeyed
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome
from memory.repositories.slot_rows import StoredKey
from memory.types import Slot

NEW = "another-embedder"


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database, EMBEDDER)


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database, EMBEDDER)


def keyed(store: Store, user: str) -> dict[str, bytes | None]:
    """Text → key, of all that a tape is told."""
    slots = [change.slot for change in store.changes(user, 0)[1] if change.slot is not None]
    return {slot.text: None if slot.key is None else slot.key.tobytes() for slot in slots}


def texts(waiting: Iterable[Unkeyed]) -> list[str]:
    return sorted(slot.text for slot in waiting)


def test_what_has_no_key_is_found_over_all_users_and_given_one(store: Store, keys: Keys) -> None:
    store.add("ann", facts("keyed"))
    store.add("ann", facts("hers", keyed=False))
    store.add("bob", facts("his", keyed=False))
    seen = store.changes("ann", 0)[0]
    waiting = keys.missing(10)
    assert sorted((slot.user_id, slot.text) for slot in waiting) == [
        ("ann", "hers"),
        ("bob", "his"),
    ]
    assert all(keys.give(slot, key(slot.text)) for slot in waiting)
    assert keys.missing(10) == []
    assert keyed(store, "ann") == {text: key(text).vector for text in ("keyed", "hers")}
    assert keyed(store, "bob") == {"his": key("his").vector}
    _, changes = store.changes("ann", seen.change_seq)
    assert [c.slot.text for c in changes if c.slot] == ["hers"], "tapes learn of it by number"


def test_only_what_is_complete_waits_for_a_key(database: Database, keys: Keys) -> None:
    replies, conversations = Replies(database, "me"), Conversations(database)
    for end, text in ((replies.abort, "aborted"), (replies.fail, "failed")):
        end(begin(replies, "ann", f"before {text}"), Outcome(text))
    forgotten = begin(replies, "ann", "forgotten")
    replies.fail(forgotten, Outcome(""))
    pending = begin(replies, "ann", "being answered")
    assert texts(keys.missing(10)) == ["before aborted", "before failed", "forgotten"]
    conversations.forget("ann", forgotten.conversation_id)
    assert texts(keys.missing(10)) == ["before aborted", "before failed"]
    replies.commit(pending, Outcome("answered", key("answered")))
    assert "being answered" in texts(keys.missing(10)), "its reply brought no key for it"


def test_a_key_for_what_was_changed_meanwhile_is_not_stored(store: Store, keys: Keys) -> None:
    """The key was made from a text that is no more, and would find the slot by it."""
    edited, keyless, forgotten = store.add("ann", facts("one", "two", "three", keyed=False))
    waiting = {slot.text: slot for slot in keys.missing(10)}
    store.edit("ann", edited.id, "ONE", key("ONE"))
    store.edit("ann", keyless.id, "TWO", None)
    store.forget("ann", forgotten.id)
    assert not any(keys.give(slot, key(slot.text)) for slot in waiting.values())
    assert keyed(store, "ann") == {"ONE": key("ONE").vector, "TWO": None}
    assert texts(keys.missing(10)) == ["TWO"], "what was edited waits for a key of its new text"


def test_a_reply_does_not_bring_back_the_key_of_a_question_that_was_edited(
    database: Database, store: Store, keys: Keys
) -> None:
    """T2 carries the question's key, made when the reply began."""
    replies = Replies(database, "me")
    edited, keyless, untouched, upkept = (begin(replies, "ann", text) for text in "abcd")
    store.edit("ann", edited.question_id, "A", key("A"))
    store.edit("ann", keyless.question_id, "B", None)
    store.edit("ann", upkept.question_id, "D", None)
    assert texts(keys.missing(10)) == ["B", "D"], "what was edited is no longer the reply's affair"
    [waiting] = [slot for slot in keys.missing(10) if slot.text == "D"]
    assert keys.give(waiting, key("D"))
    for pending, text in zip((edited, keyless, untouched, upkept), "abcd", strict=True):
        replies.commit(pending, Outcome(f"to {text}", key(f"to {text}"), key(text)))
    told = keyed(store, "ann")
    assert told == {
        "A": key("A").vector,
        "B": None,
        "c": key("c").vector,
        "D": key("D").vector,
        **{f"to {text}": key(f"to {text}").vector for text in "abcd"},
    }


def test_what_cannot_be_embedded_is_not_asked_for_again(store: Store, keys: Keys) -> None:
    store.add("ann", facts("\t", keyed=False))
    [waiting] = keys.missing(10)
    assert keys.give(waiting, None)
    assert keys.missing(10) == []
    assert keyed(store, "ann") == {"\t": None}
    assert texts(Keys(keys.database, NEW).missing(10)) == ["\t"], "another embedder may try"


def test_keys_of_another_embedder_are_no_keys(database: Database) -> None:
    """Neither is any handed out by a store that was not told the embedder: texts alone are read."""
    life = live(database, "ann")
    other = Store(database, NEW)
    told: list[Slot | None] = [change.slot for change in other.changes("ann", 0)[1]]
    assert len([slot for slot in told if slot is not None]) == 8
    assert all(slot is None or slot.key is None for slot in told)
    assert texts(Keys(database, NEW).missing(99)) == texts(
        Unkeyed("ann", slot.position, slot.text, 0)
        for slot in told
        if slot is not None and slot.text != "ann waits"  # its answer is being written
    )
    assert sum(key is not None for key in keyed(Store(database, EMBEDDER), "ann").values()) == 5
    assert life.facts[0].key is None


def test_a_key_goes_by_the_name_of_the_embedder_that_made_it(store: Store, keys: Keys) -> None:
    store.add("ann", facts("one", keyed=False))
    [waiting] = keys.missing(10)
    keys.give(waiting, StoredKey.of(unit("one"), NEW))
    assert keyed(store, "ann") == {"one": None}
    assert keyed(Store(store.database, NEW), "ann") == {"one": key("one").vector}


def test_re_embedding_goes_on_where_it_was_stopped(database: Database) -> None:
    """No text is embedded twice, though the second process knows nothing of the first."""
    store, new = Store(database, EMBEDDER), Store(database, NEW)
    told = [f"fact {n}" for n in range(7)]
    store.add("ann", facts(*told[:4]))
    store.add("bob", facts(*told[4:]))
    embedded: list[str] = []

    def embed(batches: int) -> None:
        keys = Keys(database, NEW)
        for _ in range(batches):
            for slot in keys.missing(3):
                embedded.append(slot.text)
                assert keys.give(slot, StoredKey.of(unit(f"new {slot.text}"), NEW))

    def known(store: Store) -> dict[str, bytes]:
        both = keyed(store, "ann") | keyed(store, "bob")
        return {text: key for text, key in both.items() if key is not None}

    embed(1)
    assert len(embedded) == 3
    assert known(new) == {text: unit(f"new {text}").tobytes() for text in embedded}
    left = set(told) - set(embedded)
    assert known(store) == {text: key(text).vector for text in left}, "the old ones are not lost"
    embed(9)
    assert sorted(embedded) == told
    assert known(new) == {text: unit(f"new {text}").tobytes() for text in told}
