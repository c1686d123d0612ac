"""A user's whole memory as values, to be taken elsewhere: every page of it in one transaction.

Embeddings are not among them: a vector tells its text to whoever has the embedder, and is made anew
where the memory goes. Readings stay behind, too: they are about a reply of this service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, tuple_

from memory.db.database import Database
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
        yield from self._conversations(user_id)
        yield from self._documents(user_id)
        yield from self._memories(user_id)
        yield from self._feedback(user_id)

    def _conversations(self, user_id: str) -> Iterator[Sequence[Record]]:
        after = ""
        while True:
            with self.database.read(user_id) as connection:
                rows = connection.execute(
                    select(conversations)
                    .where(conversations.c.user_id == user_id, conversations.c.id > after)
                    .order_by(conversations.c.id)
                    .limit(self.page)
                ).all()
            if not rows:
                return
            yield [
                ArchivedConversation(
                    row.id, row.title, row.fingerprint, row.created_at, row.updated_at
                )
                for row in rows
            ]
            after = rows[-1].id

    def _documents(self, user_id: str) -> Iterator[Sequence[Record]]:
        after = ""
        while True:
            with self.database.read(user_id) as connection:
                rows = connection.execute(
                    select(documents)
                    .where(documents.c.user_id == user_id, documents.c.id > after)
                    .order_by(documents.c.id)
                    .limit(self.page)
                ).all()
            if not rows:
                return
            yield [ArchivedDocument(row.id, row.title, row.created_at) for row in rows]
            after = rows[-1].id

    def _memories(self, user_id: str) -> Iterator[Sequence[Record]]:
        after = 0
        while True:
            with self.database.read(user_id) as connection:
                rows = connection.execute(
                    select(slots)
                    .where(
                        slots.c.user_id == user_id,
                        slots.c.position > after,
                        slots.c.status.in_(KEPT_STATUS),
                    )
                    .order_by(slots.c.position)
                    .limit(self.page)
                ).all()
            if not rows:
                return
            yield [
                ArchivedMemory(
                    id=row.id,
                    position=row.position,
                    kind=row.kind,
                    role=row.role,
                    speaker=row.speaker,
                    text=row.text or "",
                    status=row.status,
                    remembered=row.remembered,
                    conversation_id=row.conversation_id,
                    created_at=row.created_at,
                )
                for row in rows
            ]
            after = rows[-1].position

    def _feedback(self, user_id: str) -> Iterator[Sequence[Record]]:
        read, asked = slots.alias(), slots.alias()
        after = ("", 0)
        while True:
            with self.database.read(user_id) as connection:
                rows = connection.execute(
                    select(feedback, read.c.id.label("memory_id"), asked.c.id.label("question_id"))
                    .join(
                        read,
                        and_(
                            read.c.user_id == feedback.c.user_id,
                            read.c.position == feedback.c.position,
                        ),
                    )
                    .join(
                        asked,
                        and_(
                            asked.c.user_id == feedback.c.user_id,
                            asked.c.position == feedback.c.question_position,
                        ),
                    )
                    .where(
                        feedback.c.user_id == user_id,
                        tuple_(feedback.c.reading_id, feedback.c.position) > after,
                    )
                    .order_by(feedback.c.reading_id, feedback.c.position)
                    .limit(self.page)
                ).all()
            if not rows:
                return
            yield [
                ArchivedFeedback(
                    row.reading_id, row.memory_id, row.question_id, row.verdict, row.created_at
                )
                for row in rows
            ]
            after = (rows[-1].reading_id, rows[-1].position)
