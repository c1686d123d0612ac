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
    ListToolsResult,
    PaginatedRequestParams,
)


async def bridge(url: str, user: str | None, api_key: str | None) -> None:
    """Serve until stdin ends. Raises the errors of the connection to the service."""
    headers = {} if user is None else {b"X-User-Id": user.encode()}
    if api_key is not None:
        headers[b"Authorization"] = f"Bearer {api_key}".encode()
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

        server: Server[Any] = Server(
            "tapehead",
            version=version("tapehead"),
            instructions=service.instructions,
            on_list_tools=list_tools,
            on_call_tool=call_tool,
        )
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
