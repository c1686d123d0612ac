"""mcp for Python, over streamable HTTP."""

from contextlib import asynccontextmanager

import httpx2
from checks import ADDRESS, ASKED, DOG, KEY, contains, run
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client


@asynccontextmanager
async def client():
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, timeout=60) as http,
        Client(streamable_http_client(f"{ADDRESS}/mcp", http_client=http)) as session,
    ):
        yield session


async def tools():
    async with client() as session:
        assert "search_memories" in {each.name for each in (await session.list_tools()).tools}
        assert (await session.list_prompts()).prompts
        assert (await session.list_resources()).resources


async def memory():
    async with client() as session:
        await session.call_tool("add_memory", {"text": DOG})
        found = await session.call_tool("search_memories", {"query": ASKED})
        contains(found.content[0].text, "Biscuit")


run(tools, memory)
