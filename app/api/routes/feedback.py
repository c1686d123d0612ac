"""Feedback on the memories of a reply."""

from fastapi import APIRouter

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import FeedbackBody

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])


@router.post("", status_code=204)
async def give_feedback(body: FeedbackBody, services: AppServices, user: CurrentUser) -> None:
    """Rate whether a memory was useful for a reply. Null removes the rating.

    Ratings can train a read head. They are erased with the memory or the question.
    """
    services.admission.write(user)
    await services.run(services.feedback.give, user, body.reading_id, body.memory_id, body.feedback)
