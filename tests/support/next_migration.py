"""A further migration, as a later version brings: it adds a column and rewrites every slot."""

import shutil
from pathlib import Path

from memory.db.database import MIGRATIONS

REVISION = "0003"
_MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0003_document_digest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("slots") as slots:
        slots.add_column(sa.Column("letters", sa.Integer(), server_default="0", nullable=True))
    op.execute("UPDATE slots SET letters = coalesce(length(text), 0)")
    with op.batch_alter_table("slots") as slots:
        slots.alter_column("letters", existing_type=sa.Integer(), nullable=False)
"""


def migrations_with_one_more(folder: Path) -> Path:
    """A copy of our migrations in this folder, with one more on top."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "0003_letters.py").write_text(_MIGRATION)
    return copy
