"""What was read for a reply, and why."""

from fastapi import APIRouter

from app.api.dependencies import CurrentUser, Service
from app.api.schemas.memories import ReadingDetail, ReadingOut, ReplayOut
from app.field_types import Identifier

router = APIRouter(prefix="/v1/readings", tags=["readings"])


@router.get("/{reading_id}")
async def get_reading(reading_id: Identifier, parts: Service, user: CurrentUser) -> ReadingDetail:
    """The weights that chose the prompt. Forgotten slots are missing from it."""
    stored = await parts.run(parts.readings.get, user, reading_id)
    feedback = await parts.run(parts.feedback.of, user, reading_id)
    return await parts.shown(user, lambda show: ReadingDetail.of_stored(stored, feedback, show))


@router.post("/{reading_id}/replay")
async def replay_reading(reading_id: Identifier, parts: Service, user: CurrentUser) -> ReplayOut:
    """Read the memory as it was then once more, by the same head, and compare. Nothing is stored.

    Refused (409 `not_replayable`) where another head reads now.
    """
    then, now = await parts.reads.replay(user, reading_id)
    slots = await parts.run(parts.memories.fetch, user, [slot.position for slot in now.slots])
    before = {slot.position: slot.weight for slot in then.record.reading.slots}
    after = {slot.position: slot.weight for slot in now.slots}
    moved = (abs(before.get(at, 0.0) - after.get(at, 0.0)) for at in {*before, *after})
    feedback = await parts.run(parts.feedback.of, user, reading_id)
    return ReplayOut(
        then=await parts.shown(user, lambda show: ReadingDetail.of_stored(then, feedback, show)),
        now=await parts.shown(
            user, lambda show: ReadingOut.of(now, slots, then.record.selected, show)
        ),
        largest_difference=max(abs(then.record.reading.null_weight - now.null_weight), *moved, 0.0),
    )
