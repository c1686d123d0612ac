"""A user's whole memory as values, to be taken elsewhere: every page of it in one transaction.

Embeddings are not among them: a vector tells its text to whoever has the embedder, and is made anew
where the memory goes. Readings stay behind, too: they are about a reply of this service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, tuple_

from memory.db.database import Database
from memory.db.queries import columns, is_slot, owned
from memory.db.tables import conversations, documents, feedback, slots
from memory.repositories.feedback import Verdict
from memory.types import Kind, Role, Status

PAGE = 500
# What was begun and has no end yet is not a memory; what was forgotten is none any more.
KEPT_STATUS: tuple[Status, ...] = ("complete", "aborted", "failed")


@dataclass(frozen=True, slots=True)
class ArchivedConversation:
    """A conversation without its turns. ``fingerprint`` is what OpenAI's clients find it by."""

    id: str
    title: str | None
    fingerprint: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """A document without its passages."""

    id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivedMemory:
    """A slot. ``position`` tells how far it lay behind the one before it; None: right behind."""

    id: str
    position: int | None
    kind: Kind
    role: Role
    speaker: str | None
    text: str
    status: Status
    remembered: bool
    conversation_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivedFeedback:
    """A verdict: on this memory, read for this question."""

    reading_id: str
    memory_id: str
    question_id: str
    feedback: Verdict
    created_at: datetime


Record = ArchivedConversation | ArchivedDocument | ArchivedMemory | ArchivedFeedback


class Export:
    """The memories of all users, one user at a time."""

    def __init__(self, database: Database, page: int = PAGE) -> None:
        self.database = database
        self.page = page

    def pages(self, user_id: str) -> Iterator[Sequence[Record]]:
        """Everything, a page at a time: conversations, documents, memories in order, feedback.

        Between two pages nothing is held: who takes them may take hours. What is said or forgotten
        meanwhile, on pages that are still to come, is or is not among them.
        """
        for kind, query, place in _queries(user_id):
            for rows in self._row_pages(user_id, query, place):
                yield [kind(*row) for row in rows]

    def conversations(self, user_id: str) -> Iterator[ArchivedConversation]:
        """All conversations, by id. They are read a page at a time, as ``pages``."""
        query, place = select(*columns(conversations, ArchivedConversation)), [conversations.c.id]
        for row in self._each(user_id, query.where(owned(conversations, user_id)), place):
            yield ArchivedConversation(*row)

    def turns(self, user_id: str, conversation_id: str) -> Iterator[ArchivedMemory]:
        """The complete turns of a conversation, oldest first."""
        own = owned(slots, user_id, conversation_id=conversation_id, kind="turn", status="complete")
        yield from self._memories(user_id, own)

    def facts(self, user_id: str) -> Iterator[ArchivedMemory]:
        """The memories that are neither turns nor passages of documents, oldest first."""
        own = owned(slots, user_id, status="complete") & slots.c.kind.in_(("fact", "summary"))
        yield from self._memories(user_id, own)

    def _memories(self, user_id: str, own: ColumnElement[bool]) -> Iterator[ArchivedMemory]:
        query = select(*columns(slots, ArchivedMemory)).where(own)
        for row in self._each(user_id, query, [slots.c.position]):
            yield ArchivedMemory(*row)

    def _each(
        self, user_id: str, query: Select[Any], place: Sequence[ColumnElement[Any]]
    ) -> Iterator[Sequence[Any]]:
        for rows in self._row_pages(user_id, query, place):
            yield from rows

    def _row_pages(
        self, user_id: str, query: Select[Any], place: Sequence[ColumnElement[Any]]
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """The rows of a query in the order of ``place``, a page in a transaction."""
        page = query.add_columns(*place).order_by(*place).limit(self.page)
        rows = self._rows(user_id, page)
        while rows:
            yield [row[: -len(place)] for row in rows]
            rows = self._rows(user_id, page.where(tuple_(*place) > rows[-1][-len(place) :]))

    def _rows(self, user_id: str, query: Select[Any]) -> Sequence[Row[Any]]:
        with self.database.read(user_id) as connection:
            return connection.execute(query).all()


def _queries(
    user_id: str,
) -> list[tuple[type[Record], Select[Any], list[ColumnElement[Any]]]]:
    """What the records of each kind are made of, and the columns that tell their place."""
    memory, question = slots.alias(), slots.alias()
    return [
        (
            ArchivedConversation,
            select(*columns(conversations, ArchivedConversation)).where(
                owned(conversations, user_id)
            ),
            [conversations.c.id],
        ),
        (
            ArchivedDocument,
            select(*columns(documents, ArchivedDocument)).where(owned(documents, user_id)),
            [documents.c.id],
        ),
        (
            ArchivedMemory,
            select(*columns(slots, ArchivedMemory)).where(
                owned(slots, user_id), slots.c.status.in_(KEPT_STATUS)
            ),
            [slots.c.position],
        ),
        (
            ArchivedFeedback,
            select(
                feedback.c.reading_id,
                memory.c.id,
                question.c.id,
                feedback.c.verdict,
                feedback.c.created_at,
            )
            .join(memory, is_slot(feedback, "position", memory))
            .join(question, is_slot(feedback, "question_position", question))
            .where(owned(feedback, user_id)),
            [feedback.c.reading_id, feedback.c.position],
        ),
    ]
