"""How long a connection may take to say what it wants, and to hear what it is told.

uvicorn waits for a request's head for ever: a few thousand connections that send a byte now and
then would use up all that there are. And who stops reading holds a response until they go. How long
the body may take is in ``body_limit.py``.
"""

import asyncio
import socket
from typing import Any

from app.server.http_protocol import HeadLimit

HEAD_SECONDS = 20.0
"""For the head of a request, from the connection's first moment or the end of the last response."""
UNREAD_SECONDS = 30.0
"""For what was sent to be taken by the other side."""


class Protocol(HeadLimit):
    """uvicorn's, which closes a connection that does not come to the end of a request's head."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._hurry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        self._calm()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # else the next request is there already
            self._expect_head()

    def _expect_head(self) -> None:
        self._calm()
        self._hurry = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _calm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


def drop_who_does_not_read(listening: socket.socket) -> None:
    """Let the kernel end connections of this socket whose other side takes nothing for so long.

    Also of those that were closed here with something unread. Where it cannot (not on Linux), they
    last until the other side goes.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, int(UNREAD_SECONDS * 1000))
