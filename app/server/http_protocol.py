"""Limits on slow clients and large request heads that uvicorn does not have, and HTTP/1.0.

uvicorn's own limits leave three gaps (docs/trust.md, checks 26 and 27): it waits without end for
the head of a request (``timeout_keep_alive`` stops at its first byte), it reads a head of any size
(``h11_max_incomplete_event_size`` is for its slower parser only), and a client that stops reading
keeps its response in memory. A proxy closes them, too (``deploy/nginx.conf``); this class closes
them without one. The time limit for a body is in ``app/api/middleware/body_limit.py``.
"""

import asyncio
import json
import socket
from http import HTTPStatus

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.middleware.response_headers import DEFAULTS
from app.errors import ErrorKind, make_error_body

HEAD_BYTES = 64 * 1024
"""Largest address with its headers. Also the most between two parts of a chunked body."""
HEAD_SECONDS = 20.0
"""From the start of the connection, or the first byte of a further request, to the head's end."""
UNREAD_SECONDS = 30.0
"""For the client to take what was sent."""


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with these limits. Its errors have the shape of the service's errors."""

    _unparsed_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_complete()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and self._may_answer():
            self._expect_head()
        self._unparsed_bytes += len(data)
        super().data_received(data)
        if self._unparsed_bytes > HEAD_BYTES and not self.transport.is_closing():
            if self._may_answer():
                self._refuse(
                    431,
                    "headers_too_large",
                    f"The request headers are larger than {HEAD_BYTES} bytes.",
                )
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._head_is_complete()
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0" and self.cycle is not None:
            self.cycle.send = _Unchunked(self.cycle)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        self._unparsed_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - replaced by our own message
        self._refuse(400, "bad_request", "Invalid HTTP request.")
        self.transport.close()

    def _may_answer(self) -> bool:
        """Whether no request is being answered: else the client would take this for its answer."""
        return self.cycle is None or self.cycle.response_complete

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_is_complete(self) -> None:
        self._unparsed_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int, code: str, message: str) -> None:
        kind = ErrorKind(status, "invalid_request_error", code)
        body = json.dumps(make_error_body(kind, message)).encode()
        defaults = "".join(f"{name}: {value}\r\n" for name, value in DEFAULTS.items())
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{defaults}Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)


class _Unchunked:
    """``send`` of a response to an HTTP/1.0 client, which does not know chunks.

    uvicorn chunks every body of unknown length. Here such a body ends with the connection, which
    uvicorn closes after each response of this version.
    """

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._send = cycle.send
        self._has_length = True

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message.get("headers", ())}
            self._has_length = b"content-length" in names
            if not self._has_length:
                self._cycle.chunked_encoding = False
        elif message["type"] == "http.response.body" and not self._has_length:
            # Otherwise it would miss the announced length of this piece.
            self._cycle.expected_content_length = len(message.get("body", b""))
        await self._send(message)  # type: ignore[arg-type]


def drop_stalled_readers(listening: socket.socket) -> None:
    """Have the kernel end connections whose client takes nothing for ``UNREAD_SECONDS``.

    Includes connections that were closed here with data unsent. Linux only: elsewhere they last
    until the client leaves.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, int(UNREAD_SECONDS * 1000))
