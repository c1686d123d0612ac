"""Schema, transactions and bytes, on SQLite and on Postgres."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from support.next_migration import REVISION, migrations_with_one_more
from support.service import new_database
from support.stored import EMBEDDER, facts, live, rows, traces

from memory.db import database as database_module
from memory.db.change_log import advance, locked
from memory.db.database import EVERYONE, MIGRATIONS, Database
from memory.db.tables import metadata, slots, users
from memory.errors import SchemaUnknown
from memory.repositories.memories import Memories


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """On SQLite, and as one who does not wait for locks."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", busy_timeout=0.0)
    database.migrate()
    yield database
    database.close()


def shape(database: Database) -> dict[str, Any]:
    """All that the database itself says of its tables but Alembic's own."""
    with database.engine.connect() as connection:
        look = inspect(connection)
        return {
            table: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"], column["default"])
                    for column in look.get_columns(table)
                },
                "primary key": look.get_pk_constraint(table),
                "foreign keys": look.get_foreign_keys(table),
                "unique": sorted(look.get_unique_constraints(table), key=str),
                "indexes": {
                    index["name"]: (
                        index["column_names"],
                        index["unique"],
                        # What a partial index is on, which is no value but a clause.
                        {k: str(v) for k, v in index.get("dialect_options", {}).items()},
                    )
                    for index in look.get_indexes(table)
                },
            }
            for table in look.get_table_names()
            if table != "alembic_version"
        }


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process, which is not told more than these arguments."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=MIGRATIONS.parent,
    )


def test_a_connection_in_use_closes_after_its_transaction_if_the_database_is_closed(
    database: Database,
) -> None:
    """A thread may still be in one when the service ends."""
    for engine in {database.engine, database._reader}:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            left = connection.connection.dbapi_connection
            database.close()
            assert connection.execute(text("SELECT 1")).scalar() == 1
        assert left is not None
        with pytest.raises(Exception, match="closed"):
            left.cursor().execute("SELECT 1")
    with database.read(EVERYONE) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1, "it may be opened again"


# The schema


def test_migrating_from_nothing_makes_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_migrated_and_created_databases_are_the_same_to_the_last_index(
    database: Database, postgres: str, tmp_path: Path
) -> None:
    """Autogenerate is blind to primary keys, and to what a partial index leaves out."""
    url = f"sqlite:///{tmp_path / 'created.db'}"
    if not database.is_sqlite:
        url = new_database(postgres, "template1")
    with closing(Database(url)) as created:
        with created.engine.begin() as connection:
            metadata.create_all(connection)
        assert shape(created) == shape(database)
    assert shape(database).keys() == metadata.tables.keys()


