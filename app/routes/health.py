"""Is the process up, and can it answer?"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.errors import Loading, body_of, look_of
from app.schemas import Health
from models.language import ModelFailed

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> Health:
    """The process is up."""
    return Health()


@router.head("/ready", include_in_schema=False)
@router.get("/ready", response_model=Health, responses={503: {"description": "Not yet."}})
async def ready(request: Request) -> Any:
    """The models are loaded and the engine runs."""
    parts = request.app.state.parts
    if parts is not None and parts.language.alive:
        return Health()
    if request.app.state.failure is not None:
        error: Exception = ModelFailed("the service could not start; its log says why")
    else:
        error = (
            Loading()
            if parts is None
            else ModelFailed("the engine does not answer, or is being restarted")
        )
    return JSONResponse(body_of(error), look_of(error).status)
