"""The life of a reply, on SQLite and on Postgres."""

import threading
from datetime import timedelta

import numpy as np
import pytest

from memory.db.database import Database
from memory.errors import ConversationBusy, IdempotencyKeyReused, NotFound, ReplyLost, ReplyPending
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended, Outcome, Pending, Request
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import Reading, ReadSlot
from models.language.base import Finish, Usage

KEY = StoredEmbedding.of(np.ones(4, dtype=np.float32) / 2, "e")
FINISH = Finish("stop", Usage(5, 2, 1))


def begin(replies: Replies, user: str = "ann", **more: object) -> Pending:
    pending = replies.begin(Request(user_id=user, text="hello", model="m", **more))  # type: ignore[arg-type]
    assert isinstance(pending, Pending)
    return pending


@pytest.fixture
def replies(database: Database) -> Replies:
    return Replies(database, "me")


@pytest.fixture
def memories(database: Database) -> Memories:
    return Memories(database, "e")


def test_a_pending_reply_is_no_memory_and_a_complete_one_is(
    replies: Replies, memories: Memories
) -> None:
    pending = begin(replies)
    assert [slot.text for slot in memories.page("ann")] == ["hello"]
    replies.commit(pending, Outcome("hi", KEY, KEY, finish=FINISH))
    assert [slot.text for slot in memories.page("ann")] == ["hi", "hello"]
    _, changes = memories.changes("ann", 0)
    assert all(c.slot is not None and c.slot.embedding is not None for c in changes)


def test_change_seq_orders_every_write_and_catching_up_tells_each_position_once(
    replies: Replies, memories: Memories
) -> None:
    first = begin(replies)
    seen, changes = memories.changes("ann", 0)
    assert [c.position for c in changes] == [1, 2]
    replies.commit(first, Outcome("hi", KEY, KEY, finish=FINISH))
    [fact] = memories.add("ann", [NewMemory("a fact", "fact", "user")])
    now, changes = memories.changes("ann", seen.change_seq)
    assert [c.position for c in changes] == [1, 2, 3]
    assert now.change_seq == memories.changes("ann", 0)[0].change_seq == 3
    memories.forget("ann", fact.id)
    _, changes = memories.changes("ann", now.change_seq)
    assert [(c.position, c.slot) for c in changes] == [(3, None)]


def test_keys_of_another_embedder_are_never_handed_out(
    replies: Replies, database: Database
) -> None:
    replies.commit(begin(replies), Outcome("hi", KEY, KEY, finish=FINISH))
    _, changes = Memories(database, "another").changes("ann", 0)
    assert all(c.slot is not None and c.slot.embedding is None for c in changes)


def test_one_pending_reply_a_conversation(replies: Replies) -> None:
    first = begin(replies)
    with pytest.raises(ConversationBusy):
        begin(replies, conversation_id=first.conversation_id)
    replies.abort(first, Outcome("hal"))
    second = begin(replies, conversation_id=first.conversation_id)
    assert second.conversation_id == first.conversation_id


def test_twenty_at_once_in_one_conversation_give_one_reply(
    replies: Replies, database: Database
) -> None:
    """Threads race for real: each has its own connection, and only the database referees."""
    replies.commit(opened := begin(replies), Outcome("hi", finish=FINISH))
    outcomes: list[object] = []

    def race() -> None:
        try:
            outcomes.append(begin(replies, conversation_id=opened.conversation_id))
        except ConversationBusy as error:
            outcomes.append(error)

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 20
    assert sum(isinstance(outcome, Pending) for outcome in outcomes) == 1


def test_an_idempotency_key_is_answered_once(replies: Replies) -> None:
    key = {"idempotency_key": "k", "request_hash": "h"}
    pending = begin(replies, **key)
    with pytest.raises(ReplyPending):
        begin(replies, **key)
    replies.commit(pending, Outcome("hi", finish=FINISH))
    again = replies.begin(Request(user_id="ann", text="hello", model="m", **key))
    assert isinstance(again, Ended)
    assert (again.id, again.text, again.finish) == (pending.id, "hi", FINISH)
    with pytest.raises(IdempotencyKeyReused):
        begin(replies, idempotency_key="k", request_hash="other")
    assert isinstance(begin(replies, user="bob", **key), Pending), "keys are each user's own"


def test_another_users_conversation_is_not_found(replies: Replies, database: Database) -> None:
    pending = begin(replies)
    with pytest.raises(NotFound):
        begin(replies, user="bob", conversation_id=pending.conversation_id)
    adopted = begin(replies, user="bob", conversation_id=pending.conversation_id, adopt=True)
    assert adopted.conversation_id == pending.conversation_id
    conversations = Conversations(database)
    [turn] = conversations.turns("bob", pending.conversation_id)[:1]
    assert turn.id == adopted.question_id, "the same name, and yet two conversations"


