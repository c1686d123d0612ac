"""Refuses chat requests early while the limit of replies is reached.

``Chat.begin`` would refuse them too, but only after the body is parsed and the API key looked up.
Under load, that wasted work delays every request.
"""

import json
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.error_shapes import shaped_for
from app.chat.admission import Admission
from app.errors import error_body, error_kind

_REPLIES = frozenset(
    (
        *("/v1/chat", "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"),
        *("/api/chat", "/api/generate"),
    )
)


class LoadShedding:
    """ASGI middleware. ``admission`` returns None while the models load."""

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
        kind = error_kind(error)
        body = json.dumps(shaped_for(scope["path"], error_body(error))).encode()
        scope["route_template"], scope["error_code"] = scope["path"], kind.code
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(error.retry_after).encode()),
        ]
        await send({"type": "http.response.start", "status": kind.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
