"""Limits the size and the duration of a request body, and the memory of all bodies together.

FastAPI's own ``max_body_size`` answers one of its two cases as plain text, not in our error shape.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Container, Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS, SLOWEST = 20.0, 10_000
"""A body is refused after so many seconds without data, or below so many bytes per second.
Faster data earns no credit.
"""
MOST_SECONDS = 1800.0
"""The longest duration of one body."""
MOST_HELD = 128 * 2**20
"""Bytes of all bodies in memory. One client address holds at most as many as are free for others.
Streamed bodies (imports) do not count.
"""


class BodyLimit:
    """ASGI middleware. Reading a body raises 413 above ``most`` bytes, 408 if it is too slow, and
    503 if all bodies take too much memory.

    ``elsewhere``: limits of other paths; ``streamed``: paths whose bodies are not kept in memory.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        elsewhere: Mapping[str, int],
        streamed: Container[str] = (),
        most_held: int = MOST_HELD,
    ) -> None:
        self.app = app
        self.most = most
        self.elsewhere = elsewhere
        self.streamed = streamed
        self.most_held = most_held
        self._held: Counter[str] = Counter()  # bytes by client address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.elsewhere.get(scope["path"], self.most)
        announced = Headers(scope=scope).get("content-length", "0")
        # A body whose Content-Length is too large is not read.
        read = most + 1 if int(announced) > most else 0
        remaining, waited, whole = SECONDS, 0.0, False
        address = (scope.get("client") or ("",))[0]
        held = 0

        async def limited() -> Message:
            nonlocal read, whole, remaining, waited, held
            began = time.monotonic()
            allowed = None if whole else min(remaining, MOST_SECONDS - waited)
            try:
                async with asyncio.timeout(allowed):
                    message = {} if read > most else await receive()
            except TimeoutError:
                raise HTTPException(408, "The request body arrived too slowly.") from None
            size = len(message.get("body", b""))
            took = time.monotonic() - began
            waited += took
            remaining = min(SECONDS, remaining - took + size / SLOWEST)
            read += size
            whole = not message.get("more_body", False)
            if read > most:
                raise HTTPException(413, f"The body is larger than {most} bytes.")
            if scope["path"] not in self.streamed:
                held += size
                self._held[address] += size
                if self._held[address] > self.most_held - self._held.total() + size:
                    raise HTTPException(
                        503, "Too many uploads are in progress. Try again in a few seconds."
                    )
            return message

        try:
            await self.app(scope, limited, send)
        finally:
            self._held[address] -= held
            if not self._held[address]:
                del self._held[address]
