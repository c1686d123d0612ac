"""Cross-origin requests (CORS): which pages of other sites a browser lets use this service."""

import re
from collections.abc import Collection, Container

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANY = "*"
ALLOWED = "Access-Control-Allow-Origin"
EXPOSED = (
    "Allow, Content-Disposition, Retry-After, WWW-Authenticate, X-Request-ID, X-Tapehead-Ignored"
)
"""Headers of a response that a page may read besides the harmless ones."""
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = "Authorization, Content-Type, X-API-Key, X-User-Id, X-Timezone, Idempotency-Key"
_HEADER_NAMES = re.compile(r"[A-Za-z0-9_-]{1,64}(?: ?, ?[A-Za-z0-9_-]{1,64}){0,63}")
_MAX_AGE_SECONDS = b"7200"  # browsers keep a permission no longer


class Cors:
    """ASGI middleware: adds CORS headers for ``origins``, and answers their preflights.

    Credentials of the browser (cookies, client certificates) are never allowed, so a page can do
    only what its own API key permits. A preflight carries no key and is answered before one is
    asked for.

    origins:  exact origins (``https://chat.example.org``), or ``*`` for every origin
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self.app = app
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = cors_headers(self.origins, headers.get("origin"))
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        if given and preflight:
            await _permit(given[ALLOWED], headers, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                response = MutableHeaders(scope=message)
                if self.origins:
                    response.add_vary_header("Origin")
                response.update(given)
            await send(message)

        await self.app(scope, receive, marked)


def cors_headers(origins: Container[str], origin: str | None) -> dict[str, str]:
    """The headers with which a page of this origin may read a response; none if it may not."""
    if origin is None or (ANY not in origins and origin not in origins):
        return {}
    return {ALLOWED: ANY if ANY in origins else origin, "Access-Control-Expose-Headers": EXPOSED}


async def _permit(allowed: str, asked: Headers, send: Send) -> None:
    """Every method, and the headers that are asked for: client libraries add some of their own."""
    names = asked.get("access-control-request-headers", "")
    headers = [
        (b"access-control-allow-origin", allowed.encode("latin-1")),
        (b"access-control-allow-methods", _METHODS.encode()),
        (
            b"access-control-allow-headers",
            (names if _HEADER_NAMES.fullmatch(names) else _HEADERS).encode(),
        ),
        (b"access-control-max-age", _MAX_AGE_SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if asked.get("access-control-request-private-network") == "true":
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
