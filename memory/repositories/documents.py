"""Documents: texts that the user brought along, kept as passages that a read can find.

A passage is a slot of kind ``document``. The document's id is the ``conversation_id`` of its
passages, so that they are neighbours on the tape; it is no conversation.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Select, delete, func, insert, select

from memory.db.change_log import hold_user, locked
from memory.db.database import Database
from memory.db.queries import owned
from memory.db.tables import documents, slots
from memory.errors import NotFound
from memory.repositories.memories import add_slots
from memory.repositories.slot_rows import NewMemory, delete_slots


@dataclass(frozen=True, slots=True)
class Document:
    """``passages`` counts those that are still there. ``is_new``: they were stored by this call."""

    id: str
    title: str
    passages: int
    created_at: datetime
    is_new: bool = field(default=False, compare=False)


class Documents:
    """The documents of all users, one user at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def find(self, user_id: str, digest: bytes, passages: int) -> Document | None:
        """The user's document of the same file, if all of its passages are still there."""
        with self.database.read(user_id) as connection:
            found = _of_the_same_file(connection, user_id, digest)
        return found if found is not None and found.passages == passages else None

    def add(
        self, user_id: str, title: str, passages: Sequence[NewMemory], digest: bytes | None = None
    ) -> Document:
        """Store a document whole: all its passages in one transaction.

        ``digest`` tells its file from others. An earlier document of the same file stays if it has
        all of its passages, and is replaced if some were forgotten.
        """
        document_id = str(uuid.uuid4())
        with locked(self.database, user_id) as (connection, now):
            earlier = digest and _of_the_same_file(connection, user_id, digest)
            if earlier and earlier.passages == len(passages):
                return earlier
            if earlier:
                _erase(connection, user_id, earlier.id)
            connection.execute(
                insert(documents).values(
                    user_id=user_id, id=document_id, title=title, digest=digest, created_at=now
                )
            )
            its = [
                replace(passage, kind="document", conversation_id=document_id)
                for passage in passages
            ]
            add_slots(connection, user_id, its, now)
        if earlier:
            self.database.scrub()
        return Document(document_id, title, len(passages), now, is_new=True)

    def list(self, user_id: str, *, limit: int = 50, offset: int = 0) -> "list[Document]":
        """The newest first."""
        newest = _with_passages(user_id).order_by(documents.c.created_at.desc(), documents.c.id)
        with self.database.read(user_id) as connection:
            rows = connection.execute(newest.limit(limit).offset(offset))
            return [Document(*row) for row in rows]

    def forget(self, user_id: str, document_id: str) -> None:
        """Erase a document with all its passages. Raises NotFound."""
        with self.database.write(user_id) as connection:
            if not hold_user(connection, user_id) or not _erase(connection, user_id, document_id):
                raise NotFound("document")
        self.database.scrub()


def _with_passages(user_id: str) -> Select[str, str, int, datetime]:
    """The user's documents, each with the number of its passages."""
    its = owned(slots, user_id, kind="document") & (slots.c.conversation_id == documents.c.id)
    passages = select(func.count()).where(its).correlate(documents).scalar_subquery()
    own = documents.c
    return select(own.id, own.title, passages, own.created_at).where(owned(documents, user_id))


def _of_the_same_file(connection: Connection, user_id: str, digest: bytes) -> Document | None:
    row = connection.execute(
        _with_passages(user_id)
        .where(documents.c.digest == digest)
        .order_by(documents.c.created_at.desc())
        .limit(1)
    ).first()
    return None if row is None else Document(*row)


def _erase(connection: Connection, user_id: str, document_id: str) -> bool:
    """Whether the document was there."""
    its = owned(documents, user_id, id=document_id)
    if not connection.execute(delete(documents).where(its)).rowcount:
        return False
    passages = (slots.c.conversation_id == document_id) & (slots.c.kind == "document")
    delete_slots(connection, user_id, passages)
    return True
