"""Documents: texts that the user brought along, kept as passages that a read can find.

A passage is a slot of kind ``document``. The document's id is the ``conversation_id`` of its
passages, so that they are neighbours on the tape; it is no conversation.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from memory.db.change_log import hold_user, locked
from memory.db.database import Database
from memory.db.queries import owned
from memory.db.tables import documents, slots
from memory.errors import NotFound
from memory.repositories.memories import add_slots
from memory.repositories.slot_rows import NewMemory, delete_slots


@dataclass(frozen=True, slots=True)
class Document:
    """``passages`` counts those that are still there."""

    id: str
    title: str
    passages: int
    created_at: datetime


class Documents:
    """The documents of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, user_id: str, title: str, passages: Sequence[NewMemory]) -> Document:
        """Store a document whole: all its passages in one transaction."""
        document_id = str(uuid.uuid4())
        with locked(self.database, user_id) as (connection, now):
            connection.execute(
                insert(documents).values(
                    user_id=user_id, id=document_id, title=title, created_at=now
                )
            )
            its = [
                replace(passage, kind="document", conversation_id=document_id)
                for passage in passages
            ]
            add_slots(connection, user_id, its, now)
        return Document(document_id, title, len(passages), now)

    def list(self, user_id: str, *, limit: int = 50, offset: int = 0) -> "list[Document]":
        """The newest first."""
        its = owned(slots, user_id, kind="document") & (slots.c.conversation_id == documents.c.id)
        passages = select(func.count()).where(its).correlate(documents).scalar_subquery()
        own = documents.c
        with self.database.read(user_id) as connection:
            rows = connection.execute(
                select(own.id, own.title, passages, own.created_at)
                .where(owned(documents, user_id))
                .order_by(own.created_at.desc(), own.id)
                .limit(limit)
                .offset(offset)
            )
            return [Document(*row) for row in rows]

    def forget(self, user_id: str, document_id: str) -> None:
        """Erase a document with all its passages. Raises NotFound."""
        with self.database.write(user_id) as connection:
            its = owned(documents, user_id, id=document_id)
            if (
                not hold_user(connection, user_id)
                or not connection.execute(delete(documents).where(its)).rowcount
            ):
                raise NotFound("document")
            passages = (slots.c.conversation_id == document_id) & (slots.c.kind == "document")
            delete_slots(connection, user_id, passages)
        self.database.scrub()
