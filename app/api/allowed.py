"""Which methods an address has: what a 405 must tell."""

from collections.abc import Iterable, Iterator

from fastapi import Request
from starlette.routing import BaseRoute, Route

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(request: Request) -> list[str]:
    """Each of them is a route of its own, and the router's own answer knows only the first.

    Asked of the routes' own patterns: to let FastAPI match them takes it milliseconds.
    """
    state, path = request.app.state, request.scope["path"]
    if not hasattr(state, "routes"):
        state.routes = tuple(_each(request.app.routes))
    found = [route for route in state.routes if route.path_regex.match(path)]
    exact = [route for route in found if not route.param_convertors]
    # Where an address is spelt out, the methods of an id that is spelt like it are not meant.
    methods = {method for route in exact or found for method in route.methods or ()}
    return [method for method in _METHODS if method in methods]


def _each(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes, those of included routers among them."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        elif included := getattr(route, "original_router", None):
            yield from _each(included.routes)
