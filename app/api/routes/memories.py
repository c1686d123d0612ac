"""The user's memory: look at it, search it, add to it, correct it, forget."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AppServices, CurrentUser
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
from app.field_types import Identifier, Moment
from memory.repositories.slot_rows import NewMemory
from memory.types import Kind

router = APIRouter(prefix="/v1/memories", tags=["memories"])


@router.get("")
async def list_memories(
    services: AppServices,
    user: CurrentUser,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    kind: Kind | None = None,
    conversation_id: Identifier | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> MemoryList:
    """The newest first. A page of long ones is shorter than `limit`; `next` leads on."""
    slots = await services.run(
        services.store.page,
        user,
        before=before,
        limit=limit,
        kind=kind,
        conversation_id=conversation_id,
        since=since,
        until=until,
    )
    return MemoryList.of(slots, limit)


@router.post("", status_code=201)
async def add_memory(body: NewMemoryBody, services: AppServices, user: CurrentUser) -> MemoryOut:
    """Remember something that nobody said in a chat."""
    memory = NewMemory(body.text, body.kind, body.role, body.created_at, body.speaker)
    [slot] = await services.memory.add(user, [memory])
    return MemoryOut.of(slot)


@router.post("/search")
async def search_memories(body: SearchBody, services: AppServices, user: CurrentUser) -> SearchOut:
    """Read the memory as a chat would, and see every signal. Nothing is stored of it."""
    found = await services.memory.search(
        user,
        body.query,
        most=body.top_k,
        as_of=body.as_of,
        kind=body.kind,
        conversation_id=body.conversation_id,
        since=body.since,
        until=body.until,
    )
    return SearchOut.of(found)


@router.get("/{memory_id}")
async def get_memory(memory_id: Identifier, services: AppServices, user: CurrentUser) -> MemoryOut:
    return MemoryOut.of(await services.run(services.store.get, user, memory_id))


@router.patch("/{memory_id}")
async def edit_memory(
    memory_id: Identifier, body: MemoryPatch, services: AppServices, user: CurrentUser
) -> MemoryOut:
    """Replace its text. The old one is gone."""
    return MemoryOut.of(await services.memory.edit(user, memory_id, body.text))


@router.delete("/{memory_id}", status_code=204)
async def forget_memory(memory_id: Identifier, services: AppServices, user: CurrentUser) -> None:
    """Erase one memory; a turn leaves its conversation, too."""
    await services.memory.forget(user, memory_id)


@router.delete("")
async def forget_everything(
    services: AppServices,
    user: CurrentUser,
    everything: Annotated[bool, Query(description="Must be true: nothing comes back.")] = False,
) -> Forgotten:
    """Erase all of this user's conversations and memories."""
    if not everything:
        raise Unsupported("everything", "to erase the whole memory, say everything=true")
    return Forgotten(forgotten=await services.run(services.store.forget_everything, user))