def test_the_next_migration_goes_on_top_and_loses_no_row(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(database, "ann")
    before, drawn = rows(database), shape(database)
    monkeypatch.setattr(database_module, "MIGRATIONS", migrations_with_one_more(tmp_path))
    assert database.schema() == ("0003_document_digest", REVISION)
    database.migrate()
    assert database.schema() == (REVISION, REVISION)
    assert rows(database) == before
    del (after := shape(database))["slots"]["columns"]["letters"]
    assert after == drawn
    with database.read(EVERYONE) as connection:
        columns = connection.execute(text("SELECT letters, length(text) FROM slots")).all()
    assert columns
    assert all(letters == (length or 0) for letters, length in columns)
    live(database, "bob")


def test_migrating_what_is_migrated_changes_nothing(database: Database) -> None:
    live(database, "ann")
    before = rows(database), shape(database)
    database.migrate()
    assert (rows(database), shape(database)) == before


def test_the_schema_is_known_before_and_after(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    there, newest = database.schema()
    assert (there, newest) == (None, ScriptDirectory(str(MIGRATIONS)).get_current_head())
    database.migrate()
    assert database.schema() == (newest, newest)
    database.close()


def test_a_newer_schema_is_refused_and_left_alone(database: Database) -> None:
    live(database, "ann")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        connection.execute(text("ALTER TABLE slots ADD COLUMN later INTEGER"))
    before = rows(database), shape(database)
    with pytest.raises(SchemaUnknown, match="later"):
        database.migrate()
    assert (rows(database), shape(database)) == before
    assert database.schema()[0] == "later"
    with pytest.raises(SchemaUnknown):
        database.migrate()  # and no lock was left behind


MIGRATE = """
import sys
from memory.db.database import EVERYONE, Database
database = Database(sys.argv[1], busy_timeout=float(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
database.migrate()
print(database.schema(), flush=True)
sys.stdin.readline()
database.close()
"""


def test_processes_that_migrate_at_once_all_succeed(empty_database_url: str) -> None:
    """They have imported everything and wait at one gate: what is left takes each a moment.

    SQLite's own lock is waited for so shortly that nobody can sit out another's migration there.
    """
    sqlite = empty_database_url.startswith("sqlite")
    processes = [start(MIGRATE, empty_database_url, "0.02" if sqlite else "5") for _ in range(2)]

    def hear() -> list[str]:
        return [process.stdout.readline() for process in processes if process.stdout is not None]

    def tell(line: str) -> None:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()

    assert hear() == ["ready\n"] * 2
    tell("migrate\n")
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    heard = hear()
    ended = [
        (*process.communicate("close\n", timeout=30), process.returncode) for process in processes
    ]
    assert ended == [("", "", 0)] * 2
    assert heard == [f"{(newest, newest)}\n"] * 2


KILLED_WHILE_MIGRATING = """
import os, sys
from sqlalchemy import event
from memory.db.database import EVERYONE, Database
database = Database(sys.argv[1])

@event.listens_for(database.engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    if statement.strip().startswith("CREATE TABLE slots"):
        os._exit(9)

database.migrate()
"""


def test_a_process_that_dies_while_it_migrates_leaves_no_half_schema(
    empty_database_url: str,
) -> None:
    process = start(KILLED_WHILE_MIGRATING, empty_database_url)
    process.communicate(timeout=30)
    assert process.returncode == 9
    database = Database(empty_database_url)
    with database.read(EVERYONE) as connection:
        assert inspect(connection).get_table_names() == []
    database.migrate()
    live(database, "ann")
    database.close()


# Transactions


def test_sqlite_is_set_up_on_every_connection(sqlite: Database) -> None:
    def pragmas(connection: Connection, *names: str) -> dict[str, object]:
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}

    safe = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    with ExitStack() as stack:
        # All open at once, or the pool would show the same connection again and again.
        for connection in [stack.enter_context(sqlite.read(EVERYONE)) for _ in range(8)]:
            assert pragmas(connection, *safe) == safe
            # The writer alone checkpoints.
            shy = {"query_only": 1, "wal_autocheckpoint": 0}
            assert pragmas(connection, *shy) == shy
    with sqlite.write(EVERYONE) as connection:
        assert pragmas(connection, *safe) == safe
        assert pragmas(connection, "wal_autocheckpoint") != {"wal_autocheckpoint": 0}


def test_readers_cannot_write(sqlite: Database) -> None:
    Memories(sqlite, EMBEDDER).add("ann", facts("kept"))
    for statement in ("DELETE FROM slots", "DROP TABLE slots", "UPDATE slots SET text = 'x'"):
        with pytest.raises(OperationalError, match="readonly"), sqlite.read(EVERYONE) as connection:
            connection.execute(text(statement))
    assert [slot.text for slot in Memories(sqlite, EMBEDDER).page("ann")] == ["kept"]


def test_a_slot_needs_its_user(database: Database) -> None:
    live(database, "ann")
    with database.write(EVERYONE) as connection:
        slot = connection.execute(select(slots)).mappings().first()
    assert slot is not None
    with pytest.raises(IntegrityError), database.write(EVERYONE) as connection:
        connection.execute(insert(slots).values({**slot, "user_id": "nobody"}))


def test_a_failed_block_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with locked(database, "ann"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows(database)["users"] == []
    live(database, "ann")  # and the writer is free again


def test_one_who_reads_and_then_writes_is_never_overtaken_on_sqlite(sqlite: Database) -> None:
    """A deferred transaction would let the other one write in between, and then fail at once."""
    other = Database(sqlite.url.render_as_string(), busy_timeout=0.0)
    memories = Memories(other, EMBEDDER)
    memories.add("ann", facts("first"))
    with sqlite.write(EVERYONE) as connection:
        assert connection.execute(select(func.count()).select_from(slots)).scalar_one() == 1
        with pytest.raises(OperationalError, match="locked"):
            memories.add("ann", facts("too early"))
        advance(connection, "ann")
    memories.add("ann", facts("second"))
    assert [slot.text for slot in memories.page("ann")] == ["second", "first"]
    assert memories.changes("ann", 0)[0].change_seq == 3
    other.close()


def test_a_number_is_given_only_when_the_one_before_it_is_committed(
    database: Database, database_url: str
) -> None:
    """``other`` is another process. It would wait for the lock; so that the test need not, it is
    told to give up: at once on SQLite, after a moment on Postgres. Nothing but the lock stops it.
    """
    other = Database(database_url, busy_timeout=0.0 if database.is_sqlite else 5.0)
    Memories(database, EMBEDDER).add("ann", facts("first"))

    def overtake() -> None:
        with other.write(EVERYONE) as late:
            if not other.is_sqlite:
                late.execute(text("SET LOCAL lock_timeout = '20ms'"))
            advance(late, "ann")

    with database.write(EVERYONE) as connection:
        taken = advance(connection, "ann")
        with pytest.raises(OperationalError, match="lock"):
            overtake()
        assert Memories(other, EMBEDDER).changes("ann", 0)[0].change_seq == taken.change_seq - 1
    with other.write(EVERYONE) as late:
        assert advance(late, "ann").change_seq == taken.change_seq + 1
    other.close()


def test_times_are_aware_on_both_clocks(database: Database) -> None:
    with database.write(EVERYONE) as connection:
        now = database.now(connection)
        connection.execute(insert(users).values(id="ann", created_at=now))
        assert connection.execute(select(users.c.created_at)).scalar_one() == now
    assert now.utcoffset() is not None


# Bytes


def test_a_long_reader_delays_the_end_of_a_forgotten_text_but_cannot_save_it(
    sqlite: Database,
) -> None:
    """Such as a backup. While it reads, the write-ahead log cannot be emptied."""
    memories = Memories(sqlite, EMBEDDER)
    [slot] = memories.add("ann", facts("canary"))
    with sqlite.read(EVERYONE) as reader:
        assert reader.execute(select(slots.c.text)).scalar_one() == "canary"
        memories.forget("ann", slot.id)
        assert traces(sqlite, ["canary"]) == {"test.db-wal"}
        memories.add("ann", facts("nobody is kept from writing"))
        assert traces(sqlite, ["canary"]) == {"test.db-wal"}
    memories.add("ann", facts("any write, whose ever"))
    assert traces(sqlite, ["canary"]) == set()


KILLED_BEFORE_THE_SCRUB = """
import os, sys
from memory.db.database import EVERYONE, Database
from memory.repositories.memories import Memories
Database.scrub = lambda self: os._exit(9)
Memories(Database(sys.argv[1]), "made-up").forget("ann", sys.argv[2])
"""


def test_what_a_killed_process_had_forgotten_is_gone_after_the_next_start(
    sqlite: Database,
) -> None:
    [slot] = Memories(sqlite, EMBEDDER).add("ann", facts("canary"))
    url = sqlite.url.render_as_string()
    process = start(KILLED_BEFORE_THE_SCRUB, url, slot.id)
    process.communicate(timeout=30)
    assert process.returncode == 9
    assert Memories(sqlite, EMBEDDER).page("ann") == []
    assert traces(sqlite, ["canary"]) == {"test.db-wal"}
    again = Database(url)
    again.migrate()
    assert traces(again, ["canary"]) == set()
    again.close()


def test_what_people_said_is_not_in_the_words_of_an_error(database: Database) -> None:
    secret = "the vault opens with 4711"
    statement = text("INSERT INTO no_such_table VALUES (:secret)")
    with pytest.raises(DBAPIError) as caught, database.write(EVERYONE) as connection:
        connection.execute(statement, {"secret": secret})
    assert secret not in str(caught.value)


def test_a_migration_that_fails_says_why(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(config: Config, _: str) -> None:
        config.attributes["connection"].execute(text("SELECT * FROM no_such_table"))

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(DBAPIError, match="no_such_table"):
        database.migrate()
    monkeypatch.undo()
    database.migrate()
