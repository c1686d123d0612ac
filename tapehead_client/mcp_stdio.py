"""``tapehead mcp``: forwards MCP between stdin and stdout and the service's ``/mcp``."""

from importlib.metadata import version
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)


async def bridge(
    url: str, user: str | None, api_key: str | None, timezone: str | None = None
) -> None:
    """Serve until stdin ends. Raises the errors of the connection to the service.

    ``timezone``: as in ``X-Timezone``.
    """
    headers = {} if user is None else {b"X-User-Id": user.encode()}
    if api_key is not None:
        headers[b"Authorization"] = f"Bearer {api_key}".encode()
    if timezone is not None:
        headers[b"X-Timezone"] = timezone.encode()
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as service,
    ):

        async def list_tools(
            _: ServerRequestContext[Any, Any], __: PaginatedRequestParams | None
        ) -> ListToolsResult:
            return await service.list_tools()

        async def call_tool(
            _: ServerRequestContext[Any, Any], request: CallToolRequestParams
        ) -> CallToolResult:
            return await service.call_tool(request.name, request.arguments)

        async def list_prompts(
            _: ServerRequestContext[Any, Any], __: PaginatedRequestParams | None
        ) -> ListPromptsResult:
            return await service.list_prompts()

        async def get_prompt(
            _: ServerRequestContext[Any, Any], request: GetPromptRequestParams
        ) -> GetPromptResult:
            return await service.get_prompt(request.name, request.arguments)

        async def list_resources(
            _: ServerRequestContext[Any, Any], __: PaginatedRequestParams | None
        ) -> ListResourcesResult:
            return await service.list_resources()

        async def list_resource_templates(
            _: ServerRequestContext[Any, Any], __: PaginatedRequestParams | None
        ) -> ListResourceTemplatesResult:
            return await service.list_resource_templates()

        async def read_resource(
            _: ServerRequestContext[Any, Any], request: ReadResourceRequestParams
        ) -> ReadResourceResult:
            # Not from the client's cache: what was forgotten meanwhile must not come back.
            return await service.read_resource(str(request.uri), cache_mode="refresh")

        server: Server[Any] = Server(
            "tapehead",
            version=version("tapehead"),
            instructions=service.instructions,
            on_list_tools=list_tools,
            on_call_tool=call_tool,
            on_list_prompts=list_prompts,
            on_get_prompt=get_prompt,
            on_list_resources=list_resources,
            on_list_resource_templates=list_resource_templates,
            on_read_resource=read_resource,
        )
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
