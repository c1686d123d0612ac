"""A disk that is full, a file that is damaged, a lock that is held."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError
from support.stored import EMBEDDER, begin, facts, live, rows, traces, unit

from memory.db.database import EVERYONE, MIGRATIONS, Database
from memory.db.error_codes import failure_of
from memory.db.tables import slots
from memory.errors import DatabaseBusy
from memory.repositories.memories import Memories
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome
from memory.tape.cache import Tapes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def sqlite(file: Path) -> Iterator[Database]:
    """On SQLite, and as one who hardly waits."""
    database = Database(f"sqlite:///{file}", busy_timeout=0.05)
    database.migrate()
    yield database
    database.close()


def ails(call: Callable[[], object]) -> str | None:
    with pytest.raises(DBAPIError) as caught:
        call()
    return failure_of(caught.value)


# No room


def test_a_full_disk_stores_all_of_a_thing_or_nothing_and_reads_go_on(sqlite: Database) -> None:
    memories, replies = Memories(sqlite, EMBEDDER), Replies(sqlite, "me")
    kept = live(sqlite, "ann")
    with sqlite.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 8}")
    pending = begin(replies, "ann", "the last that fits")
    there, stored = len(memories.page("ann")), []

    def fill() -> None:
        for number in range(1000):
            stored.extend(memories.add("bob", facts(f"{number} {'long ' * 100}", "and one more")))

    assert ails(fill) == "full"
    assert len(stored) == len(memories.page("bob", limit=500)), "the last pair came not even half"
    assert sqlite.damage() is None
    assert ails(lambda: replies.commit(pending, Outcome("long " * 5000))) == "full"
    assert replies.get("ann", pending.id).status == "pending"
    assert len(memories.page("ann")) == there
    memories.forget("ann", kept.facts[0].id)
    assert traces(sqlite, [kept.facts[0].text]) == set(), "to forget needs no room"
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    replies.commit(pending, Outcome("long " * 5000))
    assert memories.add("bob", facts("room again"))


EXHAUSTED = """
import os, resource, sys
from sqlalchemy.exc import DBAPIError
from memory.db.error_codes import failure_of
from memory.db.database import Database
from memory.repositories.memories import Memories
database = Database(sys.argv[1])
memories = Memories(database, "made-up")
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
try:
    memories.page("ann")
except DBAPIError as error:
    print(failure_of(error))
while held:
    os.close(held.pop())
