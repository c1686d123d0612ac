"""The memory as tools of the Model Context Protocol. Each acts for the user of its request."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import Annotated, Any

from fastapi import Request
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from app.api.dependencies import client_time_zone
from app.api.schemas.mcp import FoundMemories, ListedMemories, MemoryBrief
from app.api.schemas.memories import MemoryList, MemoryOut, SearchOut
from app.errors import error_body, error_kind
from app.field_types import Identifier, NonEmptyText
from app.services import Services
from memory.repositories.slot_rows import NewMemory

Asked = Context[Any, Request]
"""What a tool, a prompt or a resource gets besides its arguments."""


def add_tools(server: MCPServer[Any]) -> None:
    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def search_memories(
        context: Asked,
        query: NonEmptyText,
        top_k: Annotated[int, Field(ge=1, le=100)] = 10,
        details: Annotated[
            bool, Field(description="Also return weights, signals and positions: ten times longer.")
        ] = False,
    ) -> Annotated[CallToolResult, FoundMemories]:
        """Search memories that are relevant for a query, by decreasing weight.

        A null_weight near 1 means that no memory is relevant.
        """
        with _refusals():
            services, user = whose(context)
            zone = await zone_of(context)
            found = await services.memory.search(user, query, most=top_k, zone=zone)
            read = await services.shown(user, lambda show: SearchOut.of(found, show))
            return _result(FoundMemories.of(read, zone, details=details))

    @server.tool(annotations=ToolAnnotations(destructive_hint=False))
    async def add_memory(
        context: Asked, text: NonEmptyText
    ) -> Annotated[CallToolResult, MemoryBrief]:
        """Remember a fact about the user."""
        with _refusals():
            services, user = whose(context)
            [slot] = await services.memory.add(user, [NewMemory(text, "fact", "user")])
            return _result(MemoryBrief.of(MemoryOut.of(slot), await zone_of(context)))

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def list_memories(
        context: Asked,
        limit: Annotated[int, Field(ge=1, le=500)] = 50,
        before: Annotated[int | None, Field(ge=1, lt=2**63)] = None,
    ) -> Annotated[CallToolResult, ListedMemories]:
        """List memories, newest first. Pass `next` as `before` to get older ones."""
        with _refusals():
            services, user = whose(context)
            listed = await latest(services, user, limit, before)
            return _result(ListedMemories.of(listed, await zone_of(context)))

    @server.tool(annotations=ToolAnnotations(destructive_hint=True))
    async def forget_memory(context: Asked, memory_id: Identifier) -> str:
        """Erase a memory permanently, by its id."""
        with _refusals():
            services, user = whose(context)
            await services.memory.forget(user, memory_id)
        return "forgotten"


async def latest(
    services: Services, user: str, limit: int, before: int | None = None
) -> MemoryList:
    """The newest memories as they are shown."""
    slots = await services.run(services.memories.page, user, before=before, limit=limit)
    return await services.shown(user, lambda show: MemoryList.of(slots, limit, show))


def whose(context: Asked) -> tuple[Services, str]:
    """The services and the user of a request, as its route has stored them."""
    request = _request(context)
    return request.state.services, request.state.user


async def zone_of(context: Asked) -> tzinfo:
    """The time zone of the user's days."""
    services, _ = whose(context)
    return await client_time_zone(services, _request(context).headers.get("X-Timezone"))


def _request(context: Asked) -> Request:
    request = context.request_context.request
    assert request is not None  # noqa: S101 - every transport here is HTTP
    return request


def _result(value: BaseModel) -> CallToolResult:
    """The value as data and, on one line, as the text that a model reads."""
    text = value.model_dump_json(exclude_defaults=True)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=value.model_dump(mode="json", exclude_defaults=True),
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """What is refused on purpose is told in words; anything else stays between us and the log."""
    try:
        yield
    except Exception as error:
        if error_kind(error).status == 500:
            raise
        raise ToolError(error_body(error)["error"]["message"]) from None
