"""Queues and threads for work: a pool for each kind of work, shared fairly between users.

A kind of work cannot take another kind's threads. One user may run all threads of a pool but one.
Users who wait are served in turn. Queues are bounded: beyond them, work is refused with a
time to come again. (Nygard, "Release It!", calls such pools bulkheads.)
"""

import asyncio
import contextvars
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from app.errors import QueueFull, UserQueueFull

P = ParamSpec("P")
T = TypeVar("T")


class _User:
    """One user's share of a queue. It exists while work of the user runs or waits."""

    def __init__(self, most_running: int) -> None:
        self.waiting = 0
        self.free = asyncio.Semaphore(most_running)
        self.turn = asyncio.Lock()
        """Held by the one piece of work that waits for a slot among the other users'."""


class FairQueue:
    """Slots for work, given to waiting users in turn.

    slots:            work that runs at once
    per_user:         of that, the most for one user; default: all but one
    waiting:          work that may wait in all; 0: work is refused if it cannot run at once
    waiting_per_user: of that, the most for one user

    Of each user, one piece of work at a time is in the line for slots. So a newcomer waits behind
    one piece of each other user, however many they have. Use it from one event loop.
    """

    def __init__(
        self,
        name: str,
        slots: int,
        *,
        per_user: int | None = None,
        waiting: float = math.inf,
        waiting_per_user: float = math.inf,
    ) -> None:
        self.name = name
        self.slots = slots
        self.per_user = max(1, slots - 1) if per_user is None else per_user
        self.running = 0
        self.waiting = 0
        self._most_waiting = waiting
        self._most_waiting_per_user = min(waiting, waiting_per_user)
        self._free = asyncio.Semaphore(slots)
        self._users: WeakValueDictionary[str, _User] = WeakValueDictionary()
        self._line: dict[_User, float] = {}  # in their order, and since when (time.monotonic)

    @property
    def longest_wait(self) -> float:
        """Seconds that a user has waited for the work of others; the own does not count."""
        now = time.monotonic()
        return now - next(iter(self._line.values()), now)

    @asynccontextmanager
    async def slot(self, user_id: str) -> AsyncIterator[None]:
        """Hold one slot, after waiting for it. Raises QueueFull or UserQueueFull."""
        user = await self._enter(user_id)
        try:
            yield
        finally:
            self._leave(user)

    async def _enter(self, user_id: str) -> _User:
        user = self._users.setdefault(user_id, _User(self.per_user))
        must_wait_for_own = user.waiting > 0 or user.free.locked()
        if must_wait_for_own and user.waiting >= self._most_waiting_per_user:
            raise UserQueueFull(self.name)
        must_wait = must_wait_for_own or self._free.locked()
        if must_wait and self.waiting >= self._most_waiting:
            raise QueueFull(self.name)
        user.waiting += 1
        self.waiting += 1
        try:
            async with user.turn:
                await user.free.acquire()
                self._line[user] = time.monotonic()
                try:
                    await self._free.acquire()
                except asyncio.CancelledError:
                    user.free.release()
                    raise
                finally:
                    del self._line[user]
        finally:
            user.waiting -= 1
            self.waiting -= 1
        self.running += 1
        return user

    def _leave(self, user: _User) -> None:
        self.running -= 1
        user.free.release()
        self._free.release()


class WorkPool(FairQueue):
    """Threads that run blocking functions whose first argument is the user they work for."""

    def __init__(
        self,
        name: str,
        threads: int,
        *,
        per_user: int | None = None,
        waiting: float = math.inf,
        waiting_per_user: float = math.inf,
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
        user = await self._enter(user_id)
        context = contextvars.copy_context()
        try:
            working = asyncio.get_running_loop().run_in_executor(
                self._executor, lambda: context.run(work, user_id, *given, **named)
            )
        except BaseException:
            self._leave(user)
            raise

        def end(done: asyncio.Future[T]) -> None:
            self._leave(user)
            if not done.cancelled():
                done.exception()  # consumed: the caller may have been cancelled

        working.add_done_callback(end)
        return await asyncio.shield(working)

    def close(self) -> None:
        """Begin nothing more. Work under way goes on to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class WorkPools:
    """The service's pools, one for each kind of work. Built once, in ``app/main.py``.

    chats:     the transactions of replies, and what goes into their prompts
    requests:  reads and writes of the database for every other route
    schemas:   compiling JSON schemas, which takes less than a second
    tapes:     bringing a user's tape up to date
    reads:     weighing memories. It holds the interpreter's lock: with six threads, the event loop
               waited up to 30 ms for its turn
    past:      reads of a memory as it was, which build a tape for each
    redaction: finding secrets in the memories of a list, which holds the interpreter's lock
    counting:  counting tokens, and selecting memories by them; a remote tokenizer may be slow
    imports, exports, documents: the steps of these jobs
    import_places, …: how many of these jobs there are. A job is refused if no place is free
    document_readers: the processes that read documents, each of which may take two minutes
    keys:      looking up API keys; here the "user" is the client's address
    embedding: texts in the embedder, a batch of it at once. It has threads of its own
    """

    def __init__(self) -> None:
        # Never refused: Admission has already bounded the replies, and each must be stored.
        self.chats = WorkPool("chats", 4)
        self.counting = WorkPool("counting", 2)
        self.schemas = WorkPool("JSON schemas", 2, waiting=200, waiting_per_user=20)
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
        self.document_places = FairQueue("documents", 4, per_user=2, waiting=0)
        self.document_readers = FairQueue("readers of documents", 2, per_user=1)
        self.import_places = FairQueue("imports", 2, per_user=1, waiting=0)
        self.export_places = FairQueue("exports", 4, per_user=1, waiting=0)

    @property
    def queues(self) -> dict[str, FairQueue]:
        """Everything above, by its name there."""
        return vars(self)

    @property
    def _pools(self) -> list[WorkPool]:
        return [each for each in self.queues.values() if isinstance(each, WorkPool)]

    @property
    def threads(self) -> int:
        """Of all pools. Each may hold one connection to the database."""
        return sum(pool.slots for pool in self._pools)

    def close(self) -> None:
        for pool in self._pools:
            pool.close()
