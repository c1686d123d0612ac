"""Threads for work that counts and does not wait: a few at a time.

While a thread counts it holds the interpreter's lock, and hands it on after five milliseconds to
another that wants it. The event loop stands in the same queue: behind six such threads, a refusal
that takes a millisecond waits for thirty, and again. Two are no slower than six, for there is one
lock. Who waits for something else (a server, another's lock) does not belong here.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# One that counts, and one that may be at the database meanwhile.
AT_ONCE = 2


class FewThreads:
    """As ``asyncio.to_thread``, for a few at a time; the others wait in the order they came in.

    Not for what may take long: all would wait for it. Whoever is cancelled leaves, but the thread
    goes on, and so does its place.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What ``work`` returns or raises."""
        await self._places.acquire()
        working = asyncio.create_task(asyncio.to_thread(work, *given, **named))
        working.add_done_callback(self._give_back)
        return await asyncio.shield(working)

    def _give_back(self, working: asyncio.Task[Any]) -> None:
        self._places.release()
        if not working.cancelled():
            working.exception()  # where nobody waits for it any more, it is nobody's
