"""Exception handlers: every error gets the one JSON shape of ``app/errors.py``."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import BaseRoute, Route

from app.api.error_shapes import shaped_for
from app.api.middleware.cors import cors_headers
from app.api.middleware.response_headers import DEFAULTS
from app.errors import (
    ERROR_KINDS,
    FULL,
    INVALID,
    UNEXPECTED,
    ErrorKind,
    Overloaded,
    RateLimited,
    error_body,
    error_kind,
    make_error_body,
)

log = logging.getLogger(__name__)

_UNREADABLE = "There was an error parsing the body"  # FastAPI's message for invalid UTF-8
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_LONGEST = 64  # characters of a field's name that a message repeats
_INVALID_JSON = ErrorKind(400, INVALID, "invalid_json")
_NOT_JSON = "The body is not valid JSON."


def _respond(
    request: Request, kind: ErrorKind, body: dict[str, Any], retry_after: int | None = None
) -> JSONResponse:
    """``retry_after``, if given, replaces that of the kind."""
    request.scope["error_code"] = kind.code  # for the log and the metrics (request_log.py)
    headers: dict[str, str] = {}
    if kind is UNEXPECTED:  # made outside the middleware that adds these
        headers = {**DEFAULTS, "X-Request-ID": correlation_id.get() or ""}
        headers |= cors_headers(request.app.state.origins, request.headers.get("Origin"))
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    retry_after = retry_after or kind.retry_after
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(shaped_for(request.scope["path"], body), kind.status, headers)


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    kind = error_kind(error)
    if kind.status >= 500 and kind.type != FULL:  # overload would fill the log
        log.error("%s: %s", kind.code, type(error).__name__, exc_info=kind is UNEXPECTED)
    retry_after = error.retry_after if isinstance(error, Overloaded | RateLimited) else None
    return _respond(request, kind, error_body(error), retry_after)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for no other
    first = error.errors()[0]
    # Pydantic also names the branches of a union there.
    named = [str(part) for part in first["loc"] if part not in ("body", "query", "str")]
    place = [part[:_LONGEST] for part in named if "[" not in part]
    param = ".".join(place) or None
    if first["type"] == "json_invalid":
        return _respond(request, _INVALID_JSON, make_error_body(_INVALID_JSON, _NOT_JSON))
    if first["loc"] == ("body",) and not _claims_json(request):
        message = "Send the header Content-Type: application/json with a JSON body."
        return _respond(request, _INVALID_JSON, make_error_body(_INVALID_JSON, message))
    kind = ErrorKind(400, INVALID, "invalid_value")
    message = f"{param or 'request'}: {first['msg'].removeprefix('Value error, ')[:300]}"
    return _respond(request, kind, make_error_body(kind, message, param))


def _claims_json(request: Request) -> bool:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered for no other
    if error.status_code == 400 and error.detail == _UNREADABLE:
        return _respond(request, _INVALID_JSON, make_error_body(_INVALID_JSON, _NOT_JSON))
    if error.status_code != 405:
        return _respond(request, error_kind(error), error_body(error))
    allowed = {"Allow": ", ".join(_allowed_methods(request))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allowed)
    response = _respond(request, error_kind(error), error_body(error))
    response.headers.update(allowed)
    return response


def _allowed_methods(request: Request) -> list[str]:
    """The methods of an address. Each is a route of its own, and the router knows only the first.

    Asked of the routes' own patterns: to let FastAPI match them takes it milliseconds.
    """
    state, path = request.app.state, request.scope["path"]
    if not hasattr(state, "routes"):
        state.routes = tuple(_routes_of(request.app.routes))
    found = [route for route in state.routes if route.path_regex.match(path)]
    exact = [route for route in found if not route.param_convertors]
    # Where an address is spelt out, the methods of an id that is spelt like it are not meant.
    methods = {method for route in exact or found for method in route.methods or ()}
    methods |= {"HEAD"} if "GET" in methods else set()  # head_requests.py
    return [method for method in _METHODS if method in methods]


def _routes_of(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, those of included routers among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _routes_of(included.routes)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(StarletteHTTPException, _on_http)
    for cls in (*ERROR_KINDS, DBAPIError):
        app.add_exception_handler(cls, _on_error)
    app.add_exception_handler(Exception, _on_error)
