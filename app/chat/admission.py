"""Who may begin a reply, and who has to come again later. Decided before anything is done.

The limits hold in this process: behind several of them a user may have as much of each.
"""

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import Overloaded, RateLimited, ServiceError, UserBusy, error_kind

LONGEST_WAIT = 30
"""Seconds after which whoever was refused is told to come again, at the most."""


class Admission:
    """Places for replies under way, and what each user may do in a while.

    ``most``: places in all. ``most_of_user``: places for one user, and fewer while few are free: a
    user holds no more places than are free for others, so that a newcomer finds one however many a
    few users take (the dynamic threshold of Choudhury and Hahne, 1998, with a factor of 1). With
    ``most_of_user`` of at least ``most``, one user may take all.

    A rate is written as "120/minute". It counts from a user's first request on, and begins anew
    when its time is over. None is no limit.
    """

    def __init__(
        self,
        most: int,
        most_of_user: int,
        rate: str | None = None,
        write_rate: str | None = None,
    ) -> None:
        self.most = most
        self.most_of_user = most_of_user
        self.running = 0
        self.rejected: Counter[str] = Counter()
        self._of_user: Counter[str] = Counter()
        # Refusals for want of a place: in this second of the clock, and in the one before.
        self._second = self._now = self._before = 0
        self._rate = parse(rate) if rate else None
        self._write_rate = parse(write_rate) if write_rate else None
        # Of the library's ways the one that knows when to come again, and keeps nothing of users
        # who have long gone.
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    @property
    def full(self) -> bool:
        return self.running >= self.most

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """A place for one reply. Raises Overloaded, UserBusy or RateLimited if there is none."""
        if self.full:
            raise self.overloaded()
        if self._of_user[user_id] >= self._allowed():
            raise self._refused(UserBusy())
        self._spend(self._rate, "replies", user_id)
        self.running += 1
        self._of_user[user_id] += 1
        try:
            yield
        finally:
            self.running -= 1
            self._of_user[user_id] -= 1
            if not self._of_user[user_id]:
                del self._of_user[user_id]

    def _allowed(self) -> int:
        """Places that one user may hold now."""
        if self.most_of_user >= self.most:  # the operator lets one user take all
            return self.most
        return min(self.most_of_user, max(1, self.most - self.running))

    def write(self, user_id: str, cost: int = 1) -> None:
        """Count a write to the memory from outside a chat. Raises RateLimited.

        An import counts as one, however long: bytes bound it. A document has a ``cost``; one above
        the whole rate takes all of it.
        """
        self._spend(self._write_rate, "writes", user_id, cost)

    def overloaded(self) -> Overloaded:
        """A refusal for want of a place, counted. The more come, the later each is told to come
        again: else those who wait keep the service busy with nothing but refusing them.
        """
        second = int(time.monotonic())
        if second != self._second:
            self._before = self._now if second == self._second + 1 else 0
            self._second, self._now = second, 0
        self._now += 1
        crowd = max(self._before, self._now) / self.most
        error = Overloaded(min(LONGEST_WAIT, max(1, math.ceil(crowd))))
        self._refused(error)
        return error

    def _refused(self, error: ServiceError) -> ServiceError:
        self.rejected[error_kind(error).code] += 1
        return error

    def _spend(self, rate: RateLimitItem | None, what: str, user_id: str, cost: int = 1) -> None:
        if rate is None:
            return
        cost = min(cost, rate.amount)
        # What is refused is not counted: else a costly write would close the way for small ones.
        if self._limiter.test(rate, what, user_id, cost=cost):
            self._limiter.hit(rate, what, user_id, cost=cost)
            return
        again = self._limiter.get_window_stats(rate, what, user_id).reset_time - time.time()
        raise self._refused(RateLimited(max(1, math.ceil(again))))
