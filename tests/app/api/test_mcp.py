"""The memory as tools, for the client of the protocol's own SDK, over real HTTP."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import MCPError, StdioServerParameters
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND
from support.service import Service, running

from app.settings import Settings

TAPEHEAD = str(Path(sys.executable).with_name("tapehead"))


@asynccontextmanager
async def tools_of(service: Service, **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{service.url}/mcp", http_client=http)) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def read(client: Client, uri: str) -> str:
    [content] = (await client.read_resource(uri)).contents
    assert content.mime_type == "application/json"
    return content.text


async def test_the_tools_are_listed_with_what_they_do(service: Service) -> None:
    async with tools_of(service) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert tools.keys() == {"search_memories", "add_memory", "list_memories", "forget_memory"}
    for tool in tools.values():
        assert tool.description
        assert "context" not in tool.input_schema["properties"]
        assert "user" not in tool.input_schema["properties"]
    assert tools["search_memories"].annotations.read_only_hint
    assert tools["forget_memory"].annotations.destructive_hint


async def test_a_memory_is_added_found_listed_and_forgotten(service: Service) -> None:
    """What a tool adds, a chat reads; what a chat was told, a tool finds."""
    await service.say("My dog is called Biscuit")
    async with tools_of(service) as client:
        added = await call(client, "add_memory", text="The dog Biscuit hates thunder")
        found = await call(client, "search_memories", query="dog Biscuit", top_k=5)
        texts = [memory["memory"] for memory in found["results"]]
        assert {"My dog is called Biscuit", "The dog Biscuit hates thunder"} <= set(texts)
        assert 0 <= found["null_weight"] <= 1
        assert found["results"][0].keys() == {"id", "date", "who", "memory"}
        listed = await call(client, "list_memories", limit=1)
        assert [memory["id"] for memory in listed["results"]] == [added["id"]]
        await call(client, "forget_memory", memory_id=added["id"])
        listed = await call(client, "list_memories")
    assert "thunder" not in json.dumps(listed)
    assert "Biscuit" in json.dumps(listed)


async def test_one_user_sees_nothing_of_another(service: Service) -> None:
    async with tools_of(service, **{"X-User-Id": "alice"}) as client:
        hers = await call(client, "add_memory", text="Alice's secret")
    async with tools_of(service, **{"X-User-Id": "bob"}) as client:
        assert (await call(client, "list_memories"))["results"] == []
        assert (await call(client, "search_memories", query="secret"))["results"] == []
        refused = await client.call_tool("forget_memory", {"memory_id": hers["id"]})
        absent = await client.call_tool("forget_memory", {"memory_id": "nope"})
        assert refused.is_error
        assert absent.is_error
        assert refused.content[0].text == absent.content[0].text
    async with tools_of(service, **{"X-User-Id": "alice"}) as client:
        assert len((await call(client, "list_memories"))["results"]) == 1


async def test_keys_say_whose_memory_it_is(settings: Settings) -> None:
    async with running(settings) as service:
        keys = service.app.state.services.api_keys
        secret = keys.create("user", "hers", user_id="alice")[1]
        refused = await service.client.post("/mcp", json={})
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "api_key_required"
        async with tools_of(service, Authorization=f"Bearer {secret}") as client:
            await call(client, "add_memory", text="I sing")
        stored = service.app.state.services.memories.page("alice", before=None, limit=5)
        assert [slot.text for slot in stored] == ["I sing"]


async def test_on_stdin_and_stdout_it_is_the_same(service: Service) -> None:
    """The command as an assistant starts it, in a process of its own."""
    command = StdioServerParameters(
        command=TAPEHEAD, args=["mcp", "--url", service.url, "--user", "Ænne"], env=dict(os.environ)
    )
    async with Client(command) as client:
        assert len((await client.list_tools()).tools) == 4
        await call(client, "add_memory", text="I row")
        assert "I row" in await read(client, "memory://latest")
        [prompt] = (await client.list_prompts()).prompts
        asked = await client.get_prompt(prompt.name, {"topic": "What do I row?"})
        assert "I row" in asked.messages[0].content.text
        assert len((await client.list_resources()).resources) == 2
        assert len((await client.list_resource_templates()).resource_templates) == 2
        refused = await client.call_tool("forget_memory", {"memory_id": "nope"})
        assert refused.is_error
    stored = service.app.state.services.memories.page("Ænne", before=None, limit=5)
    assert [slot.text for slot in stored] == ["I row"]


async def test_on_stdin_without_a_service_it_says_so() -> None:
    command = [TAPEHEAD, "mcp", "--url", "http://127.0.0.1:1"]
    ended = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert ended.returncode == 1
    assert "Cannot reach" in ended.stderr


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_memories", {}),
        ("search_memories", {"query": ""}),
        ("search_memories", {"query": "a\0b"}),
        ("search_memories", {"query": "a", "top_k": 0}),
        ("add_memory", {"text": "  "}),
        ("list_memories", {"limit": 10**9}),
        ("forget_memory", {"memory_id": "x" * 999}),
        ("no_such_tool", {}),
    ],
)
async def test_bad_arguments_are_refused_in_words(
    service: Service, tool: str, arguments: dict[str, Any]
) -> None:
    async with tools_of(service) as client:
        result = await client.call_tool(tool, arguments)
        assert result.is_error
        assert result.content[0].text
        assert (await call(client, "list_memories"))["results"] == []


async def test_secrets_are_withheld_from_other_assistants_too(service: Service) -> None:
    await service.say("My credit card is 4111 1111 1111 1111, a Visa")
    async with tools_of(service) as client:
        found = await call(client, "search_memories", query="credit card Visa")
        listed = await call(client, "list_memories")
    assert "4111" not in json.dumps([found, listed])
    assert "[withheld: card number]" in json.dumps(found)
    assert "[withheld: card number]" in json.dumps(listed)


async def test_no_stream_can_be_left_open(service: Service) -> None:
    """Neither the standalone stream of the protocol's older versions, nor the newer subscription.

    The server sends nothing on its own, so each would be idle for ever.
    """
    accept = {"Accept": "application/json, text/event-stream"}
    for method in ("GET", "DELETE"):
        answer = await service.client.request(method, "/mcp", headers=accept)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        assert answer.json()["error"]["code"] == "method_not_allowed"
    async with tools_of(service) as client:
        with pytest.raises(MCPError) as refused:
            async with client.listen(tools_list_changed=True):
                pass
    assert refused.value.error.code == METHOD_NOT_FOUND


async def test_an_answer_is_short_unless_details_are_asked_for(service: Service) -> None:
    for number in range(20):
        text = f"My dog Biscuit likes walk number {number} along the river."
        await service.client.post("/v1/memories", json={"text": text, "speaker": "Ada"})
    async with tools_of(service) as client:
        asked = {"query": "What does my dog Biscuit like?"}
        short = await client.call_tool("search_memories", asked)
        full = await client.call_tool("search_memories", asked | {"details": True})
    assert json.loads(short.content[0].text) == short.structured_content
    assert len(full.structured_content["results"]) == 10
    assert len(short.content[0].text) <= 0.1 * 15_000
    assert len(short.content[0].text) <= 0.15 * len(full.content[0].text)
    found = short.structured_content["results"]
    assert {(each["who"], each["date"]) for each in found} == {("Ada", today())}
    detailed = full.structured_content["results"][0]["details"]
    assert sum(detailed["shares"].values()) != 0
    assert 0 < detailed["score"] <= 1


def today() -> str:
    return datetime.now(UTC).date().isoformat()


async def test_days_are_those_of_the_user(service: Service) -> None:
    body = {"text": "I sang.", "created_at": "2026-11-28T23:30:00Z"}
    await service.client.post("/v1/memories", json=body)
    async with tools_of(service, **{"X-Timezone": "Europe/Berlin"}) as client:
        [memory] = (await call(client, "list_memories"))["results"]
    assert memory["date"] == "2026-11-29"


async def test_a_prompt_quotes_what_was_said_about_a_topic(service: Service) -> None:
    await service.say("My dog is called Biscuit.")
    async with tools_of(service) as client:
        [prompt] = (await client.list_prompts()).prompts
        assert [(each.name, each.required) for each in prompt.arguments] == [("topic", True)]
        asked = await client.get_prompt(prompt.name, {"topic": "What is my dog called?"})
        for topic in ("", "  ", "a\0b"):
            with pytest.raises(MCPError, match="topic") as refused:
                await client.get_prompt(prompt.name, {"topic": topic})
            assert refused.value.error.code == INVALID_PARAMS
    [message] = asked.messages
    assert message.role == "user"
    assert 'said: "My dog is called Biscuit."' in message.content.text
    assert message.content.text.endswith("What is my dog called?")


async def test_resources_show_memories_and_conversations(service: Service) -> None:
    told = await service.say("My dog is called Biscuit.")
    await service.say("My credit card is 4111 1111 1111 1111.", conversation_id=None)
    await service.say("I am another.", user="bob")
    async with tools_of(service) as client:
        listed = [str(each.uri) for each in (await client.list_resources()).resources]
        assert listed == ["memory://latest", "memory://conversations"]
        texts = {uri: await read(client, uri) for uri in listed}
        which = f"memory://conversations/{told['conversation_id']}"
        turns = json.loads(await read(client, which))["results"]
        for uri in ("memory://none", "memory://conversations/none", "memory://x/y/z", "file:///a"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
    assert [turn["who"] for turn in turns] == ["user", "assistant"]
    assert turns[0]["memory"] == "My dog is called Biscuit."
    assert told["conversation_id"] in texts["memory://conversations"]
    for text in texts.values():
        assert "Biscuit" in text
        assert "4111" not in text
        assert "another" not in text
    async with tools_of(service, **{"X-User-Id": "bob"}) as client:
        with pytest.raises(MCPError):
            await client.read_resource(which)
