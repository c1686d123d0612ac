"""What an erased user leaves behind: nothing, also where somebody still works for them."""

import pytest
from sqlalchemy import update
from support.stored import EMBEDDER, begin, embedding_of, facts, live, rows, traces

from memory.db.database import EVERYONE, Database
from memory.db.tables import replies as replies_table
from memory.errors import ReplyLost
from memory.repositories.branches.recognition import find
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended, Outcome, Request
from memory.tape.cache import Tapes
from memory.types import TapeState


def test_an_erased_user_is_in_no_row_and_no_byte(database: Database) -> None:
    live(database, "ann")
    live(database, "bob")
    bobs = rows(database, "bob")
    memories = Memories(database, EMBEDDER)
    assert memories.forget_everything("ann", user_too=True) == 9
    assert traces(database, ["ann"]) == set()
    assert rows(database, "bob") == bobs
    assert memories.changes("ann", 0)[0] == TapeState(0, 0)
    assert memories.forget_everything("ann", user_too=True) == 0
    assert traces(database, ["ann"]) == set(), "asking again makes no user"


def test_forgetting_alone_keeps_the_users_numbers(database: Database) -> None:
    memories = Memories(database, EMBEDDER)
    memories.add("ann", facts("one", "two"))
    before = memories.changes("ann", 0)[0]
    memories.forget_everything("ann")
    after = memories.changes("ann", 0)[0]
    assert (after.epoch, after.change_seq) == (before.epoch + 1, before.change_seq + 1)


def test_a_tape_of_a_former_life_is_thrown_away(database: Database) -> None:
    """Both lives reach the same change number, and what lies at the positions is not the same.

    Only the epoch tells them apart. Were it 1 each time, the other process would keep its tape.
    """
    here, there = Memories(database, EMBEDDER), Memories(database, EMBEDDER)
    tapes = Tapes(there, 8)
    here.add("ann", facts("red", "blue"))
    former = tapes.current("ann")
    here.forget_everything("ann", user_too=True)
    here.add("ann", facts("green"))
    now = tapes.current("ann")
    assert (former.change_seq, now.change_seq) == (1, 1)
    assert len(now) == 1
    assert tapes.rebuilds == 2


def test_whoever_still_works_for_an_erased_user_does_not_bring_them_back(
    database: Database,
) -> None:
    """Upkeep with a key, the sweeper with a dead reply, and a reply that was being written."""
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me")
    missing = MissingEmbeddings(database, EMBEDDER)
    memories.add("ann", facts("waits for a key", embedded=False))
    [waiting] = missing.find(1)
    pending = begin(replies, "ann")
    memories.forget_everything("ann", user_too=True)
    assert missing.store(waiting, embedding_of("late")) is False
    for end in (replies.commit, replies.abort, replies.fail):
        with pytest.raises(ReplyLost):
            end(pending, Outcome("too late", embedding_of("a"), embedding_of("q")))
    replies.leases.renew([pending])
    assert replies.leases.sweep() == 0
    assert all(not found for found in rows(database).values())


def test_a_user_erased_while_the_sweeper_looks_stays_erased(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeper has found a dead reply; before it takes the user's row, the user is erased."""
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me", lease_seconds=-1.0)
    begin(replies, "ann")
    now = database.now
    calls = 0

    def erase_between(connection: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:  # of the sweeper's own transaction, which on SQLite holds the one writer
            monkeypatch.setattr(database, "now", now)
            connection.exec_driver_sql("DELETE FROM users")  # type: ignore[attr-defined]
        return now(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "now", erase_between)
    assert replies.leases.sweep() == 0
    assert calls == 2
    assert all(not found for found in rows(database).values())
    assert memories.page("ann") == []


@pytest.mark.parametrize("way", ["forget", "edit", "forget the answer"])
def test_no_hash_of_a_forgotten_text_stays(database: Database, way: str) -> None:
    """Four digits behind a hash are found in a moment: whoever has it tries them all."""
    replies = Replies(database, "me")
    memories = Memories(database, EMBEDDER)
    request = Request("ann", "my code is 4711", "m", idempotency_key="4711", request_hash="h" * 64)
    pending = replies.begin(request)
    assert not isinstance(pending, Ended)
    replies.commit(pending, Outcome("noted: 4711", fingerprint="f" * 64))
    other = begin(replies, "ann", "another", idempotency_key="kept", request_hash="g" * 64)
    replies.commit(other, Outcome("fine", fingerprint="e" * 64))
    if way == "forget":
        memories.forget("ann", pending.question_id)
    elif way == "edit":
        memories.edit("ann", pending.question_id, "my code is secret", None)
    else:
        memories.forget("ann", pending.id)
    gone = ["f" * 64, "h" * 64]
    assert traces(database, gone) == set()
    assert traces(database, ["g" * 64]) >= {"replies"}
    with database.read("ann") as connection:
        assert find(connection, "ann", "e" * 64) == other.conversation_id
    # The request, repeated, is answered anew.
    assert not isinstance(replies.begin(request), Ended)


def test_the_expired_lease_of_a_user_who_is_there_is_still_swept(database: Database) -> None:
    replies = Replies(database, "me")
    pending = begin(replies, "ann")
    with database.write(EVERYONE) as connection:
        connection.execute(
            update(replies_table).values(lease_expires_at=database.now(connection)),
        )
    assert replies.leases.sweep() == 1
    assert replies.get("ann", pending.id).status == "failed"
