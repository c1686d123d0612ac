"""The life of a reply: pending → complete, aborted or failed. Two short transactions around it.

T1 (``begin``) stores the user's message and a pending reply with an owner and a lease. T2
(``commit``) stores the answer, its embedding and the reading, fenced by owner and state: a reply
that was failed or deleted while it was generated stays so.
"""

import uuid
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from memory.db.change_log import advance, locked
from memory.db.database import Database
from memory.db.queries import owned
from memory.db.tables import conversations, replies, slots
from memory.errors import (
    ConversationBusy,
    IdempotencyKeyReused,
    NotFound,
    ReplyErased,
    ReplyLost,
    ReplyPending,
)
from memory.repositories.branches.alignment import Replaced
from memory.repositories.branches.replacement import adopt, branch, outdated, replace_turns
from memory.repositories.conversations import touch
from memory.repositories.leases import Leases
from memory.repositories.readings import forget_readings, save_reading
from memory.repositories.reply_types import (
    Ended,
    Outcome,
    Outdated,
    Pending,
    Request,
    ended,
    finish_columns,
    stored_replies,
)
from memory.repositories.slot_rows import delete_slots, embedding_columns
from memory.repositories.tool_loops import resume
from memory.types import Status, with_speaker
from models.language.base import Message

# Seconds that the end of a reply waits for other transactions: an answer has cost a minute of work,
# and is lost if it cannot be stored.
LOCK_TIMEOUT = 60.0


