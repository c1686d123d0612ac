"""mem0's REST API under ``/mem0``: its clients take that as part of the host (docs/interfaces.md).

There are the paths of its hosted service and those of its own server. Clients end the former in a
slash (``app/api/middleware/addresses.py``).

mem0's client names a memory by its id alone. Where the credential does not tell whose it is, the id
does: it ends in ``@`` and the user's name. That is a name like any other in a request, and reaches
no further: an app's users are looked for among its own.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.api.dependencies import AppServices, ClientTimeZone, WhoAsks, api_key
from app.api.schemas.mem0 import (
    AddBody,
    GetAllBody,
    Mem0Added,
    Mem0AddedResults,
    Mem0Entities,
    Mem0Entity,
    Mem0Event,
    Mem0Found,
    Mem0Memory,
    Mem0Message,
    Mem0Page,
    Mem0Results,
    Mem0SearchBody,
    Mem0SearchResults,
    Pong,
    UpdateBody,
    fields_of,
)
from app.auth import DEFAULT_USER, Caller
from app.errors import Unsupported
from app.field_types import Body, Identifier
from app.services import Services
from memory.errors import NotFound
from memory.repositories.slot_rows import NewMemory
from memory.types import Slot

router = APIRouter(prefix="/mem0", tags=["mem0"])

_ID: TypeAdapter[str] = TypeAdapter(Identifier)
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Whose:
    """A user by the id that lies in the database, and by the name that the client knows."""

    user: str
    name: str
    suffix: str

    @classmethod
    def of(cls, caller: Caller, also: str | None = None) -> "Whose":
        """Raises what ``Caller.user`` does."""
        user = caller.user(also)
        given = also or next(iter(caller.named), None)
        own = caller.api_key.user_id if caller.api_key else None
        return cls(user, given or own or DEFAULT_USER, f"@{quote(given, safe='')}" if given else "")

    def fields(self, slot: Slot) -> dict[str, Any]:
        return fields_of(slot, slot.id + self.suffix, self.name)


@dataclass(frozen=True, slots=True)
class One:
    """A memory that an id in the address names."""

    whose: Whose
    id: str


async def one(memory_id: str, caller: WhoAsks) -> One:
    slot_id, at, name = memory_id.rpartition("@")
    try:
        if not at:
            return One(Whose.of(caller), _ID.validate_python(memory_id))
        user = _ID.validate_python(unquote(name))
        return One(Whose.of(caller, user), _ID.validate_python(slot_id))
    except ValidationError:
        raise NotFound("memory") from None


ThisOne = Annotated[One, Depends(one)]


class Which(Body):
    """What of a memory is to be forgotten. Anything else in the address is refused: what narrows
    it in mem0 and is not known here must not come to mean everything.
    """

    user_id: Identifier | None = None
    run_id: Identifier | None = None


@router.get("/v1/ping", dependencies=[Depends(api_key)])
async def ping() -> Pong:
    """Answer the first request of mem0's client."""
    return Pong()


@router.post("/v3/memories/add")
@router.post("/memories")
async def add(body: AddBody, services: AppServices, caller: WhoAsks) -> Mem0AddedResults:
    """Store messages as they were said. System messages are dropped."""
    whose, run = Whose.of(caller, body.user), body.run
    spoken = [each for each in body.messages if each.role in ("user", "assistant")]
    spoken = [each for each in spoken if each.text.strip()]
    new = [
        NewMemory(
            text=message.text,
            kind="fact" if run is None else "turn",
            role="assistant" if message.role == "assistant" else "user",
            created_at=body.at,
            speaker=message.speaker,
            conversation_id=run,
        )
        for message in spoken
    ]
    stored = await services.memory.add(whose.user, new)
    return Mem0AddedResults(results=[Mem0Added(**whose.fields(slot)) for slot in stored])


