"""mem0's REST API under ``/mem0``: its clients take that as part of the host (docs/interfaces.md).

There are the paths of its hosted service, in each of its versions, and those of its own server.
Clients end the former in a slash (``app/api/middleware/addresses.py``).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.api.dependencies import AppServices, ClientTimeZone, WhoAsks
from app.api.dialects.mem0.filters import ANYBODY, Filter, read_filter
from app.api.dialects.mem0.identity import ThisOne, Whose
from app.api.schemas.mem0 import (
    AddBody,
    GetAllBody,
    Mem0SearchBody,
    OptionalId,
    Scope,
    UpdateBody,
    Which,
    one_of,
)
from app.api.schemas.mem0_ignored import told
from app.api.schemas.mem0_results import (
    Mem0Added,
    Mem0AddedResults,
    Mem0Event,
    Mem0Found,
    Mem0Memory,
    Mem0Message,
    Mem0Page,
    Mem0Results,
    Mem0SearchResults,
    Mem0Updated,
)
from app.auth import Caller
from app.errors import Unsupported
from app.services import Services
from memory.repositories.memories import Narrowing
from memory.repositories.slot_rows import NewMemory

router = APIRouter(prefix="/mem0", tags=["mem0"])

_MOST_AT_ONCE = 500


@router.post("/v3/memories/add")
@router.post("/v1/memories")
@router.post("/memories")
async def add(
    body: AddBody, services: AppServices, caller: WhoAsks, zone: ClientTimeZone
) -> Mem0AddedResults:
    """Store messages as they were said. Those of the system and of tools are dropped."""
    asked = read_filter(body.filters, zone)
    if ANYBODY in (body.user_id, *asked.users):
        raise Unsupported("user_id", "Name one user.")
    whose = _whose(body, asked, caller)
    run = one_of("run_id", (body.run_id, *asked.runs))
    new = [
        NewMemory(
            text=message.text,
            kind="fact" if run is None else "turn",
            role="assistant" if message.role == "assistant" else "user",
            created_at=body.at,
            speaker=message.name,
            conversation_id=run,
        )
        for message in body.kept
    ]
    stored = await services.memory.add(whose.user, new) if new else []
    return Mem0AddedResults(
        results=[Mem0Added(**whose.fields(slot)) for slot in stored],
        ignored=[*body.ignored, *asked.ignored],
    )


@router.post("/v3/memories")
@router.post("/v2/memories")
async def get_all(
    body: GetAllBody,
    http: Request,
    services: AppServices,
    caller: WhoAsks,
    zone: ClientTimeZone,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Page:
    """List memories, newest first."""
    asked = read_filter(body.conditions, zone)
    whose = _whose(body, asked, caller)
    found = await services.run(_select, whose.user, services, body, asked)
    listed = sorted(found, reverse=True)[(page - 1) * page_size : page * page_size]
    slots = await services.run(services.memories.fetch, whose.user, listed)

    def address(number: int) -> str:
        return str(http.url.include_query_params(page=number))

    return Mem0Page(
        count=len(found),
        next=address(page + 1) if page * page_size < len(found) else None,
        previous=address(page - 1) if page > 1 else None,
        results=[Mem0Memory(**whose.fields(slots[at])) for at in listed if at in slots],
        ignored=[*body.ignored, *asked.ignored],
    )


@router.get("/memories")
@router.get("/v1/memories")
async def list_all(
    http: Request,
    services: AppServices,
    caller: WhoAsks,
    user_id: OptionalId = None,
    run_id: OptionalId = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Results:
    """List memories, newest first, as mem0's own server does."""
    whose = Whose.of(caller, None if user_id == ANYBODY else user_id)
    slots = await services.run(
        services.memories.page, whose.user, limit=limit, conversation_id=run_id
    )
    return Mem0Results(
        results=[Mem0Memory(**whose.fields(slot)) for slot in slots],
        ignored=told(dict(http.query_params), ("user_id", "run_id", "limit", "user")),
    )


