"""Memories of the user: list, search, add, edit and erase."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.api.dependencies import CurrentUser, Service
from app.api.schemas.memories import (
    Forgotten,
    MemoryList,
    MemoryOut,
    MemoryPatch,
    NewMemoryBody,
    ReadingOut,
    SearchBody,
    SearchOut,
)
from app.errors import Unsupported
from app.field_types import Identifier, UtcDatetime
from app.services import Parts
from memory import embedding
from memory.repositories.memories import PAGE_CHARACTERS
from memory.repositories.slot_rows import NewMemory, StoredKey
from memory.types import Kind, Slot, said

router = APIRouter(prefix="/v1/memories", tags=["memories"])


@router.get("")
async def list_memories(
    parts: Service,
    user: CurrentUser,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    kind: Kind | None = None,
    conversation_id: Identifier | None = None,
    since: UtcDatetime | None = None,
    until: UtcDatetime | None = None,
) -> MemoryList:
    """List memories, newest first. A page of long memories may be shorter than `limit`."""
    slots = await parts.run(
        parts.store.page,
        user,
        before=before,
        limit=limit,
        kind=kind,
        conversation_id=conversation_id,
        since=since,
        until=until,
    )
    return MemoryList(
        results=[MemoryOut.of(slot) for slot in slots],
        next=slots[-1].position if _may_go_on(slots, limit) else None,
    )


@router.post("", status_code=201)
async def add_memory(body: NewMemoryBody, parts: Service, user: CurrentUser) -> MemoryOut:
    """Add a memory from outside a chat."""
    parts.chat.admission.write(user)  # here, for the tools of app/api/dialects/mcp.py call this too
    memory = NewMemory(
        text=body.text,
        kind=body.kind,
        role=body.role,
        created_at=body.created_at,
        speaker=body.speaker,
        key=await _key(parts, user, said(body.speaker, body.text)),
    )
    [slot] = await parts.run(parts.store.add, user, [memory])
    return MemoryOut.of(slot)


@router.post("/search")
async def search_memories(body: SearchBody, parts: Service, user: CurrentUser) -> SearchOut:
    """Search the memory with the same read as in a chat. The read is not stored."""
    key = await parts.embed(user, body.query)
    allowed = None
    narrowing: dict[str, Any] = {
        "kind": body.kind,
        "conversation_id": body.conversation_id,
        "since": body.since,
        "until": body.until,
    }
    if any(each is not None for each in narrowing.values()):
        allowed = await parts.run(parts.store.positions, user, **narrowing)
    how: dict[str, Any] = {"allowed": allowed, "most": body.top_k}
    if body.as_of is None:
        await parts.reads.prepare(user)
        reading = await parts.reads.now(user, body.query, key, **how)
    else:
        reading = await parts.reads.past(user, body.query, key, body.as_of, **how)
    slots = await parts.run(parts.store.fetch, user, [slot.position for slot in reading.slots])
    found = ReadingOut.of(reading, slots, frozenset())
    return SearchOut(results=found.memories, head=found.head, null_weight=found.null_weight)


@router.get("/{memory_id}")
async def get_memory(memory_id: Identifier, parts: Service, user: CurrentUser) -> MemoryOut:
    return MemoryOut.of(await parts.run(parts.store.get, user, memory_id))


@router.patch("/{memory_id}")
async def edit_memory(
    memory_id: Identifier, body: MemoryPatch, parts: Service, user: CurrentUser
) -> MemoryOut:
    """Replace the text of a memory. The old text is erased."""
    parts.chat.admission.write(user)
    slot = await parts.run(parts.store.get, user, memory_id)
    key = await _key(parts, user, said(slot.speaker, body.text))
    return MemoryOut.of(await parts.run(parts.store.edit, user, memory_id, body.text, key))


@router.delete("/{memory_id}", status_code=204)
async def forget_memory(memory_id: Identifier, parts: Service, user: CurrentUser) -> None:
    """Erase a memory. A turn is erased from its conversation, too."""
    await parts.run(parts.store.forget, user, memory_id)


@router.delete("")
async def forget_everything(
    parts: Service,
    user: CurrentUser,
    everything: Annotated[
        bool, Query(description="Must be true to confirm. This cannot be undone.")
    ] = False,
) -> Forgotten:
    """Erase all conversations and memories of the user."""
    if not everything:
        raise Unsupported("everything", "Add ?everything=true to confirm.")
    return Forgotten(forgotten=await parts.run(parts.store.forget_everything, user))


def _may_go_on(slots: Sequence[Slot], limit: int) -> bool:
    return len(slots) == limit or sum(len(slot.text) for slot in slots) > PAGE_CHARACTERS


async def _key(parts: Parts, user: str, text: str) -> StoredKey | None:
    return embedding.as_key(parts.embedder, await parts.embed(user, text))
