"""The two numbers of a user that every writing transaction goes through.

``change_seq`` orders the transactions that changed a user's slots. Its row lock is held until the
commit, so a reader that has seen n has seen everything below n; an auto-increment column could not
promise that, because its numbers are taken before their transactions commit.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from memory.db.database import Database
from memory.db.tables import users

_EPOCHS = 2**30  # to choose the first one from: the column holds twice as much


@dataclass(frozen=True, slots=True)
class Entry:
    """What one transaction may use: its change number and its first new position."""

    change_seq: int
    first_position: int


@contextmanager
def locked(
    database: Database, user_id: str, lock_timeout: float | None = None
) -> Iterator[tuple[Connection, datetime]]:
    """A writing transaction that holds the user's row from its beginning, and its time.

    Creates the user where there is none. The numbers of an erased user start again from nothing,
    while some process may still have a tape of the user's: so a new row begins with an epoch that
    no former one had. ``lock_timeout`` as in ``Database.write``.
    """
    epoch = 1 + secrets.randbelow(_EPOCHS)
    with database.write(user_id, lock_timeout=lock_timeout) as connection:
        now = database.now(connection)
        new = insert_or_keep(connection, users).values(id=user_id, epoch=epoch, created_at=now)
        connection.execute(new)
        while not hold_user(connection, user_id):  # erased between the two statements
            connection.execute(new)
        yield connection, now


def hold_user(connection: Connection, user_id: str, *, wait: bool = True) -> bool:
    """Hold the user's row until the transaction ends; False where there is none.

    Without ``wait`` also False where another transaction holds it.
    """
    held = select(users.c.id).where(users.c.id == user_id).with_for_update(skip_locked=not wait)
    return connection.execute(held).first() is not None


def insert_or_keep(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that leaves a row alone whose key is there already."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def advance(connection: Connection, user_id: str, *, positions: int = 0, epochs: int = 0) -> Entry:
    """Take the next change number and so many positions. Locks the user's row."""
    row = connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(
            change_seq=users.c.change_seq + 1,
            next_position=users.c.next_position + positions,
            epoch=users.c.epoch + epochs,
        )
        .returning(users.c.change_seq, users.c.next_position)
    ).one()
    return Entry(change_seq=row.change_seq, first_position=row.next_position - positions)


def reserve(connection: Connection, user_id: str, below: int) -> None:
    """Take all positions below this one, under the user's lock: for one who leaves gaps."""
    mine = update(users).where(users.c.id == user_id)
    connection.execute(mine.values(next_position=below))