@router.post("/v3/memories/search")
@router.post("/v2/memories/search")
@router.post("/v1/memories/search")
@router.post("/search")
async def search(
    body: Mem0SearchBody, services: AppServices, caller: WhoAsks, zone: ClientTimeZone
) -> Mem0SearchResults:
    """Search with the same read as in a chat."""
    asked = read_filter(body.filters, zone)
    whose = _whose(body, asked, caller)
    allowed = None
    if body.run_id is not None or asked.selection is not None:
        allowed = await services.run(_select, whose.user, services, body, asked)
    found = await services.memory.search(
        whose.user, body.query, most=body.most, zone=zone, allowed=allowed
    )
    return Mem0SearchResults(
        results=[
            Mem0Found(**whose.fields(found.slots[each.position]), score=each.weight)
            for each in found.reading.slots
            if each.position in found.slots and each.weight >= (body.threshold or 0)
        ],
        ignored=[*body.ignored, *asked.ignored],
    )


@router.get("/v1/memories/{memory_id}")
@router.get("/memories/{memory_id}")
async def get(this: ThisOne, services: AppServices) -> Mem0Memory:
    return Mem0Memory(**this.whose.fields(await this.slot(services)))


@router.get("/v1/memories/{memory_id}/history")
@router.get("/memories/{memory_id}/history")
async def history(this: ThisOne, services: AppServices) -> list[Mem0Event]:
    """Get the current text of a memory. Earlier texts are not kept."""
    slot = await this.slot(services)
    fields = this.whose.fields(slot)
    return [
        Mem0Event(
            id=fields["id"],
            memory_id=fields["id"],
            new_memory=slot.text,
            user_id=this.whose.name,
            created_at=slot.created_at,
        )
    ]


@router.put("/v1/memories/{memory_id}")
@router.put("/memories/{memory_id}")
async def update(this: ThisOne, body: UpdateBody, services: AppServices) -> Mem0Updated:
    """Replace the text of a memory. The old text is erased."""
    if body.text is None:
        slot = await this.slot(services)
    else:
        slot = await services.memory.edit(this.whose.user, this.id, body.text)
    return Mem0Updated(**this.whose.fields(slot), ignored=body.ignored)


@router.delete("/v1/memories/{memory_id}")
@router.delete("/memories/{memory_id}")
async def delete(this: ThisOne, http: Request, services: AppServices) -> Mem0Message:
    await services.memory.forget(this.whose.user, this.id)
    return Mem0Message(
        message="Memory deleted successfully!", ignored=told(dict(http.query_params), ("user",))
    )


@router.delete("/v1/memories")
@router.delete("/memories")
async def delete_all(
    which: Annotated[Which, Query()], services: AppServices, caller: WhoAsks
) -> Mem0Message:
    """Erase a conversation (``run_id``), or all conversations and memories of ``user_id``."""
    if which.user_id == ANYBODY:
        raise Unsupported("user_id", "Name one user.")
    whose = Whose.of(caller, which.user_id)
    if which.run_id is not None:
        await services.run(services.conversations.forget, whose.user, which.run_id)
    elif which.user_id is not None:
        await services.forget_everything(whose.user)
    else:
        raise Unsupported("user_id", "Send user_id or run_id.")
    return Mem0Message(message="Memories deleted successfully!")


def _whose(body: Scope, asked: Filter, caller: Caller) -> Whose:
    """The user of a request. Raises Unsupported for two, and what ``Caller.user`` does."""
    given = None if body.user_id == ANYBODY else body.user_id
    return Whose.of(caller, one_of("user_id", (given, *asked.users)))


def _select(user_id: str, services: Services, body: Scope, asked: Filter) -> set[int]:
    """The positions of the memories that a request is about."""

    def positions(narrowing: Narrowing) -> set[int]:
        return services.memories.positions(user_id, **narrowing)

    found = positions(Narrowing(conversation_id=body.run_id))
    return found if asked.selection is None else found & asked.selection.select(positions)
