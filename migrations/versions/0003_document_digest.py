"""Documents have the digest of their file.

Revision: 0003_document_digest
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_document_digest"
down_revision = "0002_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("digest", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("documents", "digest")
