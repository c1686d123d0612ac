"""Logs and counts each request with its route, status and duration.

The route is its template, never the requested path, which may name a user.
"""

import asyncio
import logging
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import ShuttingDown, error_body, error_kind
from app.observability.metrics import Metrics
from app.tracing import PROBES

log = logging.getLogger(__name__)

CLIENT_CLOSED_REQUEST = 499  # nginx's status: the client disconnected before the response


class RequestLog:
    """ASGI middleware. An outer handler makes the 500 of an unexpected error."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = CLIENT_CLOSED_REQUEST

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting_status)
        except asyncio.CancelledError:  # by the server at shutdown
            if status != CLIENT_CLOSED_REQUEST:
                raise
            error = ShuttingDown()
            kind = error_kind(error)
            scope["error_code"] = kind.code
            headers = {"Retry-After": str(kind.retry_after)}
            await JSONResponse(error_body(error), kind.status, headers)(
                scope, receive, send_noting_status
            )
        except Exception:
            status, scope["error_code"] = 500, "internal_error"
            raise
        finally:
            self._record(scope, status, (time.perf_counter() - began) * 1000)

    def _record(self, scope: Scope, status: int, ms: float) -> None:
        found = scope.get("route")  # absent if load_shedding.py refused the request
        route: str = found.path_format if found else scope.get("route_template", "unmatched")
        method = scope.get("asked_method", scope["method"])  # head_requests.py
        code = scope.get("error_code")
        self.metrics.request(method, route, status, code, ms)
        log.log(
            logging.DEBUG if route in PROBES else logging.INFO,
            "request",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "duration_ms": round(ms, 1),
                **({} if code is None else {"code": code}),
            },
        )
