"""Feedback on what was read, and documents: see ``memory/repositories/feedback.py``,
``memory/repositories/documents.py``.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

from memory.db.row_security import secure

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("reading_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question_position", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_feedback_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "reading_id", "position", name=op.f("pk_feedback")),
    )
    op.create_table(
        "documents",
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_documents_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_documents")),
    )
    for table in ("feedback", "documents"):
        secure(op.get_bind(), table)


def downgrade() -> None:
    op.drop_table("documents")
    op.drop_table("feedback")
