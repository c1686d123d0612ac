"""MCP's older transport, a stream and a place for messages, with the SDK's own client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import ClientSession
from mcp.client.sse import sse_client
from support.error_shape import code_of
from support.eventually import eventually
from support.keyed_service import with_keys
from support.service import Service, running

from app.api.dialects.mcp.endpoint import MOST_OF_A_USER
from app.settings import Settings


@asynccontextmanager
async def session_of(service: Service, path: str = "/sse", **headers: str) -> AsyncIterator[Any]:
    async with (
        sse_client(f"{service.url}{path}", headers=headers) as (read, write),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield session


async def test_its_client_searches_adds_and_reads(service: Service) -> None:
    await service.say("My dog is called Biscuit.")
    async with session_of(service) as session:
        assert len((await session.list_tools()).tools) == 4
        await session.call_tool("add_memory", {"text": "I row"})
        found = await session.call_tool("search_memories", {"query": "What is my dog called?"})
        assert "Biscuit" in found.content[0].text
        assert len((await session.list_prompts()).prompts) == 1
        latest = await session.read_resource("memory://latest")
        assert "I row" in latest.contents[0].text
    assert (await service.client.get("/v1/memories?limit=1")).json()["results"][0]["memory"] == (
        "I row"
    )


async def test_the_key_of_each_message_says_whose_memory_it_is(settings: Settings) -> None:
    async with running(settings) as service:
        keyed = with_keys(service)
        for path in ("/sse", "/sse/messages"):
            method = "GET" if path == "/sse" else "POST"
            refused = await service.client.request(method, path)
            assert code_of(refused) == (401, "api_key_required")
        async with session_of(service, **keyed.bearer["anna"]) as session:
            await session.call_tool("add_memory", {"text": "I sing"})
        stored = service.app.state.services.memories.page
        assert [slot.text for slot in stored("anna")] == ["I sing"]
        assert stored("bob") == []


async def test_behind_a_proxy_the_messages_go_under_its_prefix(settings: Settings) -> None:
    under = settings.model_copy(update={"root_path": "/tapehead"})
    async with running(under) as service, session_of(service, "/tapehead/sse") as session:
        assert len((await session.list_tools()).tools) == 4


async def test_streams_are_few_and_end_with_their_client(service: Service) -> None:
    streams = service.app.state.mcp.streams
    async with asyncio.TaskGroup() as group:
        leaving = asyncio.Event()

        async def stay() -> None:
            async with session_of(service):
                await leaving.wait()

        staying = [group.create_task(stay()) for _ in range(MOST_OF_A_USER)]
        await eventually(lambda: streams["local"] == MOST_OF_A_USER)
        refused = await service.client.get("/sse")
        assert code_of(refused) == (429, "user_queue_full")
        async with session_of(service, **{"X-User-Id": "bob"}) as other:
            assert len((await other.list_tools()).tools) == 4
        leaving.set()
        await asyncio.gather(*staying)
    await eventually(lambda: not streams)
    async with session_of(service) as session:
        assert len((await session.list_tools()).tools) == 4


@pytest.mark.parametrize("query", ["", "?session_id=x", "?session_id=" + "0" * 32])
async def test_a_message_for_no_stream_is_refused_in_the_one_shape(
    service: Service, query: str
) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    refused = await service.client.post(f"/sse/messages{query}", json=message)
    assert code_of(refused) in ((400, "bad_request"), (404, "not_found"))
