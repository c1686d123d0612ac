"""The largest body that is read at all.

FastAPI has a limit of its own (``max_body_size``), but answers one of its two cases as plain text,
and every error of this service has one shape.
"""

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: a body over ``most`` bytes raises a 413 where it is read.

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

        async def limited() -> Message:
            nonlocal read
            message = {} if read > most else await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, f"the body is over the limit of {most} bytes")
            return message

        await self.app(scope, limited, send)
