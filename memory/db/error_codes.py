"""What an error of SQLite or of Postgres means, as far as it makes a difference to anybody."""

import sqlite3
from typing import Literal

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

Failure = Literal["full", "busy", "damaged", "unreachable"]

_SQLITE: dict[int, Failure] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
# By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: dict[str, Failure] = {
    "53100": "full",
    "53300": "busy",  # too many connections
    "55P03": "busy",  # a lock was not to be had
    "40P01": "busy",  # a deadlock, of which this was the victim
    "57014": "busy",  # a statement took longer than it may
    # This process hung in a transaction, which the server has rolled back and whose session it has
    # ended: with the time-out for one that does nothing, or for one as a whole.
    "25P03": "busy",
    "25P04": "busy",
    "XX001": "damaged",
    "XX002": "damaged",
}


def failure_of(error: DBAPIError) -> Failure | None:
    """What the database suffers from; None if it is well, and the statement was wrong."""
    cause, known = error.orig, None
    if isinstance(cause, sqlite3.Error):
        # The low byte; what is above it says which way it happened. Absent where Python raised it.
        known = _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(cause, psycopg.Error):
        known = _POSTGRES.get(cause.sqlstate or "")
    if known is None and isinstance(error, OperationalError | InterfaceError):
        return "unreachable"
    return known
