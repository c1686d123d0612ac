"""What was read for a reply, and why."""

from fastapi import APIRouter

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import ReadingDetail, ReadingOut, ReplayOut
from app.field_types import Identifier
from memory.prompt import memories_of

router = APIRouter(prefix="/v1/readings", tags=["readings"])


@router.get("/{reading_id}")
async def get_reading(
    reading_id: Identifier, services: AppServices, user: CurrentUser
) -> ReadingDetail:
    """The weights that chose the prompt. Forgotten slots are missing from it."""
    stored = await services.run(services.readings.get, user, reading_id)
    feedback = await services.run(services.feedback.of, user, reading_id)
    return await services.shown(user, lambda show: ReadingDetail.of_stored(stored, feedback, show))


@router.post("/{reading_id}/replay")
async def replay_reading(
    reading_id: Identifier, services: AppServices, user: CurrentUser
) -> ReplayOut:
    """Read the memory as it was then once more, by the same head, and compare. Nothing is stored.

    Refused (409 `not_replayable`) where another head reads now.
    """
    then, now = await services.memory.replay(user, reading_id)
    before = {slot.position: slot.weight for slot in then.reading.slots}
    after = {slot.position: slot.weight for slot in now.reading.slots}
    moved = (abs(before.get(at, 0.0) - after.get(at, 0.0)) for at in {*before, *after})
    feedback = await services.run(services.feedback.of, user, reading_id)
    return ReplayOut(
        then=await services.shown(user, lambda show: ReadingDetail.of_stored(then, feedback, show)),
        now=await services.shown(
            user, lambda show: ReadingOut.of(now.reading, memories_of(now, show))
        ),
        largest_difference=max(
            abs(then.reading.null_weight - now.reading.null_weight), *moved, 0.0
        ),
    )
