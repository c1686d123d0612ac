"""Queues and threads for work: a pool for each kind of work, shared fairly between users.

A kind of work cannot take another kind's threads. One user may run all threads of a pool but one.
Users who wait are served in turn. Queues are bounded: beyond them, work is refused with a
time to come again. (Nygard, "Release It!", calls such pools bulkheads.)
"""

import asyncio
import contextvars
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.errors import QueueFull, UserQueueFull

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(eq=False, slots=True)
class _Turn:
    """Somebody who waits for a slot, and since when (``time.monotonic``)."""

    served: asyncio.Future[None]
    since: float


class FairQueue:
    """Slots for work, given to waiting users in turn.

    slots:            work that runs at once
    per_user:         of that, the most for one user; default: all but one
    waiting:          work that may wait in all; None: any number
    waiting_per_user: of that, the most for one user; None: any number

    Use it from one event loop.
    """

    def __init__(
        self,
        name: str,
        slots: int,
        *,
        per_user: int | None = None,
        waiting: int | None = None,
        waiting_per_user: int | None = None,
    ) -> None:
        self.name = name
        self.slots = slots
        self.per_user = max(1, slots - 1) if per_user is None else per_user
        self._most_waiting = waiting
        self._most_waiting_per_user = waiting_per_user
        self._running: Counter[str] = Counter()
        # Users in the order in which they are served, each with who waits for a slot.
        self._queues: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self.waiting = 0

    @property
    def running(self) -> int:
        """Slots in use."""
        return self._running.total()

    @property
    def longest_wait(self) -> float:
        """Seconds that a user has waited for the work of others; the own does not count."""
        heads = (
            queue[0].since
            for user_id, queue in self._queues.items()
            if self._running[user_id] < self.per_user
        )
        now = time.monotonic()
        return now - min(heads, default=now)

    @asynccontextmanager
    async def slot(self, user_id: str) -> AsyncIterator[None]:
        """Hold one slot, after waiting for it. Raises QueueFull or UserQueueFull."""
        await self._enter(user_id)
        try:
            yield
        finally:
            self._leave(user_id)

    async def _enter(self, user_id: str) -> None:
        if not self._queues and self._may_run(user_id):
            self._running[user_id] += 1
            return
        queue = self._queues.get(user_id, ())
        if self._most_waiting_per_user is not None and len(queue) >= self._most_waiting_per_user:
            raise UserQueueFull(self.name)
        if self._most_waiting is not None and self.waiting >= self._most_waiting:
            raise QueueFull(self.name)
        turn = _Turn(asyncio.get_running_loop().create_future(), time.monotonic())
        self._queues.setdefault(user_id, deque()).append(turn)
        self.waiting += 1
        self._serve()  # others may wait only because their user has all that it may have
        try:
            await turn.served
        except asyncio.CancelledError:
            if (
                turn.served.done() and not turn.served.cancelled()
            ):  # served and cancelled in the same moment
                self._leave(user_id)
            self._remove(user_id, turn)
            raise

    def _may_run(self, user_id: str) -> bool:
        return self.running < self.slots and self._running[user_id] < self.per_user

    def _serve(self) -> None:
        """Give free threads to who waits: one user after the other, each one piece of work."""
        served = True
        while served and self.running < self.slots:
            served = False
            for user_id in [user for user in self._queues if self._may_run(user)]:
                if self.running >= self.slots:
                    return
                turn = self._queues[user_id][0]
                self._remove(user_id, turn)
                if user_id in self._queues:
                    self._queues.move_to_end(user_id)
                if not turn.served.done():  # else its caller was cancelled this moment
                    self._running[user_id] += 1
                    turn.served.set_result(None)
                served = True

    def _remove(self, user_id: str, turn: _Turn) -> None:
        """Take a turn out of its queue, if it is still there."""
        queue = self._queues.get(user_id, deque())
        if turn in queue:
            queue.remove(turn)
            self.waiting -= 1
            if not queue:
                del self._queues[user_id]

    def _leave(self, user_id: str) -> None:
        self._running[user_id] -= 1
        if not self._running[user_id]:
            del self._running[user_id]
        self._serve()


