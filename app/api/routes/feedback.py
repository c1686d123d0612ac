"""What the user found of the memories that were read for an answer."""

from fastapi import APIRouter

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import FeedbackBody

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])


@router.post("", status_code=204)
async def give_feedback(body: FeedbackBody, services: AppServices, user: CurrentUser) -> None:
    """Say whether a memory was of use for an answer; null takes that back.

    It is kept for training a read head, and goes when the memory or the question goes.
    """
    services.admission.write(user)
    await services.run(services.feedback.give, user, body.reading_id, body.memory_id, body.feedback)