print(len(memories.page("ann")))
"""


def test_without_file_descriptors_the_database_is_unreachable_and_comes_back(
    sqlite: Database,
) -> None:
    Memories(sqlite, EMBEDDER).add("ann", facts("one", "two"))
    process = subprocess.run(
        [sys.executable, "-c", EXHAUSTED, sqlite.url.render_as_string()],
        capture_output=True,
        text=True,
        cwd=MIGRATIONS.parent,
        timeout=60,
    )
    assert (process.stdout, process.stderr) == ("unreachable\n2\n", "")


# A lock that others hold


def test_another_programs_lock_is_waited_for_a_while(sqlite: Database, file: Path) -> None:
    memories = Memories(sqlite, EMBEDDER)
    [slot] = memories.add("ann", facts("here"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ails(lambda: memories.add("ann", facts("there"))) == "busy"
        assert memories.page("ann") == [slot], "reads wait for nobody"
        other.execute("ROLLBACK")
    memories.add("ann", facts("there"))


def test_no_writer_waits_for_ever_in_our_own_queue(sqlite: Database) -> None:
    """Each of those before one may wait for a lock, and their times would add up."""
    memories = Memories(sqlite, EMBEDDER)
    with sqlite.write(EVERYONE), pytest.raises(DatabaseBusy):
        memories.add("ann", facts("too soon"))
    memories.add("ann", facts("in time"))


def test_an_answer_waits_longer_than_a_question(sqlite: Database) -> None:
    """It has been generated, and has nobody who could ask once more."""
    replies = Replies(sqlite, "here")
    pending = begin(replies, "ann")
    with ThreadPoolExecutor() as pool:
        with sqlite.write(EVERYONE):
            ending = pool.submit(replies.commit, pending, Outcome(text="Biscuit."))
            with pytest.raises(DatabaseBusy):
                begin(replies, "ben")
            assert not ending.done()
        ending.result(timeout=30)
    assert replies.get("ann", pending.id).status == "complete"


def test_what_is_forgotten_while_others_write_is_scrubbed_by_them(sqlite: Database) -> None:
    memories = Memories(sqlite, EMBEDDER)
    [slot] = memories.add("ann", facts("canary"))
    memories.forget("ann", slot.id)
    memories.add("ann", facts("canary"))
    with sqlite.write(EVERYONE) as connection:
        connection.execute(update(slots).values(text="gone"))
        sqlite.scrub()  # as after a commit that was in time, while the next one writes already
    assert traces(sqlite, ["canary"]) == set()


def test_a_scrub_that_fails_does_not_deny_what_was_forgotten(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    memories = Memories(sqlite, EMBEDDER)
    [slot] = memories.add("ann", facts("canary"))
    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "engine", OutOfRoom(sqlite.engine))
        memories.forget("ann", slot.id)
        memories.add("ann", facts("whoever writes next tries again, in vain"))
    assert [each.text for each in memories.page("ann")] == [
        "whoever writes next tries again, in vain"
    ]
    assert traces(sqlite, ["canary"]) == {"test.db-wal"}
    memories.add("ann", facts("and again"))
    assert traces(sqlite, ["canary"]) == set()


class OutOfRoom:
    """An engine whose transactions work, and whose checkpoints find no room."""

    def __init__(self, engine: Engine) -> None:
        self.begin = engine.begin

    def raw_connection(self) -> None:
        raise sqlite3.OperationalError("database or disk is full")


# A damaged file


def damaged(file: Path, harm: Callable[[bytearray], None]) -> list[str | None]:
    """What a start, a look at the whole file and a read of all memories say of this harm."""
    content = bytearray(file.read_bytes())
    harm(content)
    copy = file.with_name("damaged.db")
    copy.write_bytes(content)
    database = Database(f"sqlite:///{copy}")

    def start() -> None:
        database.migrate()

    said: list[str | None] = []
    for look in (start, database.damage, lambda: rows(database) and None):
        try:
            said.append(look())  # type: ignore[func-returns-value]
        except DBAPIError as error:
            said.append(failure_of(error))
    database.close()
    for left in file.parent.glob("damaged.db*"):
        left.unlink()
    return said


def test_a_truncated_file_is_called_damaged_at_the_start(sqlite: Database, file: Path) -> None:
    Memories(sqlite, EMBEDDER).add("ann", facts(*(f"fact {n}" for n in range(60))))
    sqlite.scrub()
    size = file.stat().st_size
    for left in (size - 4096, size // 2, 4096, 100):
        said = damaged(file, lambda content, left=left: content.__delitem__(slice(left, None)))  # type: ignore[misc]
        assert said == ["damaged"] * 3, left


def test_a_page_of_nonsense_is_found_or_does_no_harm(sqlite: Database, file: Path) -> None:
    """One page at a time is overwritten, each of the file's once: either somebody says so, or the
    page was not in use and every row is as it was. Never is a row missing and nobody complains.
    """
    Memories(sqlite, EMBEDDER).add("ann", facts(*(f"fact {n}" for n in range(60))))
    sqlite.scrub()
    whole = rows(sqlite)
    dice = random.Random(5)
    found = 0
    for page in range(file.stat().st_size // 4096):

        def harm(content: bytearray, page: int = page) -> None:
            content[page * 4096 : (page + 1) * 4096] = dice.randbytes(4096)

        if any(damaged(file, harm)):
            found += 1
            continue
        content = bytearray(file.read_bytes())
        harm(content)
        (copy := file.with_name("copy.db")).write_bytes(content)
        database = Database(f"sqlite:///{copy}")
        assert rows(database) == whole, page
        database.close()
        copy.unlink()
    assert found > 10


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\1\2\3",
        unit("x", 8).tobytes()[:-1],
        unit("x", 7).tobytes(),
        np.full(8, np.nan, "<f4").tobytes(),
        np.full(8, np.inf, "<f4").tobytes(),
        np.zeros(8, "<f4").tobytes(),
    ],
    ids=["empty", "three bytes", "a byte short", "another dimension", "NaN", "infinite", "zeros"],
)
def test_a_broken_key_costs_its_memory_the_key_and_nobody_else_anything(
    database: Database, stored: bytes
) -> None:
    memories = Memories(database, EMBEDDER)
    broken, sound = memories.add("ann", facts("my red boat", "my blue car"))
    with database.write(EVERYONE) as connection:
        connection.execute(
            update(slots).where(slots.c.position == broken.position).values(embedding=stored)
        )
    tape = Tapes(memories, 8).current("ann")
    found = tape.find(unit("my blue car"), "red boat")
    cosines = dict(zip(found.positions.tolist(), found.signals[:, 0].tolist(), strict=True))
    assert cosines == {broken.position: 0, sound.position: pytest.approx(1)}
    assert set(memories.fetch("ann", [broken.position, sound.position])) == set(cosines)
