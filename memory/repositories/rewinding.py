"""Going back in a conversation: what a message that is said anew takes with it."""

from sqlalchemy import Connection, and_, select

from memory.db.tables import slots
from memory.errors import NotFound
from memory.repositories.readings import forget_readings
from memory.repositories.slot_rows import delete_slots


def rewind(connection: Connection, user_id: str, conversation_id: str, turn_id: str) -> None:
    """Erase a turn of a conversation, and all that was said and read there after it.

    Raises NotFound. The caller scrubs once the transaction is over.
    """
    its = and_(slots.c.user_id == user_id, slots.c.conversation_id == conversation_id)
    position = connection.execute(
        select(slots.c.position).where(its, slots.c.id == turn_id)
    ).scalar_one_or_none()
    if position is None:
        raise NotFound("turn")
    delete_slots(
        connection,
        user_id,
        and_(slots.c.conversation_id == conversation_id, slots.c.position >= position),
    )
    forget_readings(connection, user_id, conversation_id, since=position)
