"""The web page at ``/`` and its files under ``/web``: no user's data, so no API key is needed."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

WEB = Path(__file__).resolve().parents[2] / "web"

# The page shows texts of users and models. With this policy they cannot run scripts, reach other
# hosts or load images from them, even if the page has a bug.
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
    "X-DNS-Prefetch-Control": "off",  # do not look up the hosts of links
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",  # revalidate by ETag each time
}

router = APIRouter(include_in_schema=False)


class PageFiles(StaticFiles):
    """The page's files, with the page's headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


@router.get("/")
async def page() -> FileResponse:
    return FileResponse(WEB / "index.html", headers=HEADERS)


def mount(app: FastAPI) -> None:
    """Serve ``/`` and ``/web``."""
    app.include_router(router)
    # Compress only these files: compression would hold back streamed answers.
    app.mount("/web", GZipMiddleware(PageFiles(directory=WEB)), name="web")
