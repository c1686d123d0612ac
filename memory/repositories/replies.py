"""The life of a reply: pending → complete, aborted or failed. Two short transactions around it.

T1 (``begin``) stores what the user said and a pending reply with an owner and a lease. T2
(``commit``) stores the answer, its embedding and the reading, fenced by owner and state: a reply
that was swept or deleted while it was generated stays so. A process that dies leaves a lease that
runs out.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, tuple_, update

from memory.db.change_log import advance, hold_user, lock_user
from memory.db.database import EVERYONE, Database
from memory.db.tables import conversations, replies, slots
from memory.errors import ConversationBusy, KeyReused, NotFound, ReplyLost, ReplyPending
from memory.repositories.conversations import touch
from memory.repositories.readings import save_reading
from memory.repositories.reply_rows import at, ended, finish_columns, same_slot, with_slot
from memory.repositories.reply_types import Ended, Outcome, Pending, Request
from memory.repositories.rewinding import rewind
from memory.types import Status

# Seconds that the end of a reply waits for others who write: what was said has cost a minute of
# work, and is gone if it cannot be stored. A disk that stands still for a while is no reason.
LOCK_TIMEOUT = 60.0


class Replies:
    """Begins, renews, ends and sweeps replies. ``owner`` names this process, and no other."""

    def __init__(self, database: Database, owner: str, lease_seconds: float = 15.0) -> None:
        self.database = database
        self.owner = owner
        self.lease_seconds = lease_seconds

    def begin(self, request: Request) -> Pending | Ended:
        """T1. An ``Ended`` comes back when the idempotency key was answered before.

        Raises NotFound (conversation, turn), ConversationBusy, ReplyPending, KeyReused.
        """
        begun = self._begin(request)
        if request.replaces is not None:
            self.database.scrub()
        return begun

    def _begin(self, request: Request) -> Pending | Ended:
        user_id = request.user_id
        with self.database.write(request.user_id) as connection:
            now = self.database.now(connection)
            lock_user(connection, user_id, now)
            if request.idempotency_key is not None:
                known = self._answered(connection, request)
                if known is not None:
                    return known
            conversation_id = touch(
                connection, user_id, request.conversation_id, now, create=request.adopt
            )
            self._fail_expired(connection, user_id, conversation_id, now)
            if connection.execute(
                select(slots.c.position).where(
                    slots.c.user_id == user_id,
                    slots.c.conversation_id == conversation_id,
                    slots.c.status == "pending",
                )
            ).first():
                raise ConversationBusy
            if request.replaces is not None:
                rewind(connection, user_id, conversation_id, request.replaces)
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
                "text": request.text,
                "status": "complete",
            }
            answer = {
                "position": pending.position,
                "id": pending.id,
                "role": "assistant",
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
                    lease_expires_at=now + timedelta(seconds=self.lease_seconds),
                    idempotency_key=request.idempotency_key,
                    request_hash=request.request_hash,
                    model=request.model,
                )
            )
            return pending

    def _answered(self, connection: Connection, request: Request) -> Ended | None:
        row = connection.execute(
            with_slot(
                request.user_id,
                replies.c.idempotency_key == request.idempotency_key,
            )
        ).one_or_none()
        if row is None:
            return None
        if row.request_hash != request.request_hash:
            raise KeyReused
        if row.status == "pending":
            raise ReplyPending
        return ended(connection, row)

    def commit(self, pending: Pending, outcome: Outcome) -> None:
        """T2: the answer is durable when this returns. Raises ReplyLost."""
        self._end(pending, "complete", outcome)

    def abort(self, pending: Pending, outcome: Outcome) -> None:
        """The listener left: what was said so far stays in the history, as no memory."""
        self._end(pending, "aborted", outcome)

    def fail(self, pending: Pending, outcome: Outcome) -> None:
        """The reply went wrong, for the reason that ``outcome.error`` names."""
        self._end(pending, "failed", outcome)

    def _end(self, pending: Pending, status: Status, outcome: Outcome) -> None:
        user_id = pending.user_id
        with self.database.write(user_id, lock_timeout=LOCK_TIMEOUT) as connection:
            now = self.database.now(connection)
            lock_user(connection, user_id, now)
            held = connection.execute(
                update(replies)
                .where(
                    replies.c.user_id == user_id,
                    replies.c.position == pending.position,
                    replies.c.owner == pending.owner,
                )
                .values(
                    reading_id=outcome.reading and outcome.reading.reading.id,
                    **finish_columns(outcome.finish),
                    timings=dict(outcome.timings),
                    error=outcome.error,
                )
            ).rowcount
            entry = advance(connection, user_id)
            if outcome.question_embedding is not None:
                # T1 gave both the same change number. A question with another one was edited
                # meanwhile, or has its embedding from upkeep: this one is of the text as it was.
                began = select(slots.c.change_seq).where(at(user_id, pending.position))
                connection.execute(
                    update(slots)
                    .where(
                        at(user_id, pending.question_position),
                        slots.c.status == "complete",
                        slots.c.change_seq == began.scalar_subquery(),
                    )
                    .values(
                        embedding=outcome.question_embedding.vector,
                        embedder=outcome.question_embedding.embedder,
                        change_seq=entry.change_seq,
                    )
                )
            written = connection.execute(
                update(slots)
                .where(at(user_id, pending.position), slots.c.status == "pending")
                .values(
                    text=outcome.text,
                    status=status,
                    embedding=outcome.embedding and outcome.embedding.vector,
                    embedder=outcome.embedding and outcome.embedding.embedder,
                    updated_at=now,
                    change_seq=entry.change_seq,
                )
            ).rowcount
            if not held or not written:
                raise ReplyLost
            if outcome.reading is not None:
                save_reading(connection, user_id, outcome.reading, now)
            connection.execute(
                update(conversations)
                .where(
                    conversations.c.user_id == user_id,
                    conversations.c.id == pending.conversation_id,
                )
                .values(updated_at=now, fingerprint=outcome.fingerprint)
            )

    def renew(self, running: Collection[Pending]) -> int:
        """Say of all these that they are still being written. Returns of how many it was said.

        One statement for all of them. It waits for no lock: a reply whose row another transaction
        holds is at its end. It asks the database something even where nothing runs.
        """
        theirs = [(pending.user_id, pending.position) for pending in running]
        if not theirs:
            with self.database.read(EVERYONE) as connection:
                connection.execute(select(1))
            return 0
        mine = (
            select(replies.c.user_id, replies.c.position)
            .where(
                tuple_(replies.c.user_id, replies.c.position).in_(theirs),
                replies.c.owner == self.owner,
            )
            .with_for_update(key_share=True, skip_locked=True)
        )
        with self.database.write(EVERYONE) as connection:
            now = self.database.now(connection)
            return connection.execute(
                update(replies)
                .where(tuple_(replies.c.user_id, replies.c.position).in_(mine))
                .values(lease_expires_at=now + timedelta(seconds=self.lease_seconds))
            ).rowcount

    def get(self, user_id: str, turn_id: str) -> Ended:
        """One reply by its turn's id. Raises NotFound."""
        with self.database.read(user_id) as connection:
            row = connection.execute(
                with_slot(user_id, slots.c.id == turn_id, slots.c.status != "deleted")
            ).one_or_none()
            if row is None:
                raise NotFound("reply")
            return ended(connection, row)

    def sweep(self) -> int:
        """Mark pending replies whose lease ran out as failed, for all users. Returns how many.

        It waits for no lock: a user for whom another process writes now is left for the next time.
        """
        with self.database.read(EVERYONE) as connection:
            now = self.database.now(connection)
            expired = connection.execute(
                select(slots.c.user_id, slots.c.conversation_id)
                .join_from(slots, replies, same_slot())
                .where(slots.c.status == "pending", self._lapsed(now))
            ).all()
        swept = 0
        for user_id, conversation_id in expired:
            with self.database.write(user_id) as connection:
                now = self.database.now(connection)
                # Not there: erased meanwhile, and stays so.
                if not hold_user(connection, user_id, wait=False):
                    continue
                swept += self._fail_expired(connection, user_id, conversation_id, now)
        return swept

    def _lapsed(self, now: datetime) -> ColumnElement[bool]:
        """Whether a lease ran out, be it only by a clock that was put back since it was given.

        On Postgres the clock is the server's, and another replica may be about to renew the lease;
        SQLite has one process, whose own replies are no one else's to give up.
        """
        lapsed = replies.c.lease_expires_at < now
        if not self.database.is_sqlite:
            return lapsed
        furthest = now + timedelta(seconds=max(4 * self.lease_seconds, 60))
        put_back = and_(replies.c.lease_expires_at > furthest, replies.c.owner != self.owner)
        return or_(lapsed, put_back)

    def _fail_expired(
        self, connection: Connection, user_id: str, conversation_id: str, now: datetime
    ) -> int:
        expired = (
            select(replies.c.position)
            .join_from(replies, slots, same_slot())
            .where(
                slots.c.user_id == user_id,
                slots.c.conversation_id == conversation_id,
                slots.c.status == "pending",
                self._lapsed(now),
            )
            # Whose row is held is being renewed or ended this moment, or by a process that hangs.
            .with_for_update(of=replies, key_share=True, skip_locked=True)
        )
        positions = connection.execute(expired).scalars().all()
        for position in positions:
            entry = advance(connection, user_id)
            connection.execute(
                update(slots)
                .where(at(user_id, position))
                .values(status="failed", updated_at=now, change_seq=entry.change_seq)
            )
            connection.execute(
                update(replies)
                .where(replies.c.user_id == user_id, replies.c.position == position)
                .values(error="interrupted")
            )
        return len(positions)
