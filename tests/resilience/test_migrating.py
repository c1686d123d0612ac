"""A process is killed at every statement of a migration, and the next one goes on."""

import random
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, make_url, text
from support.eventually import wait_until
from support.next_migration import migrations_with_one_more
from support.stored import live

from memory.db import database as database_module
from memory.db.database import MIGRATIONS, Database
from memory.repositories.api_keys import ApiKeys

# Killed at each of these statements in turn, N = 1, 2, …: each in a process forked from this one,
# which has imported everything and opened nothing.
KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from memory.db import database as module
from memory.db.database import Database

module.MIGRATIONS = Path(sys.argv[1])

def migrate(url, at):
    database, count = Database(url), 0

    @event.listens_for(database.engine, "before_cursor_execute")
    def die(connection, cursor, statement, *rest):
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    database.migrate()
    database.close()

for line in sys.stdin:
    url, at = line.split()
    child = os.fork()
    if child == 0:
        migrate(url, int(at))
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""

Rows = dict[str, list[str]]


def content(url: str) -> tuple[list[str], Rows]:
    """The version of the schema, and every row of every table as it says itself."""
    database = Database(url)
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        found = {
            table: sorted(
                repr(dict(row))
                for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()
            )
            for table in tables
        }
    database.close()
    versions = found.pop("alembic_version", [])
    return versions, found


class Copies:
    """Copies of a database as it is now, each thrown away for the next one."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._sqlite = url.startswith("sqlite")
        self._name = make_url(url).database or ""

    def new(self) -> str:
        if self._sqlite:
            for left in self._folder.glob("copy.db*"):
                left.unlink()
            shutil.copy(self._name, self._folder / "copy.db")
            return f"sqlite:///{self._folder / 'copy.db'}"
        with psycopg.connect(self._root, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self._name}_copy WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self._name}_copy TEMPLATE {self._name}")
        return self._url.replace(f"/{self._name}?", f"/{self._name}_copy?")

    def settle(self) -> None:
        """Wait until the server has noticed that its client is dead."""
        if self._sqlite:
            return
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self._root, autocommit=True) as connection:
            wait_until(
                lambda: connection.execute(others, [f"{self._name}_copy"]).fetchone() == (0,)
            )

    @property
    def _root(self) -> str:
        return self._url.replace(f"/{self._name}?", "/postgres?")


@pytest.mark.parametrize("full", [False, True])
def test_killed_at_any_statement_a_migration_happened_or_did_not(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    """Two migrations from nothing, and the second one of a database full of rows.

    After each kill the schema is one that there is, with every row in it; and whoever starts next
    makes of it exactly what an undisturbed migration makes. Each run kills at every third
    statement, or on Postgres, which takes long to copy, every sixth; which of them, it draws.
    """
    database_url = empty_database_url
    step = 3 if database_url.startswith("sqlite") else 6
    if full:  # one migration has few statements
        step //= 3
    first = random.randint(1, step)
    print("from statement", first)
    if full:
        with closing(Database(database_url)) as database:
            database.migrate()
            live(database, "ann")
            ApiKeys(database).create("user", "Ann's phone", user_id="ann")
    _, old = content(database_url)
    assert all(old.values())
    assert bool(old) == full
    migrations = migrations_with_one_more(tmp_path)
    monkeypatch.setattr(database_module, "MIGRATIONS", migrations)
    revisions = {each.revision for each in ScriptDirectory(str(migrations)).walk_revisions()}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(migrations)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=MIGRATIONS.parent,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def migrate(url: str, at: int) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{url} {at}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    copies = Copies(database_url, tmp_path)
    url = copies.new()
    assert migrate(url, 0) == 0
    _, new = content(url)
    killed, status = 0, int(signal.SIGKILL)
    for at in range(first, 1000, step):
        status = migrate(url := copies.new(), at)
        if status == 0:
            break
        assert status == signal.SIGKILL
        killed += 1
        copies.settle()
        version, left = content(url)
        assert not version or version in [[repr({"version_num": each})] for each in revisions]
        assert {table: len(left[table]) for table in old} == {t: len(old[t]) for t in old}, at
        again = Database(url)
        again.migrate()
        again.close()
        assert content(url)[1] == new, f"killed at {at}"
    assert status == 0
    assert killed > 2, "or it was hardly tried"
    process.communicate()
