"""The change that a client's view makes, within the transaction that accepts its request."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, false, or_, select, update

from memory.db.change_log import advance
from memory.db.queries import owned
from memory.db.tables import conversations, documents, readings, slots
from memory.repositories.branches.alignment import (
    Replaced,
    StoredTurn,
    is_end,
    is_same,
    replaced,
)
from memory.repositories.branches.recognition import Recognised, find, last_turns, recognise
from memory.repositories.branches.shown import Shown
from memory.repositories.readings import forget_readings
from memory.repositories.slot_rows import delete_derived, delete_slots
from models.language.base import Message

_MOST_TURNS = 10_000  # of a conversation that are compared: as many as a request has messages
_MORE = 16  # turns beyond those shown, in which most branches lie


def branch(
    connection: Connection,
    user_id: str,
    conversation_id: str | None,
    shown: Shown,
    question: Message,
    now: datetime,
) -> Recognised | None:
    """The conversation that the client shows, and what its view replaces there. Reads only.

    None where there is no such conversation yet.
    """
    if conversation_id is None:
        return recognise(connection, user_id, shown, question, now)
    if not _exists(connection, user_id, conversation_id):
        return None
    return Recognised(
        conversation_id, _named(connection, user_id, conversation_id, shown, question)
    )


def adopt(connection: Connection, user_id: str, conversation_id: str, shown: Shown) -> None:
    """Give a conversation that is found by its messages the new id that its client has for it.

    Front ends send the first message of a chat before the chat has an id.
    """
    if not shown.messages or _exists(connection, user_id, conversation_id):
        return
    unnamed = find(connection, user_id, Shown(shown.messages, False, "window").fingerprint() or "")
    if unnamed is None:
        return
    entry = advance(connection, user_id)
    connection.execute(
        update(conversations)
        .where(owned(conversations, user_id, id=unnamed))
        .values(id=conversation_id, fingerprint=None)
    )
    connection.execute(
        update(slots)
        .where(owned(slots, user_id, conversation_id=unnamed))
        .values(conversation_id=conversation_id, change_seq=entry.change_seq)
    )
    connection.execute(
        update(readings)
        .where(owned(readings, user_id, conversation_id=unnamed))
        .values(conversation_id=conversation_id)
    )


def _exists(connection: Connection, user_id: str, conversation_id: str) -> bool:
    """Whether there is such a conversation, or a document, whose ids are of the same kind."""
    known = (
        select(table.c.id).where(owned(table, user_id, id=conversation_id))
        for table in (conversations, documents)
    )
    return any(connection.execute(query).first() is not None for query in known)


def replace_turns(
    connection: Connection, user_id: str, conversation_id: str, change: Replaced, now: datetime
) -> bool:
    """Erase and rewrite turns, with what was read for them; returns whether there was any.

    A reply that is under way among them is lost. The caller scrubs once the transaction is over.
    """
    here = slots.c.conversation_id == conversation_id
    if change.after is not None:
        delete_slots(connection, user_id, here & (slots.c.position > change.after))
        forget_readings(connection, user_id, conversation_id, since=change.after + 1)
    if change.removed:
        delete_slots(connection, user_id, here & slots.c.position.in_(change.removed))
        forget_readings(connection, user_id, conversation_id, questions=change.removed)
    if change.rewritten:
        entry = advance(connection, user_id)
        delete_derived(connection, user_id, here & slots.c.position.in_(change.rewritten))
        for position, text in change.rewritten.items():
            connection.execute(
                update(slots)
                .where(owned(slots, user_id, position=position))
                # Maintenance embeds the new text.
                .values(
                    text=text,
                    updated_at=now,
                    change_seq=entry.change_seq,
                    embedding=None,
                    embedder=None,
                    tokens=None,
                )
            )
    return change.after is not None or bool(change.removed or change.rewritten)


def outdated(conversation_id: str, change: Replaced) -> ColumnElement[bool]:
    """The slots that a change takes the text of."""
    after = false() if change.after is None else slots.c.position > change.after
    changed = change.removed | set(change.rewritten)
    return (slots.c.conversation_id == conversation_id) & or_(after, slots.c.position.in_(changed))


def _named(
    connection: Connection, user_id: str, conversation_id: str, shown: Shown, question: Message
) -> Replaced:
    if shown.added is not None:
        return _added(connection, user_id, conversation_id, question, shown.added)
    if not shown.messages:
        return _without_history(connection, user_id, conversation_id, shown, question)
    # Pictures alone, and calls of tools, have no text.
    messages = [message for message in shown.messages if message.content.strip()]
    stored = last_turns(connection, user_id, conversation_id, len(messages) + _MORE)
    turns = [turn for turn in stored if turn.is_shown]
    is_tail = len(turns) >= len(messages) and is_end(turns, messages)
    if is_tail and turns[-1] is stored[-1]:
        return Replaced()
    if len(stored) == len(messages) + _MORE:
        stored = last_turns(connection, user_id, conversation_id, _MOST_TURNS)
    return replaced(stored, messages)


def _added(
    connection: Connection, user_id: str, conversation_id: str, question: Message, answer: Message
) -> Replaced:
    """What is added replaces the last exchange only where it is the same, or has no answer."""
    last = last_turns(connection, user_id, conversation_id, 2)
    if [turn.role for turn in last] != ["user", "assistant"]:
        return Replaced()
    asked, answered = last
    again = answered.status == "complete" and is_same(answered, answer)
    if is_same(asked, question) and (again or answered.status == "failed"):
        return Replaced(after=asked.position - 1)
    return Replaced()


def _without_history(
    connection: Connection, user_id: str, conversation_id: str, shown: Shown, question: Message
) -> Replaced:
    """A first message replaces the whole chat; of a window, only the last copy of itself."""
    if shown.start == "first":
        return Replaced(after=-1)
    stored = last_turns(connection, user_id, conversation_id, 2)
    asked: list[StoredTurn] = [turn for turn in stored if turn.role == "user"]
    if asked and is_same(asked[-1], question):
        return Replaced(after=asked[-1].position - 1)
    return Replaced()
