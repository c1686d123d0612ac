"""The memory as prompts and resources of the Model Context Protocol: what users pick by hand."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from mcp import MCPError
from mcp.server import MCPServer
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, Resource
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.api.dialects.mcp.tools import Asked, latest, whose, zone_of
from app.api.schemas.chat import ConversationList, ConversationOut
from app.api.schemas.mcp import LEAST_WEIGHT, ListedMemories, MemoryBrief
from app.api.schemas.memories import MemoryList
from app.errors import UNEXPECTED, Unsupported, error_body, error_kind
from app.field_types import Identifier, NonEmptyText
from memory.errors import NotFound
from memory.prompt import compose, memories_of
from memory.redaction import Redaction
from memory.repositories.conversations import Conversation

log = logging.getLogger(__name__)

LATEST, CONVERSATIONS = "latest", "conversations"
JSON = "application/json"
_RECALLED, _LISTED, _TURNS = 10, 50, 100
_CONVERSATION: TypeAdapter[str] = TypeAdapter(Identifier)
_TOPIC: TypeAdapter[str] = TypeAdapter(NonEmptyText)
_RESOURCES = (
    Resource(
        uri=f"memory://{LATEST}",
        name="Latest memories",
        description=f"The {_LISTED} newest memories.",
        mime_type=JSON,
    ),
    Resource(
        uri=f"memory://{CONVERSATIONS}",
        name="Conversations",
        description=f"The {_LISTED} most recently used conversations, with their ids.",
        mime_type=JSON,
    ),
)


class Turns(BaseModel):
    """The last turns of a conversation, oldest first."""

    results: list[MemoryBrief]


class MemoryServer(MCPServer[Any]):
    """Lists the two resources that need no id.

    They are templates to the SDK, which hands a request to templates only, and lists those apart.
    """

    async def list_resources(self) -> list[Resource]:
        return list(_RESOURCES)


def add_prompts(server: MCPServer[Any]) -> None:
    @server.prompt(title="Recall about a topic")
    async def recall(context: Asked, topic: str) -> str:
        """Answer with what the user said before about a topic."""
        with _refusals():
            services, user = whose(context)
            zone = await zone_of(context)
            query = _checked(_TOPIC, "topic", topic)
            found = await services.memory.search(user, query, most=_RECALLED, zone=zone)
            memories = await services.shown(user, lambda show: memories_of(found, show))
            heavy = [memory for memory in memories if memory.weight >= LEAST_WEIGHT]
            [message] = compose("", [], heavy, query, datetime.now(zone))
            return message.content


def add_resources(server: MCPServer[Any]) -> None:
    @server.resource("memory://{view}", name="Overviews", mime_type=JSON)
    async def overview(context: Asked, view: str) -> str:
        """The newest memories (latest), or the list of conversations (conversations)."""
        with _refusals():
            services, user = whose(context)
            if view == LATEST:
                listed = await latest(services, user, _LISTED)
                return ListedMemories.of(listed, await zone_of(context)).model_dump_json()
            if view == CONVERSATIONS:
                found = await services.run(services.conversations.recent, user, limit=_LISTED)
                listing = await services.shown(user, lambda show: _conversations(found, show))
                return listing.model_dump_json()
            raise NotFound("resource")

    @server.resource(
        "memory://conversations/{conversation_id}", name="Conversation", mime_type=JSON
    )
    async def conversation(context: Asked, conversation_id: str) -> str:
        """The last turns of a conversation that are memories, oldest first."""
        with _refusals():
            services, user = whose(context)
            which = _checked(_CONVERSATION, "conversation_id", conversation_id)
            await services.run(services.conversations.get, user, which)
            slots = await services.run(
                services.memories.page, user, limit=_TURNS, conversation_id=which
            )
            turns = await services.shown(user, lambda show: MemoryList.of(slots, _TURNS, show))
            zone = await zone_of(context)
            briefs = [MemoryBrief.of(each, zone) for each in reversed(turns.results)]
            return Turns(results=briefs).model_dump_json()


def _conversations(found: Iterable[Conversation], show: Redaction) -> ConversationList:
    """Without secrets in the first messages."""
    shown = (replace(each, preview=each.preview and show(each.preview).text) for each in found)
    return ConversationList(results=[ConversationOut.of(each) for each in shown])


def _checked(type_: TypeAdapter[str], param: str, value: str) -> str:
    """Raises Unsupported. The SDK would log the value with its own error."""
    try:
        return type_.validate_python(value)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Unsupported(param, f"{param}: {message}") from None


@contextmanager
def _refusals() -> Iterator[None]:
    """Errors as the protocol has them, in the words of the service's own."""
    try:
        yield
    except Exception as error:
        unexpected = error_kind(error) is UNEXPECTED
        if unexpected:
            log.exception("internal_error: %s", type(error).__name__)
        code = INTERNAL_ERROR if unexpected else INVALID_PARAMS
        raise MCPError(code, error_body(error)["error"]["message"]) from None
