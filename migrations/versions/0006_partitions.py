"""On Postgres, the tables that grow with turns are cut into parts: see ``memory/db/partitions.py``.

Every row is written anew, in the one transaction of this migration: some 40 seconds a gigabyte. It
needs as much room again while it runs, and whoever asks meanwhile waits.

Revision: 0006
"""

from alembic import op
from sqlalchemy import Connection, text

from memory.db import partitions, row_security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_USER = "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE"
_RULES = {
    "slots": (
        "ALTER TABLE slots ADD CONSTRAINT pk_slots PRIMARY KEY (user_id, position)",
        "ALTER TABLE slots ADD CONSTRAINT uq_slots_user_id_id UNIQUE (user_id, id)",
        f"ALTER TABLE slots ADD CONSTRAINT fk_slots_user_id {_USER}",
        "CREATE INDEX ix_slots_change ON slots (user_id, change_seq)",
        "CREATE INDEX ix_slots_conversation ON slots (user_id, conversation_id, position)",
        "CREATE INDEX ix_slots_embedder ON slots (embedder) WHERE status = 'complete'",
        "CREATE UNIQUE INDEX uq_slots_one_pending ON slots (user_id, conversation_id) "
        "WHERE status = 'pending'",
    ),
    "reading_slots": (
        "ALTER TABLE reading_slots ADD CONSTRAINT pk_reading_slots "
        "PRIMARY KEY (user_id, reading_id, position)",
        f"ALTER TABLE reading_slots ADD CONSTRAINT fk_reading_slots_user_id {_USER}",
        "CREATE INDEX ix_reading_slots_position ON reading_slots (user_id, position)",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in _RULES:
        row_security.loosen(connection, table)
        _write_anew(connection, table, parted=True)
        partitions.secure(connection, table)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table in _RULES:
        row_security.loosen(connection, table)
        _write_anew(connection, table, parted=False)
        row_security.secure(connection, table)


def _write_anew(connection: Connection, table: str, *, parted: bool) -> None:
    """The same rows in a table of another kind. Its policy is off: none may be hidden from us."""
    how = "PARTITION BY HASH (user_id)" if parted else ""
    statements = [
        f"ALTER TABLE {table} RENAME TO {table}_old",
        f"CREATE TABLE {table} (LIKE {table}_old INCLUDING DEFAULTS) {how}",
    ]
    for statement in statements:
        connection.execute(text(statement))
    if parted:
        partitions.make_parts(connection, table)
    # Indexes come last: it is quicker to sort all rows at once, and their names are free by then.
    for statement in (
        f"INSERT INTO {table} SELECT * FROM {table}_old",  # noqa: S608 - of our own two names
        f"DROP TABLE {table}_old",
        *_RULES[table],
    ):
        connection.execute(text(statement))
