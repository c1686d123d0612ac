"""The SQL tables, and nothing else. Every key begins with the user: the memory shards by user.

No text is kept twice: a reading points at slots, a conversation has no copy of its first message.
What is forgotten in ``slots`` is therefore forgotten everywhere.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out: SQLite keeps no zone, so only UTC goes in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone means nothing here")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _user() -> Column[str]:
    return Column(
        "user_id", String(128), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )


users = Table(
    "users",
    metadata,
    Column("id", String(128), primary_key=True),
    # Taken, under this row's lock, by every transaction that writes slots: commit-ordered.
    Column("change_seq", BigInteger, nullable=False, server_default="0"),
    Column("next_position", BigInteger, nullable=False, server_default="1"),
    # Raised when everything is forgotten: tapes of an older epoch are thrown away whole. The first
    # one is drawn by lot, so that a user who was erased and comes back has another.
    Column("epoch", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    _user(),
    Column("id", String(128), primary_key=True),
    Column("title", String(200)),
    # Hash of the visible chat, by which a client that sends only messages finds its way back.
    Column("fingerprint", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_conversations_recent", "user_id", "updated_at"),
    Index("ix_conversations_fingerprint", "user_id", "fingerprint"),
)

slots = Table(
    "slots",
    metadata,
    _user(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("speaker", String(128)),
    Column("text", Text),
    Column("status", String(16), nullable=False),
    # False: kept for its conversation's history, never read as a memory.
    Column("remembered", Boolean, nullable=False),
    Column("conversation_id", String(128)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # A unit vector as little-endian float32, and the embedder that made it.
    Column("embedding", LargeBinary),
    Column("embedder", String(200)),
    Column("change_seq", BigInteger, nullable=False),
    # The vectors of its telling tokens as bits: see ``models/token_hashes.py``.
    Column("tokens", LargeBinary),
    UniqueConstraint("user_id", "id"),
    Index("ix_slots_change", "user_id", "change_seq"),
    Index("ix_slots_conversation", "user_id", "conversation_id", "position"),
    # Finds what has no embedding of today's embedder. Deleted slots need none.
    Index(
        "ix_slots_embedder",
        "embedder",
        sqlite_where=text("status = 'complete'"),
        postgresql_where=text("status = 'complete'"),
    ),
    Index(
        "uq_slots_one_pending",
        "user_id",
        "conversation_id",
        unique=True,
        sqlite_where=text("status = 'pending'"),
        postgresql_where=text("status = 'pending'"),
    ),
)

replies = Table(
    "replies",
    metadata,
    _user(),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("question_position", BigInteger, nullable=False),
    # Who is generating it, and until when that is believed without a renewal.
    Column("owner", String(128), nullable=False),
    Column("lease_expires_at", UtcDateTime, nullable=False),
    Column("idempotency_key", String(200)),
    Column("request_hash", String(64)),
    Column("reading_id", String(36)),
    Column("model", String(200), nullable=False),
    Column("finish_reason", String(16)),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("cached_tokens", Integer),
    Column("timings", JSON),
    Column("error", String(64)),
    UniqueConstraint("user_id", "idempotency_key"),
)

readings = Table(
    "readings",
    metadata,
    _user(),
    Column("id", String(36), primary_key=True),
    Column("conversation_id", String(128)),
    Column("question_position", BigInteger),
    Column("head", String(64), nullable=False),
    Column("null_weight", Float, nullable=False),
    Column("parameters", JSON, nullable=False),
    # The names of the signals, in the order in which their numbers lie in ``packed_signals``.
    Column("signal_names", JSON, nullable=False),
    # What a replay needs: the last change that the read knew of, the positions
    # that it left out, and whose vectors it compared.
    Column("as_of", BigInteger),
    Column("excluded", JSON),
    Column("embedder", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_readings_conversation", "user_id", "conversation_id", "created_at"),
)

reading_slots = Table(
    "reading_slots",
    metadata,
    _user(),
    Column("reading_id", String(36), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("weight", Float, nullable=False),
    # Its signals and their shares: see ``memory/repositories/reading_codec.py``.
    Column("packed_signals", LargeBinary, nullable=False),
    # Whether it went into the prompt: readings keep the best that were left out, too.
    Column("selected", Boolean, nullable=False),
    Index("ix_reading_slots_position", "user_id", "position"),
)

# Who may ask. Not a user's: found before it is known whose request it is.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", String(128), nullable=False),
    Column("user_id", String(128)),
    Column("namespace", String(32)),
    # What is shown of it, and what it is found by; of the rest only a hash is kept.
    Column("prefix", String(16), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

# What the user found of a slot that was read for a message.
feedback = Table(
    "feedback",
    metadata,
    _user(),
    Column("reading_id", String(36), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("question_position", BigInteger, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# A document's passages are slots; its id is their conversation_id, so that they are neighbours.
documents = Table(
    "documents",
    metadata,
    _user(),
    Column("id", String(128), primary_key=True),
    Column("title", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column(
        "digest", LargeBinary
    ),  # of the file; null if it was imported, or is of an older version
)