@router.post("/v3/memories")
async def get_all(
    body: GetAllBody,
    http: Request,
    services: AppServices,
    caller: WhoAsks,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Page:
    """List memories, newest first."""
    whose = Whose.of(caller, body.user)
    found = await services.run(services.memories.positions, whose.user, **body.narrowing)
    asked = sorted(found, reverse=True)[(page - 1) * page_size : page * page_size]
    slots = await services.run(services.memories.fetch, whose.user, asked)

    def address(number: int) -> str:
        return str(http.url.include_query_params(page=number))

    return Mem0Page(
        count=len(found),
        next=address(page + 1) if page * page_size < len(found) else None,
        previous=address(page - 1) if page > 1 else None,
        results=[Mem0Memory(**whose.fields(slots[at])) for at in asked if at in slots],
    )


@router.get("/memories")
async def list_all(
    services: AppServices,
    caller: WhoAsks,
    user_id: Identifier | None = None,
    run_id: Identifier | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Results:
    """List memories, newest first, as mem0's own server does."""
    whose = Whose.of(caller, user_id)
    slots = await services.run(
        services.memories.page, whose.user, limit=limit, conversation_id=run_id
    )
    return Mem0Results(results=[Mem0Memory(**whose.fields(slot)) for slot in slots])


@router.post("/v3/memories/search")
@router.post("/search")
async def search(
    body: Mem0SearchBody, services: AppServices, caller: WhoAsks, zone: ClientTimeZone
) -> Mem0SearchResults:
    """Search with the same read as in a chat."""
    whose = Whose.of(caller, body.user)
    most = body.limit or body.top_k
    found = await services.memory.search(
        whose.user, body.query, most=most, zone=zone, **body.narrowing
    )
    return Mem0SearchResults(
        results=[
            Mem0Found(**whose.fields(found.slots[each.position]), score=each.weight)
            for each in found.reading.slots
            if each.position in found.slots and each.weight >= (body.threshold or 0)
        ]
    )


@router.get("/v1/memories/{memory_id}")
@router.get("/memories/{memory_id}")
async def get(this: ThisOne, services: AppServices) -> Mem0Memory:
    return Mem0Memory(**this.whose.fields(await _slot(this, services)))


@router.get("/v1/memories/{memory_id}/history")
@router.get("/memories/{memory_id}/history")
async def history(this: ThisOne, services: AppServices) -> list[Mem0Event]:
    """Get the current text of a memory. Earlier texts are not kept."""
    slot = await _slot(this, services)
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
async def update(this: ThisOne, body: UpdateBody, services: AppServices) -> Mem0Memory:
    """Replace the text of a memory. The old text is erased."""
    slot = await services.memory.edit(this.whose.user, this.id, body.text)
    return Mem0Memory(**this.whose.fields(slot))


@router.delete("/v1/memories/{memory_id}")
@router.delete("/memories/{memory_id}")
async def delete(this: ThisOne, services: AppServices) -> Mem0Message:
    await services.memory.forget(this.whose.user, this.id)
    return Mem0Message(message="Memory deleted successfully!")


@router.delete("/v1/memories")
@router.delete("/memories")
async def delete_all(
    which: Annotated[Which, Query()], services: AppServices, caller: WhoAsks
) -> Mem0Message:
    """Erase a conversation (``run_id``), or all conversations and memories of ``user_id``."""
    whose = Whose.of(caller, which.user_id)
    if which.run_id is not None:
        await services.run(services.conversations.forget, whose.user, which.run_id)
    elif which.user_id is not None:
        await services.run(services.memories.forget_everything, whose.user)
    else:
        raise Unsupported("user_id", "Send user_id or run_id.")
    return Mem0Message(message="Memories deleted successfully!")


@router.get("/v1/entities")
async def entities(services: AppServices, caller: WhoAsks) -> Mem0Entities:
    """List one user: that of the request."""
    whose = Whose.of(caller)
    counted, _ = await services.run(services.memories.count, whose.user)
    user = Mem0Entity(id=whose.name, name=whose.name, total_memories=sum(counted.values()))
    return Mem0Entities(results=[user], count=1)


async def _slot(this: One, services: Services) -> Slot:
    return await services.run(services.memories.get, this.whose.user, this.id)
