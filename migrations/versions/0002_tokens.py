"""Slots have the vectors of their tokens.

Revision: 0002_tokens
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_tokens"
down_revision = "0001_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slots", sa.Column("tokens", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("slots", "tokens")
