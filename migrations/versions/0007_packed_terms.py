"""What weights are made of, packed: see ``memory/repositories/reading_codec.py``.

Every row of ``reading_slots`` is written anew, in the one transaction of this migration; on
Postgres the old ones take their room until a vacuum.

Revision: 0007
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PAGE = 200  # readings
_readings = sa.table(
    "readings",
    sa.column("user_id", sa.String()),
    sa.column("id", sa.String()),
    sa.column("signals", sa.JSON()),
)
_slots = sa.table(
    "reading_slots",
    sa.column("user_id", sa.String()),
    sa.column("reading_id", sa.String()),
    sa.column("position", sa.BigInteger()),
    sa.column("signals", sa.JSON()),
    sa.column("shares", sa.JSON()),
    sa.column("terms", sa.LargeBinary()),
)


def upgrade() -> None:
    with op.batch_alter_table("readings") as readings:
        readings.add_column(sa.Column("signals", sa.JSON(), nullable=True))
    with op.batch_alter_table("reading_slots") as slots:
        slots.add_column(sa.Column("terms", sa.LargeBinary(), nullable=True))
    _rewrite(_pack)
    with op.batch_alter_table("readings") as readings:
        readings.alter_column("signals", existing_type=sa.JSON(), nullable=False)
    with op.batch_alter_table("reading_slots") as slots:
        slots.alter_column("terms", existing_type=sa.LargeBinary(), nullable=False)
        slots.drop_column("signals")
        slots.drop_column("shares")


def downgrade() -> None:
    with op.batch_alter_table("reading_slots") as slots:
        slots.add_column(sa.Column("signals", sa.JSON(), nullable=True))
        slots.add_column(sa.Column("shares", sa.JSON(), nullable=True))
    _rewrite(_unpack)
    with op.batch_alter_table("reading_slots") as slots:
        slots.alter_column("signals", existing_type=sa.JSON(), nullable=False)
        slots.alter_column("shares", existing_type=sa.JSON(), nullable=False)
        slots.drop_column("terms")
    with op.batch_alter_table("readings") as readings:
        readings.drop_column("signals")


def _rewrite(of_reading: Callable[[sa.Connection, Any, Sequence[Any]], None]) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # else the policy shows its own owner no row
        connection.execute(sa.text("SELECT set_config('tapehead.everyone', 'on', true)"))
    for reading in _each(connection):
        theirs = connection.execute(
            sa.select(_slots).where(
                _slots.c.user_id == reading.user_id, _slots.c.reading_id == reading.id
            )
        ).all()
        of_reading(connection, reading, theirs)


def _each(connection: sa.Connection) -> Iterator[Any]:
    """Every reading, a page at a time: nothing is held open while rows are written."""
    key = sa.tuple_(_readings.c.user_id, _readings.c.id)
    page = sa.select(_readings).order_by(_readings.c.user_id, _readings.c.id).limit(_PAGE)
    found = connection.execute(page).all()
    while found:
        yield from found
        last = sa.tuple_(sa.literal(found[-1].user_id), sa.literal(found[-1].id))
        found = connection.execute(page.where(key > last)).all()


def _pack(connection: sa.Connection, reading: Any, rows: Sequence[Any]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row.signals))
    _write(connection, reading, rows, terms=lambda row: _packed(names, row))
    its = (_readings.c.user_id == reading.user_id, _readings.c.id == reading.id)
    connection.execute(sa.update(_readings).where(*its).values(signals=names))


def _packed(names: Sequence[str], row: Any) -> bytes:
    signals = np.array([row.signals.get(name, 0.0) for name in names], "<f4")
    shares = np.array([row.shares.get(name, 0.0) for name in names], "<f8")
    return signals.tobytes() + shares.tobytes()


def _unpack(connection: sa.Connection, reading: Any, rows: Sequence[Any]) -> None:
    names = reading.signals

    end = 4 * len(names)

    def numbers(kind: str, data: bytes) -> dict[str, float]:
        whole = len(data) == np.dtype(kind).itemsize * len(names)  # else it is damaged
        return dict(zip(names, np.frombuffer(data, kind).tolist(), strict=True)) if whole else {}

    _write(
        connection,
        reading,
        rows,
        signals=lambda row: numbers("<f4", row.terms[:end]),
        shares=lambda row: numbers("<f8", row.terms[end:]),
    )


def _write(
    connection: sa.Connection,
    reading: Any,
    rows: Sequence[Any],
    **made: Callable[[Any], Any],
) -> None:
    if not rows:
        return
    statement = (
        sa.update(_slots)
        .where(
            _slots.c.user_id == reading.user_id,
            _slots.c.reading_id == reading.id,
            _slots.c.position == sa.bindparam("at"),
        )
        .values({name: sa.bindparam(f"new_{name}") for name in made})
    )
    values = [
        {"at": row.position, **{f"new_{name}": make(row) for name, make in made.items()}}
        for row in rows
    ]
    connection.execute(statement, values)
