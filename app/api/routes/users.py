"""The user of the request."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import Forgotten
from app.errors import Unsupported

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.delete("/me")
async def erase_user(
    services: AppServices,
    user: CurrentUser,
    everything: Annotated[
        bool, Query(description="Must be true to confirm. This cannot be undone.")
    ] = False,
) -> Forgotten:
    """Erase the user with all conversations and memories.

    Later requests of this name start a new user. API keys are not erased.
    """
    if not everything:
        raise Unsupported("everything", "Add ?everything=true to confirm.")
    forgotten = await services.forget_everything(user, user_too=True)
    return Forgotten(forgotten=forgotten)
