"""Schema, transactions and bytes, on SQLite and on Postgres."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
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
from support.schema_versions import alembic
from support.stored import EMBEDDER, facts, live, rows, table_names, traces

from memory.db.change_log import advance, lock_user
from memory.db.database import EVERYONE, MIGRATIONS, Database
from memory.db.partitions import PARTITIONED, PARTS, is_part, make_parts
from memory.db.tables import metadata, slots, users
from memory.errors import SchemaUnknown
from memory.repositories.api_keys import ApiKeys
from memory.repositories.memories import Store


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """On SQLite, and as one who does not wait for locks."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", busy_timeout=0.0)
    database.migrate()
    yield database
    database.close()


Content = dict[str, list[dict[str, str]]]
"""Table → rows → column → value."""


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
            for table in table_names(connection)
            if table != "alembic_version"
        } | ({} if database.is_sqlite else {"parts": parts(connection)})


def parts(connection: Connection) -> Any:
    """What Postgres says of tables that are parts of others, and which rows belong there."""
    of_table = (
        "SELECT pg_inherits.inhparent::regclass::text, relname, "
        "pg_get_expr(relpartbound, pg_class.oid) FROM pg_class JOIN pg_inherits "
        "ON inhrelid = pg_class.oid WHERE relispartition AND relkind = 'r' ORDER BY relname"
    )
    return [tuple(row) for row in connection.execute(text(of_table))]


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
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "table" or not is_part(name),
            },
        )
        assert compare_metadata(context, metadata) == []
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            assert len(parts(connection)) == PARTS * len(PARTITIONED)


def test_migrated_and_created_databases_are_the_same_to_the_last_index(
    database: Database,
) -> None:
    """Autogenerate is blind to primary keys, and to what a partial index leaves out."""
    migrated = shape(database)
    alembic(database, command.downgrade, "base")
    assert not any(shape(database).values())
    with database.engine.begin() as connection:
        metadata.create_all(connection)
        if not database.is_sqlite:
            for table in PARTITIONED:
                make_parts(connection, table)
    assert shape(database) == migrated
    assert migrated.keys() - {"parts"} == metadata.tables.keys()


def test_every_migration_goes_down_and_up_again_and_loses_only_what_it_brought(
    database: Database,
) -> None:
    """From the newest to below each, and back. Rows are compared in the columns that both have."""

    def content() -> Content:
        with database.engine.connect() as connection:
            return {
                table: [
                    {column: repr(value) for column, value in row.items()}
                    for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()
                ]
                for table in table_names(connection)
                if table != "alembic_version"
            }

    def shared(one: Content, other: Content) -> dict[str, list[str]]:
        """What ``one`` holds in the tables and columns that ``other`` has, too."""
        return {
            table: sorted(
                str(sorted(each for each in row.items() if each[0] in other[table][0]))
                for row in one[table]
            )
            for table in one.keys() & other.keys()
        }

    live(database, "ann")
    ApiKeys(database).create("user", "Ann's phone", user_id="ann")
    whole, drawn = content(), shape(database)
    assert all(whole[table] for table in metadata.tables), "nothing is empty before"
    for revision in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
        below = str(revision.down_revision or "base")
        alembic(database, command.downgrade, below)
        left = content()
        assert shared(left, whole) == shared(whole, left)
        alembic(database, command.upgrade, "head")
        again = content()
        assert shared(again, left) == shared(left, again)
        assert shape(database) == drawn
        alembic(database, command.downgrade, below)
    assert left == content() == {}
    database.migrate()
    live(database, "ann")


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
    Store(sqlite, EMBEDDER).add("ann", facts("kept"))
    for statement in ("DELETE FROM slots", "DROP TABLE slots", "UPDATE slots SET text = 'x'"):
        with pytest.raises(OperationalError, match="readonly"), sqlite.read(EVERYONE) as connection:
            connection.execute(text(statement))
    assert [slot.text for slot in Store(sqlite, EMBEDDER).page("ann")] == ["kept"]


def test_a_slot_needs_its_user(database: Database) -> None:
    live(database, "ann")
    with database.write(EVERYONE) as connection:
        slot = connection.execute(select(slots)).mappings().first()
    assert slot is not None
    with pytest.raises(IntegrityError), database.write(EVERYONE) as connection:
        connection.execute(insert(slots).values({**slot, "user_id": "nobody"}))


def test_a_failed_block_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write(EVERYONE) as connection:
            lock_user(connection, "ann", database.now(connection))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows(database)["users"] == []
    live(database, "ann")  # and the writer is free again


def test_one_who_reads_and_then_writes_is_never_overtaken_on_sqlite(sqlite: Database) -> None:
    """A deferred transaction would let the other one write in between, and then fail at once."""
    other = Database(sqlite.url.render_as_string(), busy_timeout=0.0)
    store = Store(other, EMBEDDER)
    store.add("ann", facts("first"))
    with sqlite.write(EVERYONE) as connection:
        assert connection.execute(select(func.count()).select_from(slots)).scalar_one() == 1
        with pytest.raises(OperationalError, match="locked"):
            store.add("ann", facts("too early"))
        advance(connection, "ann")
    store.add("ann", facts("second"))
    assert [slot.text for slot in store.page("ann")] == ["second", "first"]
    assert store.changes("ann", 0)[0].change_seq == 3
    other.close()


def test_a_number_is_given_only_when_the_one_before_it_is_committed(
    database: Database, database_url: str
) -> None:
    """``other`` is another process. It would wait for the lock; so that the test need not, it is
    told to give up: at once on SQLite, after a moment on Postgres. Nothing but the lock stops it.
    """
    other = Database(database_url, busy_timeout=0.0 if database.is_sqlite else 5.0)
    Store(database, EMBEDDER).add("ann", facts("first"))

    def overtake() -> None:
        with other.write(EVERYONE) as late:
            if not other.is_sqlite:
                late.execute(text("SET LOCAL lock_timeout = '20ms'"))
            advance(late, "ann")

    with database.write(EVERYONE) as connection:
        taken = advance(connection, "ann")
        with pytest.raises(OperationalError, match="lock"):
            overtake()
        assert Store(other, EMBEDDER).changes("ann", 0)[0].change_seq == taken.change_seq - 1
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
    store = Store(sqlite, EMBEDDER)
    [slot] = store.add("ann", facts("canary"))
    with sqlite.read(EVERYONE) as reader:
        assert reader.execute(select(slots.c.text)).scalar_one() == "canary"
        store.forget("ann", slot.id)
        assert traces(sqlite, ["canary"]) == {"test.db-wal"}
        store.add("ann", facts("nobody is kept from writing"))
        assert traces(sqlite, ["canary"]) == {"test.db-wal"}
    store.add("ann", facts("any write, whose ever"))
    assert traces(sqlite, ["canary"]) == set()


KILLED_BEFORE_THE_SCRUB = """
import os, sys
from memory.db.database import EVERYONE, Database
from memory.repositories.memories import Store
Database.scrub = lambda self: os._exit(9)
Store(Database(sys.argv[1]), "made-up").forget("ann", sys.argv[2])
"""


def test_what_a_killed_process_had_forgotten_is_gone_after_the_next_start(
    sqlite: Database,
) -> None:
    [slot] = Store(sqlite, EMBEDDER).add("ann", facts("canary"))
    url = sqlite.url.render_as_string()
    process = start(KILLED_BEFORE_THE_SCRUB, url, slot.id)
    process.communicate(timeout=30)
    assert process.returncode == 9
    assert Store(sqlite, EMBEDDER).page("ann") == []
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
