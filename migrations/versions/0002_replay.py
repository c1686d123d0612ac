"""What a reading needs to be read once more: see ``memory/recall.py``.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("as_of", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("excluded", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("embedder", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_column("embedder")
        batch_op.drop_column("excluded")
        batch_op.drop_column("as_of")
