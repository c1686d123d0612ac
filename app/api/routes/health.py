"""Liveness and readiness."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.api.schemas.chat import Health
from app.errors import ModelLoading, QueueFull, error_body, error_kind
from app.services import Services
from memory.errors import DatabaseBusy
from models.language.base import ModelFailed

LONGEST_WAIT = 10.0
"""Seconds that a chat may wait for a thread before the service counts as not ready."""

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> Health:
    """Check that the process runs."""
    return Health()


@router.get("/ready", response_model=Health, responses={503: {"description": "Not ready."}})
async def ready(request: Request) -> Any:
    """Check that chats are possible: the engine runs, the database answers, threads are free."""
    error = _what_is_missing(request)
    return Health() if error is None else JSONResponse(error_body(error), error_kind(error).status)


def _what_is_missing(request: Request) -> Exception | None:
    state = request.app.state
    services: Services | None = state.services
    if state.failure is not None:
        return ModelFailed("The service could not start. Its log has the reason.")
    if services is None:
        return ModelLoading()
    if not services.language.alive:
        return ModelFailed("The engine does not answer, or restarts.")
    # Leases are renewed three times before they expire. Then replies in progress fail.
    if state.maintenance.seconds_since_renewal > services.settings.lease_seconds:
        return DatabaseBusy()
    if services.pools.chats.longest_wait > LONGEST_WAIT:
        return QueueFull(services.pools.chats.name)
    return None
