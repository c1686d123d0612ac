"""Leases: which process writes a pending reply, and until when the others believe that it does.

A process that dies leaves leases that run out. Then their replies are marked as failed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, tuple_, update

from memory.db.change_log import advance, hold_user
from memory.db.database import EVERYONE, Database
from memory.db.queries import is_slot, owned
from memory.db.tables import replies, slots
from memory.repositories.reply_types import Pending


class Leases:
    """Gives, renews and ends the leases of ``owner``, which names this process and no other."""

    def __init__(self, database: Database, owner: str, seconds: float) -> None:
        self.database = database
        self.owner = owner
        self.seconds = seconds

    def expiry(self, now: datetime) -> datetime:
        """When a lease that is given now runs out."""
        return now + timedelta(seconds=self.seconds)

    def renew(self, running: Collection[Pending]) -> int:
        """Renew the leases of these replies, in one statement. Returns how many were renewed.

        It waits for no lock: a reply whose row another transaction holds is at its end. It asks the
        database something even where nothing runs.
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
                .values(lease_expires_at=self.expiry(now))
            ).rowcount

    def sweep(self) -> int:
        """Mark pending replies whose lease ran out as failed, for all users. Returns how many.

        It waits for no lock: a user for whom another process writes now is left for the next time.
        """
        with self.database.read(EVERYONE) as connection:
            now = self.database.now(connection)
            expired = connection.execute(
                select(slots.c.user_id, slots.c.conversation_id)
                .join(replies, is_slot(replies))
                .where(slots.c.status == "pending", self._lapsed(now))
            ).all()
        swept = 0
        for user_id, conversation_id in expired:
            with self.database.write(user_id) as connection:
                now = self.database.now(connection)
                # Not there: erased meanwhile, and stays so.
                if not hold_user(connection, user_id, wait=False):
                    continue
                swept += self.fail_expired(connection, user_id, conversation_id, now)
        return swept

    def _lapsed(self, now: datetime) -> ColumnElement[bool]:
        """Whether a lease ran out, be it only by a clock that was put back since it was given.

        On Postgres the clock is the server's, and another replica may be about to renew the lease;
        SQLite has one process, whose own replies are no one else's to give up.
        """
        lapsed = replies.c.lease_expires_at < now
        if not self.database.is_sqlite:
            return lapsed
        furthest = now + timedelta(seconds=max(4 * self.seconds, 60))
        put_back = (replies.c.lease_expires_at > furthest) & (replies.c.owner != self.owner)
        return lapsed | put_back

    def fail_expired(
        self, connection: Connection, user_id: str, conversation_id: str, now: datetime
    ) -> int:
        """The same for one conversation, under the user's lock."""
        expired = (
            select(replies.c.position)
            .join(slots, is_slot(replies))
            .where(
                owned(slots, user_id, conversation_id=conversation_id, status="pending"),
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
                .where(owned(slots, user_id, position=position))
                .values(status="failed", updated_at=now, change_seq=entry.change_seq)
            )
            connection.execute(
                update(replies)
                .where(owned(replies, user_id, position=position))
                .values(error="interrupted")
            )
        return len(positions)
