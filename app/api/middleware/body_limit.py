"""The largest body that is read at all, the slowest, and how much of all bodies is held at once.

FastAPI has a limit of its own (``max_body_size``), but answers one of its two cases as plain text,
and every error of this service has one shape.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Container, Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS, SLOWEST = 20.0, 10_000
"""Seconds of silence until a body is refused, and the bytes a second that it needs to go on.
Bytes that came faster are not saved up.
"""
MOST_SECONDS = 1800.0
"""A body may be waited for so long in all."""
MOST_HELD = 128 * 2**20
"""Bytes of all bodies that wait for their end or are at work. One client address holds at most as
many as are free for others. What is read as a stream (an import) is not held.
"""


class BodyLimit:
    """ASGI middleware: a body over ``most`` bytes raises a 413 where it is read, one that dribbles
    in a 408, and one for which there is no memory now in a 503.

    ``elsewhere`` are the paths with a limit of their own; the bodies of ``streamed`` are not held.
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
        # Nothing of a body that announces itself as too large is read.
        read = most + 1 if int(announced) > most else 0
        patience, waited, whole = SECONDS, 0.0, False
        address = (scope.get("client") or ("",))[0]
        held = 0

        async def limited() -> Message:
            nonlocal read, whole, patience, waited, held
            began = time.monotonic()
            allowed = None if whole else min(patience, MOST_SECONDS - waited)
            try:
                async with asyncio.timeout(allowed):
                    message = {} if read > most else await receive()
            except TimeoutError:
                raise HTTPException(408, "the body came too slowly") from None
            size = len(message.get("body", b""))
            took = time.monotonic() - began
            waited += took
            patience = min(SECONDS, patience - took + size / SLOWEST)
            read += size
            whole = not message.get("more_body", False)
            if read > most:
                raise HTTPException(413, f"the body is over the limit of {most} bytes")
            if scope["path"] not in self.streamed:
                held += size
                self._held[address] += size
                if self._held[address] > self.most_held - self._held.total() + size:
                    raise HTTPException(503, "too many uploads are under way; try again")
            return message

        try:
            await self.app(scope, limited, send)
        finally:
            self._held[address] -= held
            if not self._held[address]:
                del self._held[address]
