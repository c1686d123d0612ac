"""Engines and transactions. Knows SQLite from Postgres so that nothing else has to."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from memory.db import row_security
from memory.db.timeouts import Timeouts
from memory.errors import DatabaseBusy, SchemaUnknown

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
# Whose rows a transaction of the service itself sees: upkeep, and keys, which are nobody's.
EVERYONE: None = None
# Any fixed number: two starting processes agree on it, and nobody else's lock is likely to be it.
_MIGRATION_LOCK = 7_265_190_427


class Database:
    """Short synchronous transactions on SQLite or Postgres.

    SQLite has one writing connection, which alone checkpoints (its WAL-reset bug, fixed in 3.51.3,
    needs two), takes the write lock at BEGIN (a deferred transaction that turns into a write fails
    at once, whatever the time-out), and syncs at every commit. Deleted text is overwritten.

    ``pool_size`` bounds the connections: on Postgres all of them, on SQLite those that read. A
    thread holds one at most, so as many as there are threads are enough. Who finds none free for
    ``busy_timeout`` seconds gets SQLAlchemy's TimeoutError. ``timeouts`` are of Postgres.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 16,
        busy_timeout: float = 5.0,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.url = make_url(url)
        self.timeouts = timeouts or Timeouts()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_lock = threading.Lock()
        self._busy_timeout = busy_timeout
        # Deleted text is still in the write-ahead log, because a reader kept it from being emptied.
        self._scrub_owed = False
        # Under what name transactions run on Postgres; found out by the first of them.
        self._role: str | None = None
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, 1, busy_timeout, writes=True)
            self._reader = _sqlite_engine(url, pool_size, busy_timeout, writes=False)
        else:
            options = self.url.query.get("options", "")
            self.engine = self._reader = create_engine(
                self.url.set(drivername="postgresql+psycopg"),
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=busy_timeout,
                pool_pre_ping=True,
                hide_parameters=True,  # they are what people said: nothing for a log
                connect_args=self.timeouts.connect_args(
                    options if isinstance(options, str) else " ".join(options)
                ),
            )

    @property
    def busy(self) -> int:
        """How many connections are in a transaction now."""
        return sum(_checked_out(engine) for engine in {self.engine, self._reader})

    @contextmanager
    def write(
        self,
        user_id: str | None,
        *,
        lock_timeout: float | None = None,
        statement_timeout: float | None = None,
    ) -> Iterator[Connection]:
        """One writing transaction: committed when the block ends, rolled back if it raises.

        On Postgres it sees and writes the rows of ``user_id`` only; those of all for ``EVERYONE``.
        It waits ``lock_timeout`` seconds for others who write, or for the usual time-out. Then it
        raises, on SQLite DatabaseBusy, on Postgres an OperationalError that ``failure_of`` calls
        "busy". ``statement_timeout``, in seconds, bounds each statement on Postgres.
        """
        if not self.is_sqlite:
            with self._of(user_id, lock_timeout, statement_timeout) as connection:
                yield connection
            return
        # The queue for the one writer is ours: SQLite's own is a polling loop without order.
        if not self._write_lock.acquire(timeout=lock_timeout or self._busy_timeout):
            raise DatabaseBusy
        try:
            with self.engine.begin() as connection:
                yield connection
            if self._scrub_owed:
                self._empty_log(wait=0.0)
        finally:
            self._write_lock.release()

    @contextmanager
    def read(
        self, user_id: str | None, *, statement_timeout: float | None = None
    ) -> Iterator[Connection]:
        """One reading transaction, of the same rows. On SQLite it sees one snapshot."""
        if not self.is_sqlite:
            with self._of(user_id, None, statement_timeout) as connection:
                yield connection
            return
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _of(
        self, user_id: str | None, lock_timeout: float | None, statement_timeout: float | None
    ) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            if self._role is None:
                self._role = row_security.ROLE if row_security.has_role(connection) else "none"
            differing = self.timeouts.local(lock_timeout, statement_timeout)
            row_security.begin_as(connection, user_id, self._role, differing)
            yield connection

    def now(self, connection: Connection) -> datetime:
        """The database's clock: the one that all processes share."""
        if self.is_sqlite:
            return datetime.now(UTC)
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def scrub(self) -> None:
        """Leave no deleted text behind: on SQLite, empty the write-ahead log into the file.

        A reader that began before (a backup) and goes on for longer than the busy time-out keeps
        the log full, as a full disk does; then each later write tries again, without waiting,
        until it is empty. Never raises: what was deleted is deleted.
        """
        if not self.is_sqlite:
            return
        self._scrub_owed = True
        if self._write_lock.acquire(timeout=self._busy_timeout):
            try:
                self._empty_log(wait=self._busy_timeout)
            finally:
                self._write_lock.release()

    def _empty_log(self, *, wait: float) -> None:
        try:
            with closing(self.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={int(wait * 1000)}")
                try:
                    [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                finally:
                    cursor.execute(f"PRAGMA busy_timeout={int(self._busy_timeout * 1000)}")
        except (sqlite3.Error, SQLAlchemyError) as error:
            # The transaction before it is committed: failing now would deny what has happened.
            log.warning("the write-ahead log could not be emptied: %s", error)
            busy = True
        self._scrub_owed = bool(busy)

    def migrate(self) -> None:
        """Bring the schema to the newest version. Processes that start together take turns.

        It takes as long as it takes: of our time-outs, none holds. Raises SchemaUnknown.
        """
        config = _alembic()
        if self.is_sqlite:
            with FileLock(f"{self.url.database}.migrating"), self.engine.connect() as connection:
                self._upgrade(config, connection)
            # What a process that was killed had deleted, and not yet scrubbed.
            self.scrub()
        else:
            with self.engine.connect() as connection:
                connection.detach()  # closed at the end: its settings are no other transaction's
                for each in ("lock", "statement", "idle_in_transaction_session"):
                    connection.execute(text(f"SET {each}_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})"))
                connection.commit()
                try:
                    self._upgrade(config, connection)
                finally:
                    connection.rollback()  # of what failed, or the unlocking would fail as well
                    connection.execute(text(f"SELECT pg_advisory_unlock({_MIGRATION_LOCK})"))
                    connection.commit()

    def schema(self) -> tuple[str | None, str]:
        """The version of the schema that is there (None: no tables yet), and the newest one."""
        with self._reader.connect() as connection:  # as who we are: the role may not look there
            there = MigrationContext.configure(connection).get_current_revision()
        newest = ScriptDirectory.from_config(_alembic()).get_current_head()
        return there, newest or ""

    def _upgrade(self, config: Config, connection: Connection) -> None:
        there = MigrationContext.configure(connection).get_current_revision()
        known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
        if there is not None and there not in known:
            raise SchemaUnknown(there)
        config.attributes["connection"] = connection
        if not self.is_sqlite:
            row_security.see_all(connection)
        command.upgrade(config, "head")
        connection.commit()
        self._role = None  # it may have been made this moment

    def damage(self) -> str | None:
        """What SQLite finds wrong with its file, or None. Reads all of it; Postgres looks itself.

        It has no checksums: a bit that turned over within a text is seen by nobody.
        """
        if not self.is_sqlite:
            return None
        with self._reader.begin() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        return None if found == "ok" else str(found)

    def close(self) -> None:
        """Close the connections; one in a transaction closes when that has ended."""
        for engine in {self._reader, self.engine}:
            event.listen(engine, "checkin", _leave)
            engine.dispose()


def _leave(_: object, entry: ConnectionPoolEntry) -> None:
    """Close a connection that comes back: nobody will take it again."""
    entry.invalidate()


def _checked_out(engine: Engine) -> int:
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _sqlite_engine(url: str, size: int, busy_timeout: float, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=busy_timeout,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below sends BEGIN itself
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"]
        if not writes:
            pragmas += ["wal_autocheckpoint=0", "query_only=ON"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
