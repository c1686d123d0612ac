"""A consistent copy of the whole database, made while the service goes on, and its way back.

SQLite copies itself (``VACUUM INTO``: one snapshot, and no page that was ever freed). Postgres is
dumped and restored by its own programs, which must be there and no older than the server.
``pg_restore --clean`` drops the tables of the copy's schema only, which may be an older one. So all
of ours are dropped first, and psql commits both or neither.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO

from sqlalchemy import URL, make_url

from memory.db.database import Database
from memory.db.row_security import EVERYONE
from memory.db.tables import metadata

_SQLITE = b"SQLite format 3\0"
_POSTGRES = b"PGDMP"


class CannotBackUp(Exception):
    """The copy could not be made or brought back; the message says why."""


def back_up(url: str, to: Path) -> None:
    """Write a copy to ``to``, which only its owner may read and which must not be there yet.

    Raises CannotBackUp. A file that is there is whole: it has another name until it is.
    """
    if to.exists():
        raise CannotBackUp(f"{to} is there already")
    database = make_url(url)
    try:
        with NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as file:
            unfinished = Path(file.name)
    except OSError as error:
        raise CannotBackUp(f"cannot write to {to.parent}: {error.strerror}") from None
    try:
        if database.get_backend_name() == "sqlite":
            _copy_sqlite(_file(database), unfinished)
        else:
            _dump_postgres(database, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(url: str, source: Path) -> None:
    """Replace the database by a copy, all or nothing, and bring it to the newest schema.

    The service must not be running: on SQLite that is made sure of, on Postgres a service that runs
    waits, and its tapes see that their numbers went back. Raises CannotBackUp, SchemaUnknown.
    """
    database = make_url(url)
    sqlite = database.get_backend_name() == "sqlite"
    with source.open("rb") as file:
        begins = file.read(len(_SQLITE))
    if not begins.startswith(_SQLITE if sqlite else _POSTGRES):
        kind = "SQLite" if sqlite else "Postgres"
        raise CannotBackUp(f"{source} is no copy of a {kind} database")
    if sqlite:
        _restore_sqlite(source, _file(database))
    else:
        with closing(Database(url)) as there:
            there.migrate()  # the role that the copy's policies and rights speak of
        _restore_postgres(source, database)
    with closing(Database(url)) as restored:
        restored.migrate()


def _file(url: URL) -> Path:
    return Path(url.database or "")


def _copy_sqlite(source: Path, to: Path) -> None:
    if not source.exists():
        raise CannotBackUp(f"there is no database at {source}")
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            opened.execute("VACUUM INTO ?", (str(to),))
    except sqlite3.Error as error:
        raise CannotBackUp(f"{source}: {error}") from None


def _restore_sqlite(source: Path, to: Path) -> None:
    """Through SQLite itself: its journal makes the change one that happens or does not."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy,
            closing(sqlite3.connect(to, timeout=0)) as target,
        ):
            # SQLite reads zeros beyond the end of a file, which may look like a text.
            [expected] = copy.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ).fetchone()
            if source.stat().st_size < expected:
                raise CannotBackUp(f"{source} is damaged: it ends too early")
            [verdict] = copy.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise CannotBackUp(f"{source} is damaged: {verdict}")
            # Leaving the write-ahead log needs the file for oneself alone.
            target.execute("PRAGMA journal_mode=DELETE")
            target.execute("PRAGMA secure_delete=ON")
            copy.backup(target)
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise CannotBackUp(f"{to} is in use: stop the service first") from None
        raise CannotBackUp(f"{to}: {error}") from None
    except sqlite3.DatabaseError as error:
        raise CannotBackUp(f"{source} is damaged: {error}") from None


def _dump_postgres(url: URL, to: Path) -> None:
    options = "--enable-row-security", "--format=custom", f"--file={to}"
    with _started("pg_dump", url, *options):
        pass


def _restore_postgres(source: Path, url: URL) -> None:
    """Send psql the copy as statements, and a commit only once all of it has been read."""
    ours = ", ".join([*metadata.tables, "alembic_version"])
    whole = "--enable-row-security", "--no-owner", "--file=-", str(source)
    # Terse: the details of an error may quote a row.
    careful = "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"
    with _started("psql", url, *careful, stdin=subprocess.PIPE) as psql:
        assert psql.stdin is not None  # noqa: S101 - it is a pipe
        with (
            suppress(BrokenPipeError),
            psql.stdin as script,
        ):  # psql stops at an error, and reports it
            script.write(f"BEGIN; DROP TABLE IF EXISTS {ours} CASCADE;\n".encode())
            script.flush()
            with _started("pg_restore", url, *whole, stdout=script):
                pass
            script.write(b"COMMIT;\n")


@contextmanager
def _started(
    program: str,
    url: URL,
    *options: str,
    stdin: int = subprocess.DEVNULL,
    stdout: IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """One of Postgres's own programs; raises CannotBackUp if it does not end well.

    The password goes by the environment: others see arguments.
    """
    path = which(program)
    if path is None:
        raise CannotBackUp(f"{program} is not there: it comes with Postgres's client programs")
    # What connects in other ways (a folder of sockets) stands in the query of the URL.
    address = {key: str(value) for key, value in url.query.items() if key == "host"}
    given = {
        "PGHOST": url.host or address.get("host"),
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        # An owner who is no superuser is under the policies as well (memory/db/row_security.py).
        "PGOPTIONS": f"-c {EVERYONE}=on",
    }
    environment = {**os.environ, **{name: value for name, value in given.items() if value}}
    with TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - a program of Postgres, with options of our own
            [path, "--no-password", *options],
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=complaints,
        )
        try:
            with process:
                yield process
        finally:  # whoever wrote to it knows only that the pipe broke
            if process.returncode != 0:
                complaints.seek(0)
                complaint = complaints.read().decode(errors="replace").strip()
                raise CannotBackUp(f"{program}: {complaint}")
