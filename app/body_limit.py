"""The largest body that is read at all, and the slowest.

FastAPI has a limit of its own (``max_body_size``), but answers one of its two cases as plain text,
and every error of this service has one shape.
"""

import asyncio
import time
from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 20.0
SLOWEST = 1000
"""A body may be waited for so many seconds, and one more for so many bytes of it."""


class BodyLimit:
    """ASGI middleware: a body over ``most`` bytes raises a 413 where it is read, one that dribbles
    in a 408.

    ``elsewhere`` are the paths with a limit of their own.
    """

    def __init__(self, app: ASGIApp, most: int, elsewhere: Mapping[str, int]) -> None:
        self.app = app
        self.most = most
        self.elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.elsewhere.get(scope["path"], self.most)
        announced = Headers(scope=scope).get("content-length", "0")
        # Nothing of a body that announces itself as too large is read.
        read = most + 1 if int(announced) > most else 0
        waited, whole = 0.0, False

        async def limited() -> Message:
            nonlocal read, whole, waited
            began = time.monotonic()
            try:
                async with asyncio.timeout(None if whole else SECONDS + read / SLOWEST - waited):
                    message = {} if read > most else await receive()
            except TimeoutError:
                raise HTTPException(408, "the body came too slowly") from None
            waited += time.monotonic() - began
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > most:
                raise HTTPException(413, f"the body is over the limit of {most} bytes")
            return message

        await self.app(scope, limited, send)
