"""The conversation of a client that sends messages only, and what its last message replaces there.

Two chats may begin alike, so a conversation is changed only where the messages show that they are
of this one. In doubt a new conversation begins, and nothing is lost. What counts as shown:

| the client shows                                             | then                            |
|--------------------------------------------------------------|---------------------------------|
| exactly the chat so far, or the last messages of one         | it goes on                      |
| the chat before its last question, and that question again   | the answer is replaced          |
| the same with another question, and the message before it    | question and answer are         |
| was said here                                                | replaced                        |
| the chat without one exchange in its midst                   | that exchange is removed        |
| the chat with another last answer, after a whole exchange    | the answer gets those words     |

A message that begins a chat replaces only its own copy, within ``RECENT``, as long as the chat has
not gone on. Another question replaces the last one only within ``RECENT``, and not in a chat whose
first message was sent repeatedly: that may have been two chats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from memory.db.queries import columns, owned
from memory.db.tables import conversations, slots
from memory.repositories.branches.alignment import (
    Replaced,
    StoredTurn,
    deleted_exchange,
    is_end,
    is_same,
)
from memory.repositories.branches.shown import Shown
from models.language.base import Message

RECENT = timedelta(hours=1)
_CANDIDATES = 8  # the conversations used last, of those that are found by their messages
_TURN = columns(slots, StoredTurn)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A conversation, and what changes in it."""

    conversation_id: str
    replaced: Replaced


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: str
    fingerprint: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _LastExchange:
    """The last turns of a conversation, with its last question at ``place`` among them."""

    candidate: _Candidate
    turns: Sequence[StoredTurn]
    place: int

    @property
    def question(self) -> StoredTurn:
        return self.turns[self.place]

    @property
    def replaced(self) -> Recognised:
        return Recognised(self.candidate.id, Replaced(after=self.question.position - 1))

    def is_edited(self, messages: Sequence[Message], now: datetime) -> bool:
        """Whether another question behind these messages is no doubt in place of this one."""
        before = [turn for turn in self.turns[: self.place] if turn.is_shown]
        so_far = [turn for turn in self.turns if turn.is_shown]
        return (
            now - self.candidate.updated_at <= RECENT
            and is_end(before, messages)
            # Where answers are alike, a client that shows the last messages only may go on.
            and not is_end(so_far, messages)
        )


def find(connection: Connection, user_id: str, fingerprint: str) -> str | None:
    """The conversation that shows exactly what this fingerprint was made of, the latest of them."""
    return connection.execute(
        select(conversations.c.id)
        .where(owned(conversations, user_id, fingerprint=fingerprint))
        .order_by(conversations.c.updated_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def recognise(
    connection: Connection, user_id: str, shown: Shown, question: Message, now: datetime
) -> Recognised | None:
    """The conversation of these messages; None where a new one begins."""
    rows = connection.execute(
        select(*columns(conversations, _Candidate))
        .where(owned(conversations, user_id), conversations.c.fingerprint.is_not(None))
        .order_by(conversations.c.updated_at.desc())
        .limit(_CANDIDATES)
    )
    candidates = [_Candidate(*row) for row in rows]
    branches = [
        found
        for candidate in candidates
        if (found := _last_exchange(connection, user_id, candidate, shown)) is not None
    ]
    for last in branches:
        recent = now - last.candidate.updated_at <= RECENT
        if is_same(last.question, question) and (shown.messages or recent):
            return last.replaced
    if not shown.messages:
        return None
    if exact := find(connection, user_id, shown.fingerprint() or ""):
        return Recognised(exact, Replaced())
    for last in branches:
        if last.is_edited(shown.messages, now) and _began_once(connection, user_id, last.candidate):
            return last.replaced
    for candidate in candidates:
        change = _longer_view(connection, user_id, candidate, shown, now)
        if change is not None:
            return Recognised(candidate.id, change)
    return None


def last_turns(
    connection: Connection, user_id: str, conversation_id: str, limit: int
) -> list[StoredTurn]:
    """The last turns of a conversation, oldest first, whatever became of them."""
    rows = connection.execute(
        select(*_TURN)
        .where(owned(slots, user_id, conversation_id=conversation_id, kind="turn"))
        .order_by(slots.c.position.desc())
        .limit(limit)
    ).all()
    return [StoredTurn(*row) for row in reversed(rows)]


def _last_exchange(
    connection: Connection, user_id: str, candidate: _Candidate, shown: Shown
) -> _LastExchange | None:
    """The last question of a conversation, where exactly these messages were shown before it."""
    turns = last_turns(connection, user_id, candidate.id, 4)
    place = next((at for at in range(len(turns) - 1, -1, -1) if turns[at].role == "user"), None)
    if place is None:
        return None
    last = [Message(turn.role, turn.shown_text) for turn in turns[place:] if turn.is_shown]
    # An answer that was cut short, failed or is under way is no part of the fingerprint.
    if candidate.fingerprint not in (shown.fingerprint(*last), shown.fingerprint(*last[:1])):
        return None
    return _LastExchange(candidate, turns, place)


def _began_once(connection: Connection, user_id: str, candidate: _Candidate) -> bool:
    """Whether its first turn is as old as the conversation: it was sent once."""
    first = select(func.min(slots.c.position)).where(
        owned(slots, user_id, conversation_id=candidate.id, kind="turn")
    )
    began = connection.execute(
        select(slots.c.created_at).where(owned(slots, user_id), slots.c.position.in_(first))
    ).scalar_one_or_none()
    return began == candidate.created_at


def _longer_view(
    connection: Connection,
    user_id: str,
    candidate: _Candidate,
    shown: Shown,
    now: datetime,
) -> Replaced | None:
    """The last messages of a chat, or all of it with one change that is no doubt of this chat."""
    messages = shown.messages
    latest = last_turns(connection, user_id, candidate.id, 2)
    if not latest or not latest[-1].is_shown or latest[-1].role != messages[-1].role:
        return None
    # An answer alone, such as a greeting, may belong to any chat.
    if all(m.role != "user" for m in messages) and now - candidate.updated_at > RECENT:
        return None
    swiped = not is_same(latest[-1], messages[-1])
    if swiped and (len(messages) < 4 or not is_same(latest[0], messages[-2])):
        return None
    # One more exchange than shown, and one row that says whether there is more before it.
    stored = last_turns(connection, user_id, candidate.id, 2 * len(messages) + 3)
    turns = [turn for turn in stored if turn.is_shown]
    if swiped:
        return _swiped(turns, messages)
    if len(turns) >= len(messages) and is_end(turns, messages):
        return Replaced()
    if len(stored) < 2 * len(messages) + 3:  # all of it
        gone = deleted_exchange(stored, messages)
        if gone is not None:
            return Replaced(removed=set(gone))
    return None


def _swiped(turns: Sequence[StoredTurn], messages: Sequence[Message]) -> Replaced | None:
    """The last answer with the words shown, if all before it is this chat."""
    if turns[-1].role != "assistant" or len(turns) < len(messages):
        return None
    if not is_end(turns[:-1], messages[:-1]):
        return None
    return Replaced(rewritten={turns[-1].position: messages[-1].content})
