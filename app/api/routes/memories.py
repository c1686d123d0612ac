"""Memories of the user: list, search, add, edit and erase."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AppServices, ClientTimeZone, CurrentUser
from app.api.filter_times import OptionalFilterTime, end_of, last_of, start_of
from app.api.schemas.memories import (
    Forgotten,
    MemoryList,
    MemoryOut,
    MemoryPatch,
    NewMemoryBody,
    SearchBody,
    SearchOut,
)
from app.errors import Unsupported
from app.field_types import Identifier
from app.time_zones import time_zone
from memory.repositories.slot_rows import NewMemory
from memory.types import Kind

router = APIRouter(prefix="/v1/memories", tags=["memories"])


@router.get("")
async def list_memories(
    services: AppServices,
    user: CurrentUser,
    zone: ClientTimeZone,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    kind: Kind | None = None,
    conversation_id: Identifier | None = None,
    since: OptionalFilterTime = None,
    until: OptionalFilterTime = None,
) -> MemoryList:
    """List memories, newest first. A page of long memories may be shorter than `limit`.

    `since` and `until` may be days (2026-11-28): both are then included.
    """
    slots = await services.run(
        services.memories.page,
        user,
        before=before,
        limit=limit,
        kind=kind,
        conversation_id=conversation_id,
        since=start_of(since, zone),
        until=end_of(until, zone),
    )
    return MemoryList.of(slots, limit)


@router.post("", status_code=201)
async def add_memory(body: NewMemoryBody, services: AppServices, user: CurrentUser) -> MemoryOut:
    """Add a memory from outside a chat."""
    memory = NewMemory(body.text, body.kind, body.role, body.created_at, body.speaker)
    [slot] = await services.memory.add(user, [memory])
    return MemoryOut.of(slot)


@router.post("/search")
async def search_memories(
    body: SearchBody, services: AppServices, user: CurrentUser, client_zone: ClientTimeZone
) -> SearchOut:
    """Search the memory with the same read as in a chat. The read is not stored."""
    zone = time_zone(body.timezone) if body.timezone else client_zone
    found = await services.memory.search(
        user,
        body.query,
        most=body.top_k,
        as_of=last_of(body.as_of, zone),
        zone=zone,
        kind=body.kind,
        conversation_id=body.conversation_id,
        since=start_of(body.since, zone),
        until=end_of(body.until, zone),
    )
    return SearchOut.of(found)


@router.get("/{memory_id}")
async def get_memory(memory_id: Identifier, services: AppServices, user: CurrentUser) -> MemoryOut:
    return MemoryOut.of(await services.run(services.memories.get, user, memory_id))


@router.patch("/{memory_id}")
async def edit_memory(
    memory_id: Identifier, body: MemoryPatch, services: AppServices, user: CurrentUser
) -> MemoryOut:
    """Replace the text of a memory. The old text is erased."""
    return MemoryOut.of(await services.memory.edit(user, memory_id, body.text))


@router.delete("/{memory_id}", status_code=204)
async def forget_memory(memory_id: Identifier, services: AppServices, user: CurrentUser) -> None:
    """Erase a memory. A turn is erased from its conversation, too."""
    await services.memory.forget(user, memory_id)


@router.delete("")
async def forget_everything(
    services: AppServices,
    user: CurrentUser,
    everything: Annotated[
        bool, Query(description="Must be true to confirm. This cannot be undone.")
    ] = False,
) -> Forgotten:
    """Erase all conversations and memories of the user."""
    if not everything:
        raise Unsupported("everything", "Add ?everything=true to confirm.")
    return Forgotten(forgotten=await services.forget_everything(user))
