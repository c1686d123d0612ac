"""What was read for a reply, and why."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool as in_thread

from app.deps import CurrentUser, Service
from app.schemas import Identifier, ReadingDetail, ReadingOut

router = APIRouter(prefix="/v1/readings", tags=["readings"])


@router.get("/{reading_id}")
async def get_reading(reading_id: Identifier, parts: Service, user: CurrentUser) -> ReadingDetail:
    """The weights that chose the prompt. Forgotten slots are missing from it."""
    stored = await in_thread(parts.readings.get, user, reading_id)
    record = stored.record
    shown = ReadingOut.of(record.reading, stored.slots, record.selected)
    return ReadingDetail(
        **shown.model_dump(),
        conversation_id=record.conversation_id,
        created_at=stored.created_at,
        parameters=record.reading.parameters,
    )
