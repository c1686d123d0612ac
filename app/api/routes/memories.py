"""The user's memory: look at it, search it, add to it, correct it, forget."""

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
from app.field_types import Identifier, Moment
from app.services import Parts
from memory import embedding
from memory.repositories.memories import PAGE_CHARACTERS
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import Kind, Slot, with_speaker

router = APIRouter(prefix="/v1/memories", tags=["memories"])


@router.get("")
async def list_memories(
    parts: Service,
    user: CurrentUser,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    kind: Kind | None = None,
    conversation_id: Identifier | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> MemoryList:
    """The newest first. A page of long ones is shorter than `limit`; `next` leads on."""
    slots = await parts.run(
        parts.memories.page,
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
    """Remember something that nobody said in a chat."""
    parts.chat.admission.write(user)  # here, for the tools of app/api/dialects/mcp.py call this too
    memory = NewMemory(
        text=body.text,
        kind=body.kind,
        role=body.role,
        created_at=body.created_at,
        speaker=body.speaker,
        embedding=await _key(parts, user, with_speaker(body.speaker, body.text)),
    )
    [slot] = await parts.run(parts.memories.add, user, [memory])
    return MemoryOut.of(slot)


@router.post("/search")
async def search_memories(body: SearchBody, parts: Service, user: CurrentUser) -> SearchOut:
    """Read the memory as a chat would, and see every signal. Nothing is stored of it."""
    key = await parts.embed(user, body.query)
    allowed = None
    narrowing: dict[str, Any] = {
        "kind": body.kind,
        "conversation_id": body.conversation_id,
        "since": body.since,
        "until": body.until,
    }
    if any(each is not None for each in narrowing.values()):
        allowed = await parts.run(parts.memories.positions, user, **narrowing)
    how: dict[str, Any] = {"allowed": allowed, "most": body.top_k}
    if body.as_of is None:
        await parts.reads.prepare(user)
        reading = await parts.reads.now(user, body.query, key, **how)
    else:
        reading = await parts.reads.past(user, body.query, key, body.as_of, **how)
    slots = await parts.run(parts.memories.fetch, user, [slot.position for slot in reading.slots])
    found = ReadingOut.of(reading, slots, frozenset())
    return SearchOut(results=found.memories, head=found.head, null_weight=found.null_weight)


@router.get("/{memory_id}")
async def get_memory(memory_id: Identifier, parts: Service, user: CurrentUser) -> MemoryOut:
    return MemoryOut.of(await parts.run(parts.memories.get, user, memory_id))


@router.patch("/{memory_id}")
async def edit_memory(
    memory_id: Identifier, body: MemoryPatch, parts: Service, user: CurrentUser
) -> MemoryOut:
    """Replace its text. The old one is gone."""
    parts.chat.admission.write(user)
    slot = await parts.run(parts.memories.get, user, memory_id)
    key = await _key(parts, user, with_speaker(slot.speaker, body.text))
    return MemoryOut.of(await parts.run(parts.memories.edit, user, memory_id, body.text, key))


@router.delete("/{memory_id}", status_code=204)
async def forget_memory(memory_id: Identifier, parts: Service, user: CurrentUser) -> None:
    """Erase one memory; a turn leaves its conversation, too."""
    await parts.run(parts.memories.forget, user, memory_id)


@router.delete("")
async def forget_everything(
    parts: Service,
    user: CurrentUser,
    everything: Annotated[bool, Query(description="Must be true: nothing comes back.")] = False,
) -> Forgotten:
    """Erase all of this user's conversations and memories."""
    if not everything:
        raise Unsupported("everything", "to erase the whole memory, say everything=true")
    return Forgotten(forgotten=await parts.run(parts.memories.forget_everything, user))


def _may_go_on(slots: Sequence[Slot], limit: int) -> bool:
    return len(slots) == limit or sum(len(slot.text) for slot in slots) > PAGE_CHARACTERS


async def _key(parts: Parts, user: str, text: str) -> StoredEmbedding | None:
    return embedding.as_key(parts.embedder, await parts.embed(user, text))
