"""mem0's REST API for memories, so that its clients can be pointed here (docs/interfaces.md).

Its paths of the hosted service end in a slash, and ours never do; those of its own server begin
with ``/memories``. They are other words for what ``app/api/routes/memories.py`` does.

mem0's client names a memory by its id alone. Where the credential does not tell whose it is, the id
does: it ends in ``@`` and the user's name. That is a name like any other in a request, and reaches
no further: an app's users are looked for among its own.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.api.dependencies import Service, WhoAsks, api_key
from app.api.routes import memories
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
from app.api.schemas.memories import MemoryPatch, SearchBody
from app.auth import DEFAULT_USER, Caller
from app.errors import Unsupported
from app.field_types import Body, Identifier
from app.services import Parts
from memory import embedding
from memory.errors import NotFound
from memory.repositories.slot_rows import NewMemory
from memory.types import Slot, with_speaker

router = APIRouter(tags=["mem0"])

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
        own = caller.key.user_id if caller.key else None
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


@router.get("/v1/ping/", dependencies=[Depends(api_key)])
async def ping() -> Pong:
    """What mem0's client asks first."""
    return Pong()


@router.post("/v3/memories/add/")
@router.post("/memories")
async def add(body: AddBody, parts: Service, caller: WhoAsks) -> Mem0AddedResults:
    """Remember messages, as they were said. Instructions (``system``) are nobody's memory."""
    whose, run = Whose.of(caller, body.user), body.run
    spoken = [each for each in body.messages if each.role in ("user", "assistant")]
    spoken = [each for each in spoken if each.text.strip()]
    for _ in spoken:
        parts.chat.admission.write(whose.user)
    async with parts.pools.embedding.slot(whose.user):
        keys = await embedding.keys(
            parts.embedder, [with_speaker(each.name, each.text) for each in spoken]
        )
    new = [
        NewMemory(
            text=message.text,
            kind="fact" if run is None else "turn",
            role="assistant" if message.role == "assistant" else "user",
            created_at=body.at,
            speaker=message.name,
            embedding=key,
            conversation_id=run,
        )
        for message, key in zip(spoken, keys, strict=True)
    ]
    stored = await parts.run(parts.memories.add, whose.user, new)
    return Mem0AddedResults(results=[Mem0Added(**whose.fields(slot)) for slot in stored])


@router.post("/v3/memories/")
async def get_all(
    body: GetAllBody,
    http: Request,
    parts: Service,
    caller: WhoAsks,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Page:
    """The newest first."""
    whose = Whose.of(caller, body.user)
    found = await parts.run(parts.memories.positions, whose.user, **body.narrowing)
    asked = sorted(found, reverse=True)[(page - 1) * page_size : page * page_size]
    slots = await parts.run(parts.memories.fetch, whose.user, asked)

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
    parts: Service,
    caller: WhoAsks,
    user_id: Identifier | None = None,
    run_id: Identifier | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_AT_ONCE)] = 100,
) -> Mem0Results:
    """As mem0's own server lists them: the newest first."""
    whose = Whose.of(caller, user_id)
    slots = await parts.run(parts.memories.page, whose.user, limit=limit, conversation_id=run_id)
    return Mem0Results(results=[Mem0Memory(**whose.fields(slot)) for slot in slots])


@router.post("/v3/memories/search/")
@router.post("/search")
async def search(body: Mem0SearchBody, parts: Service, caller: WhoAsks) -> Mem0SearchResults:
    """The same read that a chat makes."""
    whose = Whose.of(caller, body.user)
    asked = SearchBody(query=body.query, top_k=body.limit or body.top_k, **body.narrowing)
    found = await memories.search_memories(asked, parts, whose.user)
    return Mem0SearchResults(
        results=[
            Mem0Found(
                id=each.id + whose.suffix,
                memory=each.memory,
                user_id=whose.name,
                run_id=each.conversation_id,
                role=each.role,
                created_at=each.created_at,
                score=each.score,
            )
            for each in found.results
            if body.threshold is None or each.score >= body.threshold
        ]
    )


@router.get("/v1/memories/{memory_id}/")
@router.get("/memories/{memory_id}")
async def get(this: ThisOne, parts: Service) -> Mem0Memory:
    return Mem0Memory(**this.whose.fields(await _slot(this, parts)))


@router.get("/v1/memories/{memory_id}/history/")
@router.get("/memories/{memory_id}/history")
async def history(this: ThisOne, parts: Service) -> list[Mem0Event]:
    """What a memory says now, and since when: earlier texts are not kept."""
    slot = await _slot(this, parts)
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


@router.put("/v1/memories/{memory_id}/")
@router.put("/memories/{memory_id}")
async def update(this: ThisOne, body: UpdateBody, parts: Service) -> Mem0Memory:
    """Replace its text. The old one is gone."""
    await memories.edit_memory(this.id, MemoryPatch(text=body.text), parts, this.whose.user)
    return Mem0Memory(**this.whose.fields(await _slot(this, parts)))


@router.delete("/v1/memories/{memory_id}/")
@router.delete("/memories/{memory_id}")
async def delete(this: ThisOne, parts: Service) -> Mem0Message:
    await memories.forget_memory(this.id, parts, this.whose.user)
    return Mem0Message(message="Memory deleted successfully!")


@router.delete("/v1/memories/")
@router.delete("/memories")
async def delete_all(
    which: Annotated[Which, Query()], parts: Service, caller: WhoAsks
) -> Mem0Message:
    """Erase a conversation (``run_id``), or all conversations and memories of ``user_id``."""
    whose = Whose.of(caller, which.user_id)
    if which.run_id is not None:
        await parts.run(parts.conversations.forget, whose.user, which.run_id)
    elif which.user_id is not None:
        await parts.run(parts.memories.forget_everything, whose.user)
    else:
        raise Unsupported("user_id", "user_id or run_id says what is to be forgotten")
    return Mem0Message(message="Memories deleted successfully!")


@router.get("/v1/entities/")
async def entities(parts: Service, caller: WhoAsks) -> Mem0Entities:
    """Of users there is here but the one whose request it is."""
    whose = Whose.of(caller)
    counted, _ = await parts.run(parts.memories.count, whose.user)
    user = Mem0Entity(id=whose.name, name=whose.name, total_memories=sum(counted.values()))
    return Mem0Entities(results=[user], count=1)


async def _slot(this: One, parts: Parts) -> Slot:
    return await parts.run(parts.memories.get, this.whose.user, this.id)
