"""mem0's REST API beside single memories: batches, entities, feedback, and the first request."""

from fastapi import APIRouter, Depends

from app.api.dependencies import AppServices, WhoAsks, api_key
from app.api.dialects.mem0.identity import One, Whose
from app.api.schemas.mem0 import BatchBody, Mem0FeedbackBody
from app.api.schemas.mem0_results import (
    Mem0Entities,
    Mem0Entity,
    Mem0Feedback,
    Mem0Message,
    Pong,
)
from app.auth import Caller
from app.field_types import Identifier
from app.services import Services
from memory.errors import NotFound

router = APIRouter(prefix="/mem0", tags=["mem0"])


@router.get("/v1/ping", dependencies=[Depends(api_key)])
async def ping() -> Pong:
    """Answer the first request of mem0's client."""
    return Pong()


@router.put("/v1/batch")
async def update_batch(body: BatchBody, services: AppServices, caller: WhoAsks) -> Mem0Message:
    """Replace the texts of memories. If one of them does not exist, none is replaced."""
    these = await _existing(body, services, caller)
    for item, this in zip(body.memories, these, strict=True):
        if item.text is not None:
            await services.memory.edit(this.whose.user, this.id, item.text)
    return Mem0Message(message=f"Successfully updated {len(these)} memories", ignored=body.ignored)


@router.delete("/v1/batch")
async def delete_batch(body: BatchBody, services: AppServices, caller: WhoAsks) -> Mem0Message:
    """Erase memories. If one of them does not exist, none is erased."""
    these = await _existing(body, services, caller)
    for this in dict.fromkeys(these):
        await services.memory.forget(this.whose.user, this.id)
    return Mem0Message(message=f"Successfully deleted {len(these)} memories", ignored=body.ignored)


async def _existing(body: BatchBody, services: Services, caller: Caller) -> list[One]:
    """The memories of a batch. Raises NotFound."""
    these = [One.of(item.memory_id, caller) for item in body.memories]
    for this in these:
        await this.slot(services)
    return these


@router.get("/v1/entities")
async def entities(services: AppServices, caller: WhoAsks) -> Mem0Entities:
    """List one user: that of the request."""
    whose = Whose.of(caller)
    counted, _ = await services.run(services.memories.count, whose.user)
    user = Mem0Entity(id=whose.name, name=whose.name, total_memories=sum(counted.values()))
    return Mem0Entities(results=[user], count=1)


@router.delete("/v2/entities/{kind}/{name}")
@router.delete("/v1/entities/{kind}/{name}")
async def delete_entity(
    kind: str, name: Identifier, services: AppServices, caller: WhoAsks
) -> Mem0Message:
    """Erase all conversations and memories of a user (``user``), or one conversation (``run``)."""
    whose = Whose.of(caller, name if kind == "user" else None)
    if kind == "user":
        await services.forget_everything(whose.user)
    elif kind == "run":
        await services.run(services.conversations.forget, whose.user, name)
    else:  # nothing is stored for agents and apps
        raise NotFound("entity")
    return Mem0Message(message="Entity deleted successfully!")


@router.post("/v1/feedback")
async def feedback(body: Mem0FeedbackBody, services: AppServices, caller: WhoAsks) -> Mem0Feedback:
    """Accept feedback without effect: here it belongs to a reading, which mem0 does not name."""
    await One.of(body.memory_id, caller).slot(services)
    return Mem0Feedback(id=body.memory_id, feedback=body.feedback, ignored=["feedback"])
