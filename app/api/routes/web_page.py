"""The page: ``/``, and its files under ``/web``. They hold nothing of anybody, and need no key."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

WEB = Path(__file__).resolve().parents[2] / "web"

# What the page shows was said by people and models. Nothing of it can run, be sent to another host
# or load a picture from one, even where the page itself has a fault.
HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            "img-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types dompurify",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",  # a link's host is not even looked up before it is followed
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",  # asked for anew each time, and not sent again if it is the same
}

router = APIRouter(include_in_schema=False)


class PageFiles(StaticFiles):
    """The page's files, with its headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


@router.head("/")
@router.get("/")
async def page() -> FileResponse:
    return FileResponse(WEB / "index.html", headers=HEADERS)


def mount(app: FastAPI) -> None:
    """Serve ``/`` and what it needs."""
    app.include_router(router)
    # Only these files: what is said streams out as it comes, and is nobody's to hold back.
    app.mount("/web", GZipMiddleware(PageFiles(directory=WEB)), name="web")
