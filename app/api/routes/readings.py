"""Readings: the memories of a reply, with weights and signals."""

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
    """Get a reading: the weights that selected memories for the prompt, without erased ones."""
    stored = await services.run(services.readings.get, user, reading_id)
    feedback = await services.run(services.feedback.of, user, reading_id)
    return await services.shown(user, lambda show: ReadingDetail.of_stored(stored, feedback, show))


@router.post("/{reading_id}/replay")
async def replay_reading(
    reading_id: Identifier, services: AppServices, user: CurrentUser
) -> ReplayOut:
    """Repeat a read on the memory as it was then, and compare. The repeated read is not stored.

    If the service uses another read head now, the answer is 409 `not_replayable`.
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
