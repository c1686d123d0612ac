"""Conditions and columns that the statements of all repositories share."""

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_

from memory.db.tables import slots


def owned(table: FromClause, user_id: str, **values: object) -> ColumnElement[bool]:
    """The user's rows of a table in which these columns have these values."""
    return and_(
        table.c.user_id == user_id,
        *(table.c[column] == value for column, value in values.items()),
    )


def is_slot(
    table: FromClause, position: str = "position", slot: FromClause = slots
) -> ColumnElement[bool]:
    """To join rows of a table with the slot whose position a column of theirs holds."""
    return and_(slot.c.user_id == table.c.user_id, slot.c.position == table.c[position])


def columns(table: FromClause, kind: type[Any]) -> list[ColumnElement[Any]]:
    """The columns of a table that have the names of a dataclass's fields, in their order."""
    return [table.c[field.name] for field in fields(kind)]