class Replies:
    """Begins and ends replies. ``owner`` names this process, and no other."""

    def __init__(self, database: Database, owner: str, lease_seconds: float = 15.0) -> None:
        self.database = database
        self.owner = owner
        self.leases = Leases(database, owner, lease_seconds)

    def begin(self, request: Request) -> Pending | Ended:
        """T1. An ``Ended`` comes back when the idempotency key was answered before.

        Raises NotFound (conversation, turn), ConversationBusy, ReplyPending, IdempotencyKeyReused.
        """
        begun, erased = self._begin(request)
        if erased:
            self.database.scrub()
        return begun

    def _begin(self, request: Request) -> tuple[Pending | Ended, bool]:
        """The reply, and whether turns were erased for it."""
        user_id = request.user_id
        with locked(self.database, user_id) as (connection, now):
            if request.idempotency_key is not None:
                known = self._answered(connection, request)
                if known is not None:
                    return known, False
            if request.shown is not None and request.conversation_id is not None:
                adopt(connection, user_id, request.conversation_id, request.shown)
            named, change = _shown_branch(connection, request, now)
            resumed = resume(connection, request, named, change, self.leases, now)
            if resumed is not None:
                return resumed, False
            conversation_id = touch(connection, user_id, named, now, create=request.adopt)
            self.leases.fail_expired(connection, user_id, conversation_id, now)
            erased = replace_turns(connection, user_id, conversation_id, change, now)
            pending_here = owned(slots, user_id, conversation_id=conversation_id, status="pending")
            if connection.execute(select(slots.c.position).where(pending_here)).first():
                raise ConversationBusy
            if request.replaces is not None:
                _rewind(connection, user_id, conversation_id, request.replaces)
                erased = True
            _store_fingerprint(connection, request, conversation_id)
            entry = advance(connection, user_id, positions=2)
            pending = Pending(
                user_id=user_id,
                conversation_id=conversation_id,
                question_id=str(uuid.uuid4()),
                question_position=entry.first_position,
                id=str(uuid.uuid4()),
                position=entry.first_position + 1,
                owner=self.owner,
                created_at=now,
            )
            shared = {
                "user_id": user_id,
                "kind": "turn",
                "remembered": request.remembered,
                "conversation_id": conversation_id,
                "created_at": now,
                "updated_at": now,
                "change_seq": entry.change_seq,
            }
            question = {
                "position": pending.question_position,
                "id": pending.question_id,
                "role": "user",
                "speaker": request.speaker,
                "text": request.text,
                "status": "complete",
            }
            answer = {
                "position": pending.position,
                "id": pending.id,
                "role": "assistant",
                "speaker": None,
                "text": "",
                "status": "pending",
            }
            connection.execute(insert(slots), [shared | question, shared | answer])
            connection.execute(
                insert(replies).values(
                    user_id=user_id,
                    position=pending.position,
                    question_position=pending.question_position,
                    owner=self.owner,
                    lease_expires_at=self.leases.expiry(now),
                    idempotency_key=request.idempotency_key,
                    request_hash=request.request_hash,
                    model=request.model,
                )
            )
            return pending, erased

    def outdated(self, user_id: str, request: Request) -> Outdated:
        """What T1 would replace for this request, of which nothing is kept."""
        with self.database.read(user_id) as connection:
            named, change = _shown_branch(connection, request, self.database.now(connection))
            if named is None:
                return Outdated(None, frozenset())
            its = select(slots.c.position).where(owned(slots, user_id), outdated(named, change))
            return Outdated(named, frozenset(connection.execute(its).scalars()))

    def _answered(self, connection: Connection, request: Request) -> Ended | None:
        same_key = replies.c.idempotency_key == request.idempotency_key
        row = connection.execute(stored_replies(request.user_id, same_key)).one_or_none()
        if row is None:
            return None
        if row.request_hash != request.request_hash:
            raise IdempotencyKeyReused
        if row.status == "pending":
            raise ReplyPending
        return ended(row)

    def commit(self, pending: Pending, outcome: Outcome) -> None:
        """T2: the answer is durable when this returns. Raises ReplyLost, ReplyErased."""
        self._end(pending, "complete", outcome)

    def abort(self, pending: Pending, outcome: Outcome) -> None:
        """The listener left: what was said so far stays in the history, as no memory."""
        self._end(pending, "aborted", outcome)

    def fail(self, pending: Pending, outcome: Outcome) -> None:
        """The reply went wrong, for the reason that ``outcome.error`` names."""
        self._end(pending, "failed", outcome)

    def _end(self, pending: Pending, status: Status, outcome: Outcome) -> None:
        user_id = pending.user_id
        its_slot = owned(slots, user_id, position=pending.position)
        with locked(self.database, user_id, LOCK_TIMEOUT) as (connection, now):
            held = connection.execute(
                update(replies)
                .where(owned(replies, user_id, position=pending.position, owner=pending.owner))
                .values(
                    reading_id=outcome.reading and outcome.reading.id,
                    **finish_columns(outcome.finish),
                    timings=dict(outcome.timings),
                    error=outcome.error,
                )
            ).rowcount
            entry = advance(connection, user_id)
            if outcome.question_embedding is not None:
                # T1 gave both the same change number. A question with another one was edited
                # meanwhile, or has its embedding from upkeep: this one is of the text as it was.
                began = select(slots.c.change_seq).where(its_slot)
                question = owned(
                    slots, user_id, position=pending.question_position, status="complete"
                )
                connection.execute(
                    update(slots)
                    .where(question, slots.c.change_seq == began.scalar_subquery())
                    .values(
                        change_seq=entry.change_seq,
                        **embedding_columns(outcome.question_embedding),
                    )
                )
            written = connection.execute(
                update(slots)
                .where(its_slot, slots.c.status == "pending")
                .values(
                    text=outcome.text,
                    status=status,
                    updated_at=now,
                    change_seq=entry.change_seq,
                    **embedding_columns(outcome.embedding),
                )
            ).rowcount
            if not held or not written:
                left = connection.execute(select(slots.c.status).where(its_slot)).scalar()
                raise ReplyErased if left in (None, "deleted") else ReplyLost
            if outcome.reading is not None:
                save_reading(connection, user_id, outcome.reading, now)
            # Without an answer the conversation shows what T1 found.
            shown = {} if outcome.fingerprint is None else {"fingerprint": outcome.fingerprint}
            connection.execute(
                update(conversations)
                .where(owned(conversations, user_id, id=pending.conversation_id))
                .values(updated_at=now, **shown)
            )

    def get(self, user_id: str, turn_id: str) -> Ended:
        """One reply by its turn's id. Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                stored_replies(user_id, slots.c.id == turn_id, slots.c.status != "deleted")
            ).one_or_none()
        if row is None:
            raise NotFound("reply")
        return ended(row)


def _shown_branch(
    connection: Connection, request: Request, now: datetime
) -> tuple[str | None, Replaced]:
    """The id of the conversation that the request continues, and what its view replaces there."""
    user_id, named, shown = request.user_id, request.conversation_id, request.shown
    if shown is None:
        return named, Replaced()
    question = Message("user", with_speaker(request.speaker, request.text))
    found = branch(connection, user_id, named, shown, question, now)
    return (named, Replaced()) if found is None else (found.conversation_id, found.replaced)


def _store_fingerprint(connection: Connection, request: Request, conversation_id: str) -> None:
    """What the conversation shows until its answer is stored."""
    shown = request.shown
    text = Message("user", with_speaker(request.speaker, request.text))
    connection.execute(
        update(conversations)
        .where(owned(conversations, request.user_id, id=conversation_id))
        .values(fingerprint=None if shown is None else shown.fingerprint(text))
    )


def _rewind(connection: Connection, user_id: str, conversation_id: str, turn_id: str) -> None:
    """Erase a turn of a conversation, and all that was said and read there after it.

    Raises NotFound. The caller scrubs once the transaction is over.
    """
    turn = owned(slots, user_id, conversation_id=conversation_id, id=turn_id)
    position = connection.execute(select(slots.c.position).where(turn)).scalar_one_or_none()
    if position is None:
        raise NotFound("turn")
    later = (slots.c.conversation_id == conversation_id) & (slots.c.position >= position)
    delete_slots(connection, user_id, later)
    forget_readings(connection, user_id, conversation_id, since=position)
