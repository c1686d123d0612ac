"""On a real Postgres: every wait ends when it should, with an error that says "busy"."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.service import new_database

from memory.db.change_log import hold_user
from memory.db.database import EVERYONE, Database
from memory.db.error_codes import failure_of
from memory.db.timeouts import Timeouts
from memory.repositories.memories import Memories
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Request
from memory.repositories.slot_rows import NewMemory

QUICK = Timeouts(lock=0.2, statement=1.0, idle=30.0)


@pytest.fixture
def url(postgres: str) -> str:
    return new_database(postgres)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url, timeouts=QUICK)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def held(database: Database) -> Iterator[ExitStack]:
    """Ann's row is held by another transaction, until this is closed."""
    Memories(database, "m").add("ann", [NewMemory("one", "fact", "user")])
    with ExitStack() as stack:
        connection = stack.enter_context(database.write("ann"))
        assert hold_user(connection, "ann")
        yield stack


def busy(work: Callable[[], object]) -> float:
    """How long it took to be refused as busy."""
    begun = time.monotonic()
    with pytest.raises(DBAPIError) as caught:
        work()
    assert failure_of(caught.value) == "busy"
    return time.monotonic() - begun


def test_who_waits_for_a_lock_is_refused_in_time(database: Database, held: ExitStack) -> None:
    memory = [NewMemory("two", "fact", "user")]
    assert busy(lambda: Memories(database, "m").add("ann", memory)) >= QUICK.lock


def test_the_end_of_a_reply_waits_longer(database: Database) -> None:
    """Longer than any other statement may take. What it has to say has cost work."""
    replies = Replies(database, "me")
    pending = replies.begin(Request("ann", "hello", "m"))
    with ExitStack() as stack:
        hold_user(stack.enter_context(database.write("ann")), "ann")
        threading.Timer(1.5 * QUICK.statement, stack.close).start()
        replies.commit(pending, Outcome("hi"))
    assert replies.get("ann", pending.id).text == "hi"


def test_a_statement_that_takes_too_long_is_cancelled(database: Database) -> None:
    def sleep(seconds: float, statement_timeout: float | None = None) -> None:
        with database.read(EVERYONE, statement_timeout=statement_timeout) as connection:
            connection.execute(text(f"SELECT pg_sleep({seconds})"))

    assert busy(lambda: sleep(60)) < 60
    sleep(1.2, statement_timeout=5.0)
    assert busy(lambda: sleep(60)) < 60, "the next transaction has the usual limit again"


def test_a_transaction_that_does_nothing_is_ended_and_the_next_one_is_well(url: str) -> None:
    database = Database(url, timeouts=Timeouts(idle=0.2))
    database.migrate()

    def hang() -> None:
        with database.write("ann") as connection:
            time.sleep(0.6)
            connection.execute(text("SELECT 1"))

    with pytest.raises(DBAPIError) as caught:
        hang()
    assert failure_of(caught.value) in ("busy", "unreachable")
    Memories(database, "m").add("ann", [NewMemory("one", "fact", "user")])
    database.close()


def test_upkeep_waits_for_no_lock(database: Database) -> None:
    """Of ann, whose row is held, nothing is done; of bob everything; ann's turn comes."""
    dead, alive = Replies(database, "dead", 0.05), Replies(database, "alive")
    memories, missing = Memories(database, "m"), MissingEmbeddings(database, "m")
    mine = {}
    for user in ("ann", "bob"):
        memories.add(user, [NewMemory("unkeyed", "fact", "user")])
        dead.begin(Request(user, "hello", "m"))
        mine[user] = alive.begin(Request(user, "hello", "m"))
    time.sleep(0.1)
    waiting = {slot.user_id: slot for slot in missing.find(100) if slot.text == "unkeyed"}
    with ExitStack() as stack:
        connection = stack.enter_context(database.write("ann"))
        hold_user(connection, "ann")
        connection.execute(text("SELECT * FROM replies WHERE user_id = 'ann' FOR UPDATE"))
        assert alive.leases.sweep() == 1
        assert missing.store(waiting["bob"], None)
        assert not missing.store(waiting["ann"], None)
        assert alive.leases.renew(list(mine.values())) == 1
    assert alive.leases.sweep() == 1
    assert missing.store(waiting["ann"], None)
    assert alive.leases.renew(list(mine.values())) == 2


def test_what_the_address_asks_for_wins_and_migrations_have_no_limit(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(connection: object) -> list[str]:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        return [
            connection.execute(text(f"SHOW {name}")).scalar_one()  # type: ignore[attr-defined]
            for name in names
        ]

    migrating: list[str] = []
    upgrade = Database._upgrade
    monkeypatch.setattr(
        Database,
        "_upgrade",
        lambda self, config, connection: (
            migrating.extend(shown(connection)),
            upgrade(self, config, connection),
        ),
    )
    database = Database(f"{url}&options=-c%20lock_timeout%3D7s")
    database.migrate()
    assert migrating == ["0", "0", "0"]
    with database.read(EVERYONE) as connection:
        assert shown(connection) == ["7s", "30s", "10s"]
    database.close()


async def test_as_many_connections_as_the_pool_has_and_no_more(url: str) -> None:
    database = Database(url, pool_size=3, busy_timeout=20.0)
    database.migrate()
    memories = Memories(database, "m")

    def count() -> int:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        assert row is not None
        return int(row[0])

    most = 0
    memory = [NewMemory("one", "fact", "user")]
    adding = [asyncio.to_thread(memories.add, f"user {n % 5}", memory) for n in range(60)]
    gathered = asyncio.gather(*adding)
    async with asyncio.timeout(60):
        while not gathered.done():
            most = max(most, await asyncio.to_thread(count))
    await gathered
    assert 1 <= most <= 3
    database.close()
