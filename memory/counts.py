"""How much of everything there is, over all users."""

from sqlalchemy import ColumnElement, Table, func, select

from memory.database import EVERYONE, Database
from memory.tables import conversations, readings, slots, users


def count(database: Database) -> dict[str, int]:
    """Users, conversations, readings, live slots by kind, and those that wait for a key."""
    live = slots.c.status == "complete"
    with database.read(EVERYONE) as connection:

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
            "without a key": many(slots, live, slots.c.embedder.is_(None)),
        }
