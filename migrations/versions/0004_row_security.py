"""On Postgres, a transaction sees the rows of its own user: see ``memory/db/row_security.py``.

Revision: 0004
"""

from alembic import op

from memory.db.row_security import loosen, secure

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("conversations", "slots", "replies", "readings", "reading_slots")


def upgrade() -> None:
    connection = op.get_bind()
    secure(connection, "users", "id")
    for table in _TABLES:
        secure(connection, table)
    secure(connection, "api_keys", None)


def downgrade() -> None:
    for table in ("api_keys", *_TABLES, "users"):
        loosen(op.get_bind(), table)
