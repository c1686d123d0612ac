"""The whole schema: tables, indexes and, on Postgres, row-level security.

Revision: 0001_initial
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

# Not "0001": a database of before the first release may say so, with another schema.
revision = "0001_initial"
down_revision = None
branch_labels = None
depends_on = None

_MAY_ACT = """
SELECT coalesce((SELECT pg_has_role(current_user, oid, :privilege)
FROM pg_roles WHERE rolname = 'tapehead_app'), false)
"""
_MAKE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tapehead_app') THEN
        CREATE ROLE tapehead_app NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'tapehead_app', '{privilege}') THEN
        EXECUTE format('GRANT tapehead_app TO %I', current_user);
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'no role tapehead_app: the policies are forced on the owner instead';
    WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this cluster made it this moment
END $$
"""
_GRANT_SCHEMA = """
DO $$ BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tapehead_app', current_schema());
END $$
"""
# As subqueries they are evaluated once a statement, not once a row.
_EVERYONE = "(SELECT current_setting('tapehead.everyone', true)) = 'on'"
_MINE = "{column} = (SELECT current_setting('tapehead.user_id', true)) OR " + _EVERYONE


def upgrade() -> None:
    op.create_table(
        "users",
        _text("id", 128),
        sa.Column("change_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_position", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    _create(
        "conversations",
        ["id"],
        _text("id", 128),
        sa.Column("title", sa.String(200)),
        sa.Column("fingerprint", sa.String(64)),
        _time("created_at"),
        _time("updated_at"),
    )
    op.create_index("ix_conversations_fingerprint", "conversations", ["user_id", "fingerprint"])
    op.create_index("ix_conversations_recent", "conversations", ["user_id", "updated_at"])
    _create(
        "slots",
        ["position"],
        _position("position"),
        _text("id", 36),
        _text("kind", 16),
        _text("role", 16),
        sa.Column("speaker", sa.String(128)),
        sa.Column("text", sa.Text()),
        _text("status", 16),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("conversation_id", sa.String(128)),
        _time("created_at"),
        _time("updated_at"),
        sa.Column("embedding", sa.LargeBinary()),
        sa.Column("embedder", sa.String(200)),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("user_id", "id", name="uq_slots_user_id_id"),
    )
    op.create_index("ix_slots_change", "slots", ["user_id", "change_seq"])
    op.create_index("ix_slots_conversation", "slots", ["user_id", "conversation_id", "position"])
    complete, pending = sa.text("status = 'complete'"), sa.text("status = 'pending'")
    op.create_index(
        "ix_slots_embedder",
        "slots",
        ["embedder"],
        sqlite_where=complete,
        postgresql_where=complete,
    )
    op.create_index(
        "uq_slots_one_pending",
        "slots",
        ["user_id", "conversation_id"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )
    _create(
        "replies",
        ["position"],
        _position("position"),
        _position("question_position"),
        _text("owner", 128),
        _time("lease_expires_at"),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("reading_id", sa.String(36)),
        _text("model", 200),
        sa.Column("finish_reason", sa.String(16)),
        sa.Column("prompt_tokens", sa.Integer()),
        sa.Column("completion_tokens", sa.Integer()),
        sa.Column("cached_tokens", sa.Integer()),
        sa.Column("timings", sa.JSON()),
        sa.Column("error", sa.String(64)),
        sa.UniqueConstraint(
            "user_id", "idempotency_key", name="uq_replies_user_id_idempotency_key"
        ),
    )
    _create(
        "readings",
        ["id"],
        _text("id", 36),
        sa.Column("conversation_id", sa.String(128)),
        sa.Column("question_position", sa.BigInteger()),
        _text("head", 64),
        sa.Column("null_weight", sa.Float(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("signal_names", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.BigInteger()),
        sa.Column("excluded", sa.JSON()),
        sa.Column("embedder", sa.String(200)),
        _time("created_at"),
    )
    op.create_index(
        "ix_readings_conversation", "readings", ["user_id", "conversation_id", "created_at"]
    )
    _create(
        "reading_slots",
        ["reading_id", "position"],
        _text("reading_id", 36),
        _position("position"),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("packed_signals", sa.LargeBinary(), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_reading_slots_position", "reading_slots", ["user_id", "position"])
    _create(
        "feedback",
        ["reading_id", "position"],
        _text("reading_id", 36),
        _position("position"),
        _position("question_position"),
        _text("verdict", 8),
        _time("created_at"),
    )
    _create(
        "documents",
        ["id"],
        _text("id", 128),
        _text("title", 128),
        _time("created_at"),
    )
    op.create_table(
        "api_keys",
        _text("id", 36),
        _text("kind", 8),
        _text("name", 128),
        sa.Column("user_id", sa.String(128)),
        sa.Column("namespace", sa.String(32)),
        _text("prefix", 16),
        _text("sha256", 64),
        _time("created_at"),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_prefix", "api_keys", ["prefix"])
    if op.get_bind().dialect.name == "postgresql":
        _secure()


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _position(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _create(table: str, key: list[str], *items: SchemaItem) -> None:
    """A table of users' rows: the user is the first column, and the first of the primary key."""
    op.create_table(
        table,
        _text("user_id", 128),
        *items,
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=f"fk_{table}_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", *key, name=f"pk_{table}"),
    )


def _secure() -> None:
    """A policy on every table, and a role that may read and write rows and owns nothing.

    ``memory/db/row_security.py`` says what they are for. A later migration that makes a table needs
    the same statements for it.
    """
    connection = op.get_bind()
    # Since Postgres 16, to be a member of a role is not yet to be allowed to act as it.
    version = connection.dialect.server_version_info or ()
    privilege = "SET" if version >= (16,) else "MEMBER"
    connection.execute(sa.text(_MAKE_ROLE.format(privilege=privilege)))
    has_role = connection.execute(sa.text(_MAY_ACT), {"privilege": privilege}).scalar_one()
    if has_role:
        connection.execute(sa.text(_GRANT_SCHEMA))
    policies = {
        "users": _MINE.format(column="id"),
        # Whose request it is, is not known yet when a key is looked up.
        "api_keys": _EVERYONE,
    }
    for table in (
        *policies,
        "conversations",
        "slots",
        "replies",
        "readings",
        "reading_slots",
        "feedback",
        "documents",
    ):
        rows = policies.get(table, _MINE.format(column="user_id"))
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_own ON {table} USING ({rows})",
        ]
        if has_role:
            statements.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO tapehead_app")
        connection.execute(sa.text("; ".join(statements)))
