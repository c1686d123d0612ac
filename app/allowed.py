"""Which methods an address has: what a 405 must tell."""

from fastapi import Request
from starlette.routing import Match

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def allowed_methods(request: Request) -> list[str]:
    """Each of them is a route of its own, and the router's own answer knows only the first."""
    documented = request.app.openapi()["paths"].get(request.scope["path"], {})
    if documented:  # not the methods of an id that is spelt like it
        return [method for method in _METHODS if method.lower() in documented]
    routes = request.app.router.routes

    def serves(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in routes)

    return [method for method in _METHODS if serves(method)]
