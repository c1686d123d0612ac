"""How errors are answered: one handler for each way in which one comes, and one shape for all."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import BaseRoute, Route

from app.api.middleware.response_headers import DEFAULTS
from app.errors import (
    FULL,
    INVALID,
    LOOKS,
    UNEXPECTED,
    Look,
    Overloaded,
    RateLimited,
    body_of,
    look_of,
    shape,
)

log = logging.getLogger(__name__)

_UNREADABLE = "There was an error parsing the body"  # FastAPI's words for bytes that are no text
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_LONGEST = 64  # characters of a field's name that an error repeats


def _respond(
    request: Request, look: Look, body: dict[str, Any], retry_after: int | None = None
) -> JSONResponse:
    """``retry_after`` where the error knows better than its look."""
    request.scope["error_code"] = look.code  # for the log and the metrics (request_log.py)
    headers: dict[str, str] = {}
    if look is UNEXPECTED:  # answered outside the middleware that sets these on other responses
        headers = {**DEFAULTS, "X-Request-ID": correlation_id.get() or ""}
    if look.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    retry_after = retry_after or look.retry_after
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return JSONResponse(body, look.status, headers)


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    look = look_of(error)
    if look.status >= 500 and look.type != FULL:  # a crowd is no error, and would fill the log
        log.error("%s: %s", look.code, type(error).__name__, exc_info=look is UNEXPECTED)
    again = error.retry_after if isinstance(error, Overloaded | RateLimited) else None
    return _respond(request, look, body_of(error), again)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - FastAPI registers by this class
    first = error.errors()[0]
    # Between the names of fields stand Pydantic's names for the branches of a union.
    named = [str(part) for part in first["loc"] if part not in ("body", "query", "str")]
    place = [part[:_LONGEST] for part in named if "[" not in part]
    param = ".".join(place) or None
    if first["type"] == "json_invalid":
        look, param, message = Look(400, INVALID, "invalid_json"), None, "the body is not JSON"
    elif first["loc"] == ("body",) and not _claims_json(request):
        look, param = Look(400, INVALID, "invalid_json"), None
        message = "the body is taken as JSON only with the header Content-Type: application/json"
    else:
        look = Look(400, INVALID, "invalid_value")
        message = f"{param or 'the request'}: {first['msg'].removeprefix('Value error, ')[:300]}"
    return _respond(request, look, shape(look, message, param))


def _claims_json(request: Request) -> bool:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered by this class
    if error.status_code == 400 and error.detail == _UNREADABLE:
        look = Look(400, INVALID, "invalid_json")
        return _respond(request, look, shape(look, "the body is not JSON"))
    response = _respond(request, look_of(error), body_of(error))
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(_allowed_methods(request))
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
    return [method for method in _METHODS if method in methods]


def _routes_of(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, those of included routers among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _routes_of(included.routes)


def install(app: FastAPI) -> None:
    """Make every error of the app look alike."""
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(StarletteHTTPException, _on_http)
    for cls in (*LOOKS, DBAPIError):
        app.add_exception_handler(cls, _on_error)
    app.add_exception_handler(Exception, _on_error)
