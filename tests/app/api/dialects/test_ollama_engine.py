"""Ollama's own client in front of an engine elsewhere: tools, pictures, thoughts, JSON, models."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.before_engine import (
    TOOL,
    calling,
    kept,
    saying,
    service_before,
    user,
    whole,
)
from support.networks.fake_openai_server import Engine, Script, response
from support.service import Service

from app.settings import Settings

ollama = pytest.importorskip("ollama", reason="needs the package ollama (extra dev)")

ASKED = user("How is the weather?")


@asynccontextmanager
async def client_before(
    settings: Settings, *completions: Script, **changes: Any
) -> AsyncIterator[tuple[Any, Service, Engine]]:
    async with service_before(settings, *completions, **changes) as (service, server):
        client = ollama.AsyncClient(host=service.url)
        try:
            yield client, service, server
        finally:
            await client.close()


async def ask(client: Any, *messages: Any, stream: bool = False, **more: Any) -> Any:
    """The message of an answer; of a stream, all of its parts together."""
    given = {"model": "m", "messages": list(messages), **more}
    if not stream:
        return (await client.chat(**given)).message
    parts = [part async for part in await client.chat(stream=True, **given)]
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert (parts[-1].prompt_eval_count, parts[-1].eval_count) == (40, 2)
    calls = [call for part in parts for call in part.message.tool_calls or ()]
    return ollama.Message(
        role="assistant",
        content="".join(part.message.content or "" for part in parts),
        thinking="".join(part.message.thinking or "" for part in parts) or None,
        tool_calls=calls or None,
    )


@pytest.mark.parametrize("stream", [True, False])
async def test_a_loop_of_tools_is_one_turn(settings: Settings, stream: bool) -> None:
    scripts = calling(stream=stream), saying("Sunny.", stream=stream)
    async with client_before(settings, *scripts) as (client, service, server):
        first = await ask(client, ASKED, tools=[TOOL], stream=stream)
        assert (first.content, first.thinking) == ("Let me look.", "Hm.")
        called = [(call.function.name, call.function.arguments) for call in first.tool_calls]
        assert called == [("weather", {"city": "Ulm"}), ("weather", {"city": "Bonn"})]
        assert server.completions[0].body["tools"][0]["function"]["name"] == "weather"
        results = [
            {"role": "tool", "tool_name": "weather", "content": text} for text in ("17", "3")
        ]
        second = await ask(client, ASKED, first, *results, tools=[TOOL], stream=stream)
        assert (second.content, second.tool_calls) == ("Sunny.", None)
        _, answer, *told = server.completions[1].body["messages"]
        ids = [call["id"] for call in answer["tool_calls"]]
        assert len(set(ids)) == 2
        assert [(each["tool_call_id"], each["content"]) for each in told] == [
            (ids[0], "17"),
            (ids[1], "3"),
        ]
        assert json.loads(answer["tool_calls"][1]["function"]["arguments"]) == {"city": "Bonn"}
        assert await kept(service) == [("user", "How is the weather?"), ("assistant", "Sunny.")]


async def test_results_find_their_calls(settings: Settings) -> None:
    def call(name: str, **more: Any) -> dict[str, Any]:
        return {"function": {"name": name, "arguments": {}}, **more}

    said = {"role": "assistant", "content": "", "tool_calls": [call("a"), call("b"), call("c")]}
    said["tool_calls"].append(call("d", id="own"))
    results = [
        {"role": "tool", "content": "d", "tool_call_id": "own"},
        {"role": "tool", "content": "b", "tool_name": "b"},
        {"role": "tool", "content": "a"},
        {"role": "tool", "content": "c", "tool_name": "unknown"},
    ]
    async with client_before(settings, whole("Fine.")) as (_, service, server):
        body = {"model": "m", "messages": [ASKED, said, *results], "stream": False}
        assert (await service.client.post("/api/chat", json=body)).status_code == 200
        _, answer, *told = server.completions[0].body["messages"]
        names = {each["id"]: each["function"]["name"] for each in answer["tool_calls"]}
        assert [names[each["tool_call_id"]] for each in told] == ["d", "b", "a", "c"]
        assert [each["content"] for each in told] == ["d", "b", "a", "c"]


async def test_pictures_formats_and_options_reach_the_engine(settings: Settings) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    async with client_before(settings, whole('{"a": 1}')) as (client, service, server):
        message = user("What is this?") | {"images": ["/9j/AAAA", "iVBORAAA"]}
        answer = await client.chat(
            model="m:latest",
            messages=[message],
            format=schema,
            think="low",
            options={
                "num_predict": 9,
                "temperature": 3,
                "top_k": 5,
                "min_p": 0.1,
                "seed": 1,
                "stop": ["END"],
                "num_ctx": 4096,
            },
        )
        assert answer.message.content == '{"a": 1}'
        sent = server.completions[0].body
        text, *pictures = sent["messages"][0]["content"]
        assert text["text"].endswith("What is this?")
        assert [each["image_url"]["url"] for each in pictures] == [
            "data:image/jpeg;base64,/9j/AAAA",
            "data:image/png;base64,iVBORAAA",
        ]
        assert sent["response_format"]["json_schema"]["schema"] == schema
        names = ("model", "max_tokens", "temperature", "top_k", "min_p", "seed", "stop")
        assert [sent[name] for name in names] == ["m", 9, 3, 5, 0.1, 1, ["END"]]
        assert sent["reasoning_effort"] == "low"
        assert (await kept(service))[0] == ("user", "What is this?")
        body = {"model": "m", "messages": [ASKED], "format": "json", "stream": False}
        body |= {"options": {"num_ctx": 9}, "think": False}
        answer = (await service.client.post("/api/chat", json=body)).json()
        assert answer["memory"]["ignored"] == ["options.num_ctx"]
        sent = server.completions[1].body
        assert sent["response_format"] == {"type": "json_object"}
        assert sent["reasoning_effort"] == "none"


@pytest.mark.parametrize("stream", [True, False])
async def test_generate(settings: Settings, stream: bool) -> None:
    async with client_before(settings, saying("A cat.", stream=stream)) as (client, _, server):
        given = {"model": "m", "prompt": "What is it?", "images": ["iVBORAAA"], "system": "Be."}
        if stream:
            parts = [part async for part in await client.generate(**given, stream=True)]
            text = "".join(part.response for part in parts)
        else:
            text = (await client.generate(**given)).response
        assert text == "A cat."
        system, asked = server.completions[0].body["messages"]
        assert system == {"role": "system", "content": "Be."}
        assert [part["type"] for part in asked["content"]] == ["text", "image_url"]


TWO = response(200, {"data": [{"id": "a", "created": 5, "max_model_len": 999}, {"id": "b:latest"}]})


async def test_the_models_are_the_engines(settings: Settings) -> None:
    changes = {"engine_model": "a", "listing": TWO}
    async with client_before(settings, whole("Hi"), **changes) as (client, _, server):
        listed = (await client.list()).models
        assert [each.model for each in listed] == ["a", "b:latest"]
        shown = await client.show("a:latest")
        assert shown.modelinfo["tapehead.context_length"] == 999
        assert shown.capabilities == ["completion", "tools", "vision"]
        for named, sent in (("a", "a"), ("a:latest", "a"), ("b", "b:latest")):
            await client.chat(model=named, messages=[ASKED])
            assert server.completions[-1].body["model"] == sent
        assert (await client.chat(model="b", messages=[])).done_reason == "load"
        for ask in (client.show("c"), client.chat(model="c", messages=[ASKED])):
            with pytest.raises(ollama.ResponseError) as refused:
                await ask
            assert refused.value.status_code == 404
            assert refused.value.error.endswith("serves: a, b:latest")


@pytest.mark.parametrize("stream", [True, False])
async def test_the_engines_refusal_is_a_text(settings: Settings, stream: bool) -> None:
    script = response(400, {"error": {"message": "No pictures, please."}})
    async with client_before(settings, script) as (client, service, _):
        with pytest.raises(ollama.ResponseError) as refused:
            await ask(client, ASKED, stream=stream)
        assert (refused.value.error, refused.value.status_code) == ("No pictures, please.", 400)
        body = {"model": "m", "messages": [ASKED], "stream": stream}
        answer = await service.client.post("/api/chat", json=body)
        error = answer.json()
        assert error["code"] == "request_refused"
        assert error["request_id"] == answer.headers["X-Request-ID"]


ODD: dict[str, dict[str, Any]] = {
    "odd calls": {"role": "assistant", "tool_calls": [5, {"function": 5}, {"id": 7}]},
    "a result of nothing": {"role": "tool", "content": "5"},
    "odd pictures": {"role": "user", "content": "Hi", "images": [5, "", "data:x"]},
}


async def test_odd_messages_do_not_break_it(settings: Settings) -> None:
    async with client_before(settings, whole("Fine.")) as (_, service, _):
        for name, message in ODD.items():
            body = {"model": "m", "messages": [ASKED, message], "stream": False}
            answer = await service.client.post("/api/chat", json=body)
            assert answer.status_code == 200, (name, answer.text)
