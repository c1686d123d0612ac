"""Headers of every response: nothing is cached by others, and redirects stay on this host."""

from urllib.parse import urlsplit, urlunsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULTS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of every response whose route does not set them (the page's files do)."""


class ResponseHeaders:
    """ASGI middleware: adds ``DEFAULTS``, and makes each ``Location`` a path.

    Starlette builds a redirect from the request's Host header, which a client may set to any host.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULTS.items():
                    headers.setdefault(name, value)
                if "location" in headers:
                    headers["location"] = path_of(headers["location"])
                # It is of one connection, which is the server's to keep or close. Libraries add it.
                del headers["connection"]
            await send(message)

        await self.app(scope, receive, completed)


def path_of(location: str) -> str:
    """The path and query of an address. It begins with exactly one slash: browsers take two, or a
    slash and a backslash, for the beginning of a host.
    """
    url = urlsplit(location)
    return urlunsplit(("", "", "/" + url.path.lstrip("/\\"), url.query, url.fragment))
