"""What has to happen now and then: leases renewed, dead replies swept, missing embeddings made.

Three loops, each with a thread of its own: where one waits for the database, or for another process
that hangs, the other two go on. Above all the leases: a reply whose lease lapses is given up.
"""

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

import numpy as np
from jaxtyping import Float32

from app.chat.service import Chat
from memory import embedding
from memory.repositories.missing_embeddings import MissingEmbeddings
from memory.repositories.replies import Replies
from models.embedder import Embedder, EmbedderError

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 32  # texts embedded at a time, so that a chat waits for one batch at most


class Run(Protocol):
    """Runs blocking work in a thread, as ``asyncio.to_thread`` does."""

    async def __call__(
        self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs
    ) -> T: ...  # fmt: skip


class Maintenance:
    """Runs for as long as the service does. A fault is logged and tried again."""

    THREADS = 3
    """Each may hold one connection to the database."""

    def __init__(
        self, chat: Chat, replies: Replies, missing: MissingEmbeddings, embedder: Embedder
    ) -> None:
        self._chat = chat
        self._replies = replies
        self._missing = missing
        self._embedder = embedder
        self._threads = ThreadPoolExecutor(self.THREADS, thread_name_prefix="upkeep")
        self.last_renewal = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since the database last answered a renewal; since the start, before the first.

        It is asked three times in each lease, also where no reply runs.
        """
        return time.monotonic() - self.last_renewal

    async def run(self) -> None:
        """Return only by being cancelled. A thread that is at work then goes on to its end."""
        third = self._replies.leases.seconds / 3
        try:
            async with asyncio.TaskGroup() as loops:
                # A renewal that failed is tried again while the lease still runs.
                loops.create_task(_repeat(self._renew, third, after_fault=third / 3))
                loops.create_task(_repeat(self._sweep, third))
                loops.create_task(_repeat(self._embed_missing, third))
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

    async def _sweep(self) -> None:
        swept = await self._in_thread(self._replies.leases.sweep)
        if swept:
            log.warning("%d replies of dead processes marked as failed", swept)

    async def _embed_missing(self) -> None:
        while await store_missing_embeddings(self._missing, self._embedder, self._in_thread):
            pass


async def _repeat(
    work: Callable[[], Awaitable[None]], pause: float, after_fault: float | None = None
) -> None:
    """Again and again, with so many seconds in between."""
    while True:
        wait = pause
        try:
            await work()
        except Exception:
            log.exception("upkeep failed; it will be tried again")
            wait = pause if after_fault is None else after_fault
        await asyncio.sleep(wait)


async def store_missing_embeddings(
    missing: MissingEmbeddings, embedder: Embedder, in_thread: Run = asyncio.to_thread
) -> int:
    """Embed one batch of slots that have no embedding. Returns how many have one now.

    Those whose user another process writes for, or that changed meanwhile, wait for the next time.
    Raises EmbedderError if it is not the text's fault: then all of them wait.
    """
    waiting = await in_thread(missing.find, BATCH)
    vectors = await _embed([slot.text for slot in waiting], embedder)
    given = 0
    for slot, vector in zip(waiting, vectors, strict=True):
        given += await in_thread(missing.store, slot, embedding.as_key(embedder, vector))
    return given


async def _embed(
    texts: Sequence[str], embedder: Embedder
) -> list[Float32[np.ndarray, " dim"] | None]:
    """The texts' vectors; where all at once failed, each by itself. None: it has none."""
    try:
        return [embedding.usable(vector) for vector in await embedder.embed(texts)]
    except EmbedderError:
        if len(texts) > 1:
            return [vector for text in texts for vector in await _embed([text], embedder)]
        await embedder.embed(["hello"])
        return [None]
