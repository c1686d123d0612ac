"""Background work: renew leases, fail replies whose lease expired, backfill missing embeddings.

Each of the three loops has its own thread, so that one that waits for the database delays no other.
Leases above all: a reply whose lease expires is marked failed.
"""

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

from app.chat.service import Chat
from memory import embedding
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.replies import Replies
from memory.repositories.slot_rows import StoredEmbedding
from models.embedder import Embedder
from models.embedding_queue import EmbedderError

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class Run(Protocol):
    """Runs blocking work in a thread, as ``asyncio.to_thread`` does."""

    async def __call__(
        self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs
    ) -> T: ...  # fmt: skip


class Maintenance:
    """Runs as long as the service. An error is logged, and the work is tried again."""

    THREADS = 3
    """Each may hold one connection to the database."""

    def __init__(
        self, chat: Chat, replies: Replies, missing: MissingEmbeddings, embedder: Embedder
    ) -> None:
        self._chat = chat
        self._replies = replies
        self._missing = missing
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(self.THREADS, thread_name_prefix="maintenance")
        self.last_renewal = time.monotonic()

    @property
    def seconds_since_renewal(self) -> float:
        """Seconds since the last successful renewal of leases, or since the start.

        A renewal runs three times per lease, even if no reply is in progress.
        """
        return time.monotonic() - self.last_renewal

    async def run(self) -> None:
        """Run until cancelled. A thread that is working then finishes its work."""
        third = self._replies.leases.seconds / 3
        try:
            async with asyncio.TaskGroup() as loops:
                # A failed renewal is retried before the lease expires.
                loops.create_task(_repeat(self._renew, third, after_error=third / 3))
                loops.create_task(_repeat(self._fail_expired, third))
                loops.create_task(_repeat(self._backfill, third))
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(work, *given, **named))

    async def _renew(self) -> None:
        running = [reply.turn for reply, _ in self._chat.running.values() if reply.turn.position]
        asked = time.monotonic()
        await self._in_thread(self._replies.leases.renew, running)
        self.last_renewal = asked

    async def _fail_expired(self) -> None:
        swept = await self._in_thread(self._replies.leases.sweep)
        if swept:
            log.warning("marked %d replies of dead processes as failed", swept)

    async def _backfill(self) -> None:
        while await backfill_embeddings(self._missing, self._embedder, self._in_thread):
            pass


async def _repeat(
    work: Callable[[], Awaitable[None]], pause: float, after_error: float | None = None
) -> None:
    """Repeat the work, with ``pause`` seconds in between, or ``after_error`` if it failed."""
    while True:
        wait = pause
        try:
            await work()
        except Exception:
            log.exception("maintenance failed; retrying")
            wait = pause if after_error is None else after_error
        await asyncio.sleep(wait)


async def backfill_embeddings(
    missing: MissingEmbeddings, embedder: Embedder, in_thread: Run = asyncio.to_thread
) -> int:
    """Embed one batch of slots without an embedding. Returns how many were stored.

    Slots that changed meanwhile, or whose user's rows are locked, wait for the next batch. Raises
    EmbedderError if the embedder fails for every text.
    """
    waiting = await in_thread(missing.find, embedding.BATCH)
    found = await _embed([slot.text for slot in waiting], embedder)
    given = 0
    for slot, key in zip(waiting, found, strict=True):
        given += await in_thread(missing.store, slot, key)
    return given


async def _embed(texts: Sequence[str], embedder: Embedder) -> list[StoredEmbedding | None]:
    """The texts' vectors. If the batch fails, one text at a time; None for a text that fails."""
    try:
        return await embedding.usable(embedder, texts)
    except EmbedderError:
        if len(texts) > 1:
            return [key for text in texts for key in await _embed([text], embedder)]
        await embedder.embed(["hello"])
        return [None]
