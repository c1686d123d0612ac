"""Turns requests for a reply away at the door while there is no place for one.

``Chat.begin`` decides; but until it is asked, a body has been read, parsed and checked, and a key
looked up. Where a thousand clients press, that work for nothing is what makes everybody wait.
"""

import json
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.chat.admission import Admission
from app.errors import body_of, look_of

_REPLIES = frozenset(("/v1/chat", "/v1/chat/completions"))


class Gate:
    """ASGI middleware. ``admission`` gives the places, or None while there are none to give."""

    def __init__(self, app: ASGIApp, admission: Callable[[], Admission | None]) -> None:
        self.app = app
        self.admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in _REPLIES
        admission = self.admission() if wanted else None
        if admission is None or not admission.full:
            await self.app(scope, receive, send)
            return
        error = admission.overloaded()
        look, body = look_of(error), json.dumps(body_of(error)).encode()
        scope["route_template"], scope["error_code"] = scope["path"], look.code
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(error.retry_after).encode()),
        ]
        await send({"type": "http.response.start", "status": look.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
