"""A clock that goes back: order is that of the tape, and nobody waits for the hour to pass."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from support.stored import EMBEDDER, begin, embedding_of, facts

from memory.db.database import Database
from memory.errors import ConversationBusy
from memory.repositories.conversations import Conversations
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """On SQLite, whose clock is the process's own."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    database.migrate()
    yield database
    database.close()


def test_order_is_that_of_the_tape_when_the_clock_goes_back(database: Database) -> None:
    """By an hour, as where somebody takes the end of summer time for a change of the clock."""
    memories, replies = Memories(database, EMBEDDER), Replies(database, "me")
    with time_machine.travel(datetime(2026, 10, 25, 0, 59, tzinfo=UTC), tick=False) as clock:
        [first] = memories.add("ann", facts("first"))
        question = begin(replies, "ann", "second")
        seen = memories.changes("ann", 0)[0]
        clock.shift(timedelta(hours=-1))
        replies.commit(question, Outcome("third", embedding_of("third")))
        [last] = memories.add("ann", facts("fourth"))
        _, changes = memories.changes("ann", seen.change_seq)
        assert [each.text for each in memories.page("ann")] == [
            "fourth",
            "third",
            "second",
            "first",
        ]
        assert [change.slot.text for change in changes if change.slot] == ["third", "fourth"]
        shown = Conversations(database).turns("ann", question.conversation_id)
        assert [turn.text for turn in shown] == ["second", "third"]
        assert Readings(database).previous("ann", question.conversation_id) == {}
        if database.is_sqlite:
            assert last.created_at < first.created_at, "or nothing was tried"


def test_a_clock_put_back_holds_no_conversation_of_a_dead_process(sqlite: Database) -> None:
    """The lease of who died would run for the hour, too; a live reply's own is left alone."""
    dead, alive = Replies(sqlite, "dead"), Replies(sqlite, "alive")
    with time_machine.travel(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), tick=False) as clock:
        left, swept = begin(dead, "ann", "left"), begin(dead, "bob", "swept")
        own = begin(alive, "ann", "still being written")
        assert alive.leases.sweep() == 0
        clock.shift(timedelta(hours=-1))
        begin(alive, "ann", "next", conversation_id=left.conversation_id)
        assert alive.leases.sweep() == 1
        assert [alive.get(p.user_id, p.id).status for p in (left, swept)] == ["failed"] * 2
        with pytest.raises(ConversationBusy):
            begin(alive, "ann", "next", conversation_id=own.conversation_id)
        alive.commit(own, Outcome("written"))
