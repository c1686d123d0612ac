"""The user as such."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import CurrentUser, Service
from app.api.schemas.memories import Forgotten
from app.errors import Unsupported

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.delete("/me")
async def erase_user(
    parts: Service,
    user: CurrentUser,
    everything: Annotated[bool, Query(description="Must be true: nothing comes back.")] = False,
) -> Forgotten:
    """Erase all of this user's conversations and memories, and that there was such a user.

    Who comes back under the same name is new. API keys are not the user's to erase.
    """
    if not everything:
        raise Unsupported("everything", "to erase the user, say everything=true")
    forgotten = await parts.run(parts.memories.forget_everything, user, user_too=True)
    return Forgotten(forgotten=forgotten)
