"""A reply as a row, and the slot that it fills: conditions, columns, and back to a value."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from memory.db.tables import replies, slots
from memory.repositories.reply_types import Ended
from models.language.base import Finish, Usage


def at(user_id: str, position: int) -> ColumnElement[bool]:
    """The user's slot at this position."""
    return and_(slots.c.user_id == user_id, slots.c.position == position)


def same_slot() -> ColumnElement[bool]:
    """A reply and the slot that it fills."""
    return and_(slots.c.user_id == replies.c.user_id, slots.c.position == replies.c.position)


def with_slot(user_id: str, *conditions: ColumnElement[bool]) -> Any:
    """The user's replies under these conditions, with what ``ended`` needs of their slots."""
    return (
        select(
            replies,
            slots.c.id,
            slots.c.text,
            slots.c.status,
            slots.c.conversation_id,
            slots.c.created_at,
        )
        .join_from(replies, slots, same_slot())
        .where(replies.c.user_id == user_id, *conditions)
    )


def finish_columns(finish: Finish | None) -> dict[str, Any]:
    """How the model ended, as columns; none where it did not."""
    if finish is None:
        return {}
    return {
        "finish_reason": finish.reason,
        "prompt_tokens": finish.usage.prompt_tokens,
        "completion_tokens": finish.usage.completion_tokens,
        "cached_tokens": finish.usage.cached_tokens,
    }


def ended(connection: Connection, row: Row[Any]) -> Ended:
    """A row of ``with_slot`` as a value."""
    question_id = connection.execute(
        select(slots.c.id).where(at(row.user_id, row.question_position))
    ).scalar_one_or_none()
    return Ended(
        id=row.id,
        conversation_id=row.conversation_id,
        question_id=question_id,
        status=row.status,
        text=row.text or "",
        created_at=row.created_at,
        model=row.model,
        reading_id=row.reading_id,
        finish=Finish(
            "length" if row.finish_reason == "length" else "stop",
            Usage(row.prompt_tokens or 0, row.completion_tokens or 0, row.cached_tokens or 0),
        ),
        timings=row.timings or {},
        error=row.error,
    )
