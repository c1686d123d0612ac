"""The largest head of a request that is read at all, and what answers bytes that are no HTTP.

uvicorn bounds neither the address nor the headers: whoever keeps sending them would fill the memory
of the service before any code of ours sees the request.
"""

import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.middleware.response_headers import DEFAULTS
from app.errors import ErrorKind, make_error_body

MOST_BYTES = 64 * 1024
"""Of an address with its headers. Also of what stands between the pieces of a body in chunks."""


class HeadLimit(HttpToolsProtocol):
    """uvicorn's protocol: a head that goes on after ``MOST_BYTES`` is a 431. Errors kind alike."""

    _unfinished = 0  # bytes since the last piece of a request that is whole

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > MOST_BYTES and not self.transport.is_closing():
            # Once its body has begun, the app answers, and a second answer would be taken for its.
            if self.cycle is None or self.cycle.response_complete:
                self._refuse(
                    431,
                    "headers_too_large",
                    f"The request headers are larger than {MOST_BYTES} bytes.",
                )
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unfinished = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, not ours
        self._refuse(400, "bad_request", "Invalid HTTP request.")
        self.transport.close()

    def _refuse(self, status: int, code: str, message: str) -> None:
        kind = ErrorKind(status, "invalid_request_error", code)
        body = json.dumps(make_error_body(kind, message)).encode()
        defaults = "".join(f"{name}: {value}\r\n" for name, value in DEFAULTS.items())
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{defaults}Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
