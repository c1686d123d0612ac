"""How much of everything there is, over all users."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, func, select

from memory.db.database import EVERYONE, Database
from memory.db.tables import conversations, readings, slots, users
from memory.db.timeouts import LONG_STATEMENT


@dataclass(frozen=True, slots=True)
class UserCount:
    """How much is remembered of one user, and since when."""

    id: str
    memories: int
    conversations: int
    since: datetime


def count_users(database: Database) -> list[UserCount]:
    """Every user there is, by name."""
    remembered = (
        select(slots.c.user_id, func.count().label("many"))
        .where(slots.c.status == "complete", slots.c.remembered)
        .group_by(slots.c.user_id)
        .subquery()
    )
    talked = (
        select(conversations.c.user_id, func.count().label("many"))
        .group_by(conversations.c.user_id)
        .subquery()
    )
    query = (
        select(
            users.c.id,
            func.coalesce(remembered.c.many, 0),
            func.coalesce(talked.c.many, 0),
            users.c.created_at,
        )
        .outerjoin(remembered, remembered.c.user_id == users.c.id)
        .outerjoin(talked, talked.c.user_id == users.c.id)
        .order_by(users.c.id)
    )
    with database.read(EVERYONE, statement_timeout=LONG_STATEMENT) as connection:
        return [UserCount(*row) for row in connection.execute(query)]


def count(database: Database) -> dict[str, int]:
    """Users, conversations, readings, live slots by kind, and those that wait for an embedding."""
    live = slots.c.status == "complete"
    with database.read(EVERYONE, statement_timeout=LONG_STATEMENT) as connection:

        def many(table: Table, *where: ColumnElement[bool]) -> int:
            query = select(func.count()).select_from(table).where(*where)
            return connection.execute(query).scalar_one()

        kinds = connection.execute(
            select(slots.c.kind, func.count())
            .where(live)
            .group_by(slots.c.kind)
            .order_by(slots.c.kind)
        ).all()
        return {
            "users": many(users),
            "conversations": many(conversations),
            "readings": many(readings),
            **{f"memories: {row[0]}": row[1] for row in kinds},
            "not yet embedded": many(slots, live, slots.c.embedder.is_(None)),
        }
