"""One line in the log and one count for each request: its route, its status, its time.

The route is told by its template, never by the address that was asked for: that may name a user.
"""

import asyncio
import logging
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Stopping, body_of, look_of
from app.observability.metrics import Metrics
from app.tracing import PROBES

log = logging.getLogger(__name__)

LEFT = 499  # as nginx calls it: the client was gone before it had an answer


class Watching:
    """ASGI middleware. It counts a fault of ours as a 500 itself: that response is made outside."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = LEFT

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except asyncio.CancelledError:  # by the server, which was told to stop
            if status != LEFT:
                raise
            error = Stopping()
            look = look_of(error)
            scope["error_code"] = look.code
            headers = {"Retry-After": str(look.retry_after)}
            await JSONResponse(body_of(error), look.status, headers)(scope, receive, noted)
        except Exception:
            status, scope["error_code"] = 500, "internal_error"
            raise
        finally:
            self._note(scope, status, (time.perf_counter() - began) * 1000)

    def _note(self, scope: Scope, status: int, ms: float) -> None:
        found = scope.get("route")  # load_shedding.py lets none be found, and tells it itself
        route: str = found.path_format if found else scope.get("route_template", "unmatched")
        method, code = scope["method"], scope.get("error_code")
        self.metrics.request(method, route, status, code, ms)
        log.log(
            logging.DEBUG if route in PROBES else logging.INFO,
            "request",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "ms": round(ms, 1),
                **({} if code is None else {"code": code}),
            },
        )
