"""Differences of an address that mean nothing: slashes, ``/v1`` twice or left out, empty values."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SLASHES = re.compile(r"/{2,}")
_FOLDERS = ("/web/", "/static-offline-docs/")
"""Mounted folders. Their own address ends in a slash."""
_WRITES_ADDRESSES = frozenset(("/docs", "/redoc", "/openapi.json", "/sse"))
"""Answers with addresses of this service, which need the prefix that clients know it by."""
_OPENAI = re.compile(r"/(?:chat/completions|completions|embeddings|responses|models)(?:/|$)")
"""What OpenAI's clients add to their base address, which should end in ``/v1``."""


class Addresses:
    """ASGI middleware: gives each request the address of its route.

    No redirect is sent: clients do not repeat a body for one, or not the API key.

    root_path:  the path under which a proxy serves this service (``/tapehead``), or empty. It is
                removed where the proxy leaves it in the address
    """

    def __init__(self, app: ASGIApp, root_path: str = "") -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.root_path and scope["path"] == self.root_path and scope["method"] in _READING:
            # The page's files are relative to its folder.
            await RedirectResponse(f"{self.root_path}/", 308)(scope, receive, send)
            return
        await self.app({**scope, **self._changes(scope)}, receive, send)

    def _changes(self, scope: Scope) -> Mapping[str, Any]:
        path = scope["path"]
        if self.root_path and path.startswith(f"{self.root_path}/"):
            path = path.removeprefix(self.root_path)
        path = route_path(path)
        changes: dict[str, Any] = {"path": path}
        if path in _WRITES_ADDRESSES:
            changes["root_path"] = self.root_path
        if scope["method"] in _READING and scope["query_string"]:
            changes["query_string"] = without_empty(scope["query_string"])
        return changes


_READING = frozenset(("GET", "HEAD"))
"""Methods that erase nothing: there, a parameter without a value is taken for an absent one."""


def route_path(path: str) -> str:
    """The path of the route that a client means by this path.

    One slash for several, none at the end; ``/v1`` once, also where OpenAI's clients lack it.
    """
    path = _SLASHES.sub("/", path)
    if path not in _FOLDERS:
        path = path.rstrip("/") or "/"
    if path.startswith("/v1/v1/"):
        path = path.removeprefix("/v1")
    return f"/v1{path}" if _OPENAI.match(path) else path


def without_empty(query: bytes) -> bytes:
    """The query string without parameters that have no value, such as ``since=``."""
    return b"&".join(part for part in query.split(b"&") if not part.endswith(b"="))