class WorkPool(FairQueue):
    """Threads that run blocking functions whose first argument is the user they work for."""

    def __init__(
        self,
        name: str,
        threads: int,
        *,
        per_user: int | None = None,
        waiting: int | None = None,
        waiting_per_user: int | None = None,
    ) -> None:
        super().__init__(
            name, threads, per_user=per_user, waiting=waiting, waiting_per_user=waiting_per_user
        )
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(
        self,
        work: Callable[Concatenate[str, P], T],
        user_id: str,
        *given: P.args,
        **named: P.kwargs,
    ) -> T:
        """What ``work(user_id, …)`` returns or raises. Raises QueueFull or UserQueueFull.

        A caller that is cancelled leaves at once. The thread finishes its work, and is taken until
        then.
        """
        await self._enter(user_id)
        context = contextvars.copy_context()
        try:
            working = asyncio.get_running_loop().run_in_executor(
                self._executor, lambda: context.run(work, user_id, *given, **named)
            )
        except BaseException:
            self._leave(user_id)
            raise
        working.add_done_callback(lambda done: self._finish(user_id, done))
        return await asyncio.shield(working)

    def close(self) -> None:
        """Begin nothing more. Work under way goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _finish(self, user_id: str, working: asyncio.Future[Any]) -> None:
        self._leave(user_id)
        if not working.cancelled():
            working.exception()  # consumed: the caller may have been cancelled


class Places:
    """Places for longer jobs, such as an import. Nobody waits: a job is refused if none is free."""

    def __init__(self, name: str, at_once: int, *, per_user: int = 1) -> None:
        self.name = name
        self.at_once = at_once
        self.per_user = per_user
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, user_id: str) -> Iterator[None]:
        """Hold one place. Raises QueueFull or UserQueueFull."""
        if self._taken[user_id] >= self.per_user:
            raise UserQueueFull(self.name)
        if self._taken.total() >= self.at_once:
            raise QueueFull(self.name)
        self._taken[user_id] += 1
        try:
            yield
        finally:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]


class WorkPools:
    """The service's pools, one for each kind of work. Built once, in ``app/main.py``.

    chats:     the transactions of replies, and what goes into their prompts
    requests:  reads and writes of the database for every other route
    tapes:     bringing a user's tape up to date
    reads:     weighing memories. It holds the interpreter's lock: with six threads, the event loop
               waited up to 30 ms for its turn
    past:      reads of a memory as it was, which build a tape for each
    redaction: finding secrets in the memories of a list, which holds the interpreter's lock
    counting:  counting tokens; a remote tokenizer may be slow
    imports, exports, documents: the steps of these jobs. ``Places`` bound how many jobs there are
    keys:      looking up API keys; here the "user" is the client's address
    embedding: texts in the embedder, a batch of it at once. It has threads of its own
    """

    def __init__(self) -> None:
        # Never refused: Admission has already bounded the replies, and each must be stored.
        self.chats = WorkPool("chats", 4)
        self.counting = WorkPool("counting", 2)
        self.tapes = WorkPool("tapes", 2)
        self.reads = WorkPool("reads", 2)
        self.requests = WorkPool("requests", 6, waiting=2000, waiting_per_user=500)
        self.past = WorkPool("past reads", 2, waiting=32, waiting_per_user=4)
        self.redaction = WorkPool("redaction", 2, waiting=500, waiting_per_user=100)
        self.documents = WorkPool("documents", 2, per_user=1)
        self.imports = WorkPool("imports", 2, per_user=1)
        self.exports = WorkPool("exports", 2, per_user=1)
        # Never refused: behind a proxy that is not trusted, all clients have one address.
        self.keys = WorkPool("key look-ups", 3)
        self.embedding = FairQueue("embeddings", 32, per_user=8, waiting=2000, waiting_per_user=500)
        self.document_places = Places("documents", 4, per_user=2)
        self.import_places = Places("imports", 2)
        self.export_places = Places("exports", 4)

    @property
    def queues(self) -> list[FairQueue]:
        return [each for each in vars(self).values() if isinstance(each, FairQueue)]

    @property
    def _pools(self) -> list[WorkPool]:
        return [each for each in self.queues if isinstance(each, WorkPool)]

    @property
    def threads(self) -> int:
        """Of all pools. Each may hold one connection to the database."""
        return sum(pool.slots for pool in self._pools)

    def close(self) -> None:
        for pool in self._pools:
            pool.close()