def test_a_reply_ends_once(replies: Replies) -> None:
    pending = begin(replies)
    replies.commit(pending, Outcome("hi", finish=FINISH))
    for end in (replies.commit, replies.abort, replies.fail):
        with pytest.raises(ReplyLost):
            end(pending, Outcome("late"))
    assert replies.get("ann", pending.id).text == "hi"


def test_an_expired_lease_is_swept_and_the_dead_process_cannot_commit(
    database: Database, memories: Memories
) -> None:
    dead = Replies(database, "dead", lease_seconds=-1.0)
    alive = Replies(database, "alive")
    pending = begin(dead)
    other = begin(alive, user="bob")
    assert alive.leases.sweep() == 1
    ended = alive.get("ann", pending.id)
    assert (ended.status, ended.error) == ("failed", "interrupted")
    with pytest.raises(ReplyLost):
        dead.commit(pending, Outcome("too late", KEY, KEY, finish=FINISH))
    assert [slot.text for slot in memories.page("ann")] == ["hello"]
    assert alive.get("bob", other.id).status == "pending"


def test_a_renewed_lease_is_not_swept(database: Database) -> None:
    replies = Replies(database, "me", lease_seconds=-1.0)
    pending = begin(replies)
    replies.leases.seconds = 60.0
    replies.leases.renew([pending])
    assert replies.leases.sweep() == 0


def test_the_next_message_need_not_wait_for_the_sweeper(database: Database) -> None:
    pending = begin(Replies(database, "dead", lease_seconds=-1.0))
    alive = Replies(database, "alive")
    assert begin(alive, conversation_id=pending.conversation_id)
    assert alive.get("ann", pending.id).status == "failed"


def test_a_reply_deleted_while_it_is_written_stays_deleted(
    replies: Replies, memories: Memories, database: Database
) -> None:
    conversations = Conversations(database)
    pending = begin(replies)
    conversations.forget("ann", pending.conversation_id)
    with pytest.raises(ReplyLost):
        replies.commit(pending, Outcome("zombie", KEY, KEY, finish=FINISH))
    assert memories.page("ann") == []
    pending = begin(replies)
    assert memories.forget_everything("ann") > 0
    with pytest.raises(ReplyLost):
        replies.commit(pending, Outcome("zombie", KEY, KEY, finish=FINISH))
    assert memories.page("ann") == []
    assert conversations.recent("ann") == []


def test_a_reading_never_resurrects_what_was_forgotten_meanwhile(
    replies: Replies, memories: Memories, database: Database
) -> None:
    kept, lost = memories.add("ann", [NewMemory(t, "fact", "user") for t in ("kept", "lost")])
    pending = begin(replies)
    weights = {kept.position: 0.5, lost.position: 0.4}
    reading = Reading(
        "r",
        "v",
        0.1,
        {},
        tuple(ReadSlot(p, w, {"cosine": w}, {"cosine": w}) for p, w in weights.items()),
        conversation_id=pending.conversation_id,
        question_position=pending.question_position,
        selected=frozenset(weights),
    )
    memories.forget("ann", lost.id)
    replies.commit(pending, Outcome("hi", reading=reading, finish=FINISH))
    readings = Readings(database)
    assert set(readings.get("ann", "r").slots) == {kept.position}
    assert readings.previous("ann", pending.conversation_id) == {kept.position: 0.5}
    with pytest.raises(NotFound):
        readings.get("bob", "r")
    memories.forget("ann", kept.id)
    assert readings.get("ann", "r").slots == {}


def test_forgetting_everything_is_one_users_and_starts_a_new_epoch(
    replies: Replies, memories: Memories
) -> None:
    memories.add("ann", [NewMemory("hers", "fact", "user")])
    memories.add("bob", [NewMemory("his", "fact", "user")])
    before = memories.changes("ann", 0)[0]
    assert memories.forget_everything("ann") == 1
    after = memories.changes("ann", 0)[0]
    assert after.epoch == before.epoch + 1
    assert after.change_seq > before.change_seq
    assert [slot.text for slot in memories.page("bob")] == ["his"]
    [new] = memories.add("ann", [NewMemory("new", "fact", "user")])
    assert new.position == 2, "positions are never used again"


def test_times_come_back_aware_and_in_order(memories: Memories) -> None:
    [slot] = memories.add("ann", [NewMemory("now", "fact", "user")])
    assert slot.created_at.utcoffset() == timedelta(0)
