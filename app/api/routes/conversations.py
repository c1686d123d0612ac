"""Conversations of the user."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.chat import (
    ConversationList,
    ConversationOut,
    ConversationPatch,
    TurnList,
    TurnOut,
)
from app.api.schemas.memories import WeightsList, WeightsOut
from app.field_types import Identifier

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("")
async def list_conversations(
    services: AppServices,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ConversationList:
    """List conversations, most recently used first."""
    found = await services.run(services.conversations.recent, user, limit=limit, offset=offset)
    return ConversationList(results=[ConversationOut.of(each) for each in found])


@router.get("/{conversation_id}")
async def get_conversation(
    conversation_id: Identifier, services: AppServices, user: CurrentUser
) -> ConversationOut:
    return ConversationOut.of(await services.run(services.conversations.get, user, conversation_id))


@router.get("/{conversation_id}/turns")
async def list_turns(
    conversation_id: Identifier,
    services: AppServices,
    user: CurrentUser,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TurnList:
    """List the last turns of a conversation, oldest first, of every status."""
    await services.run(services.conversations.get, user, conversation_id)
    turns = await services.run(
        services.conversations.turns, user, conversation_id, before=before, limit=limit
    )
    return TurnList(
        results=[TurnOut.of(turn) for turn in turns],
        next=turns[0].position if len(turns) == limit else None,
    )


@router.get("/{conversation_id}/readings")
async def list_weights(
    conversation_id: Identifier,
    services: AppServices,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WeightsList:
    """List the weights of the last reads in a conversation, oldest first."""
    await services.run(services.conversations.get, user, conversation_id)
    found = await services.run(services.readings.weights, user, conversation_id, limit=limit)
    return WeightsList(results=[WeightsOut.of(each) for each in found])


@router.patch("/{conversation_id}")
async def rename_conversation(
    conversation_id: Identifier, body: ConversationPatch, services: AppServices, user: CurrentUser
) -> ConversationOut:
    await services.run(services.conversations.rename, user, conversation_id, body.title)
    return ConversationOut.of(await services.run(services.conversations.get, user, conversation_id))


@router.delete("/{conversation_id}", status_code=204)
async def forget_conversation(
    conversation_id: Identifier, services: AppServices, user: CurrentUser
) -> None:
    """Erase a conversation with its turns, which are no memories any more."""
    services.open_loops.drop(user, conversation_id)
    await services.run(services.conversations.forget, user, conversation_id)
