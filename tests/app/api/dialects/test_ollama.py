"""Ollama's own client against ``/api``, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from support.eventually import eventually
from support.service import Service

ollama = pytest.importorskip("ollama", reason="needs the package ollama (extra dev)")

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
async def client(service: Service) -> AsyncIterator[Any]:
    client = ollama.AsyncClient(host=service.url)
    yield client
    await client.close()


async def test_the_model_and_what_is_told_of_it(client: Any, service: Service) -> None:
    [model] = (await client.list()).models
    assert model.model == "fake"
    assert len(model.digest) == 64
    shown = await client.show("fake:latest")
    assert shown.modelinfo["tapehead.context_length"] == service.language.window
    assert shown.capabilities == ["completion"]
    older = await service.client.post("/api/show", json={"name": "fake"})
    assert older.json()["capabilities"] == ["completion"]
    version = (await service.client.get("/api/version")).json()["version"]
    assert [int(part) for part in version.split(".")] >= [0, 6, 4]
    with pytest.raises(ollama.ResponseError) as refused:
        await client.show("other")
    assert refused.value.status_code == 404
    assert refused.value.error == "The model does not exist. This service serves: fake"


async def test_a_chat_with_what_was_remembered(client: Any, service: Service) -> None:
    said = [{"role": "user", "content": "My dog is called Biscuit"}]
    await client.chat(model="fake", messages=said)
    answer = await client.chat(
        model="fake:latest",
        messages=[
            {"role": "system", "content": "Be terse."},
            {"role": "user", "content": "How is my dog called?"},
        ],
        options={"num_predict": 2, "temperature": 0, "top_p": 0.5, "stop": ["\n"], "seed": 7},
    )
    assert answer.message.content == "Noted, thank "
    assert (answer.model, answer.done, answer.done_reason) == ("fake", True, "length")
    assert answer.total_duration >= answer.eval_duration > 0
    assert answer.total_duration >= answer.prompt_eval_duration > 0
    assert answer.eval_count == 3
    assert answer.prompt_eval_count > 0
    assert datetime.fromisoformat(answer.created_at).tzinfo is not None
    sampling = service.language.samplings[-1]
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (0, 0.5, 2)
    assert (sampling.seed, sampling.stop) == (7, ("\n",))
    prompt = service.language.prompts[-1]
    assert prompt[0].content == "Be terse."
    assert "Biscuit" in prompt[-1].content


async def test_a_stream(client: Any, service: Service) -> None:
    parts = [part async for part in await client.chat(model="fake", messages=HELLO, stream=True)]
    assert "".join(part.message.content for part in parts) == service.language.answer
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[-1].done_reason == "stop"


async def test_lines_of_json_are_the_default(service: Service) -> None:
    body = {"model": "fake", "messages": HELLO}
    answer = await service.client.post("/api/chat", json=body)
    assert answer.headers["content-type"] == "application/x-ndjson"
    *_, last = [json.loads(line) for line in answer.text.splitlines()]
    assert last["memory"]["conversation_id"]
    assert last["memory"]["ignored"] == []


async def test_generate(client: Any, service: Service) -> None:
    answer = await client.generate(model="fake", prompt="hello", system="Be terse.")
    assert (answer.response, answer.done_reason) == (service.language.answer, "stop")
    parts = [
        part async for part in await client.generate(model="fake", prompt="hello", stream=True)
    ]
    assert "".join(part.response for part in parts) == service.language.answer
    assert service.language.prompts[0][0].content == "Be terse."


async def test_asking_whether_the_model_is_there(client: Any, service: Service) -> None:
    assert (await client.generate(model="fake")).done_reason == "load"
    assert (await client.chat(model="fake", messages=[])).done_reason == "load"
    assert service.language.prompts == []
    with pytest.raises(ollama.ResponseError):
        await client.generate(model="other")


async def test_its_own_message_comes_back(client: Any, service: Service) -> None:
    first = await client.chat(model="fake", messages=HELLO)
    more = [*HELLO, first.message, {"role": "user", "content": "more"}]
    await client.chat(model="fake", messages=more)
    assert len((await service.client.get("/v1/conversations")).json()["results"]) == 1


async def test_what_has_no_effect_is_told(service: Service) -> None:
    call = {"function": {"name": "f", "arguments": {}}}
    body = {
        "model": "fake",
        "stream": False,
        "messages": [
            *HELLO,
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "content": "3", "tool_name": "f"},
            {"role": "user", "content": "so?", "images": ["AAAA"]},
        ],
        "tools": [{"type": "function", "function": {"name": "f"}}],
        "think": True,
        "keep_alive": "5m",
        "logprobs": True,
        "options": {
            "num_ctx": 4096,
            "top_k": 40,
            "repeat_penalty": 1.1,
            "num_predict": -1,
            "temperature": 5,
            "top_p": 0,
            "mirostat": 0,
        },
    }
    answer = (await service.client.post("/api/chat", json=body)).json()
    assert answer["memory"]["ignored"] == [
        "tools",
        "messages[1].tool_calls",
        "messages[2]: tool_result",
        "messages[3].images",
        "logprobs",
        "options.num_ctx",
        "options.top_k",
        "options.repeat_penalty",
        "think",
        "options.temperature: above 2",
    ]
    assert service.language.samplings[-1].temperature == 2


async def test_a_temporary_chat_leaves_no_trace(service: Service) -> None:
    off = {"memory": {"read": False, "write": False}}
    body = {"model": "fake", "prompt": "a secret", "stream": False, **off}
    assert (await service.client.post("/api/generate", json=body)).status_code == 200
    assert (await service.client.get("/v1/memories")).json()["results"] == []


@pytest.mark.parametrize(
    ("path", "more", "param"),
    [
        ("chat", {"messages": [*HELLO, {"role": "tool", "content": "3"}]}, "messages"),
        ("chat", {"messages": [{"role": "", "content": "hello"}]}, "messages"),
        ("chat", {"messages": [{"role": "user", "images": ["AAAA"]}]}, "messages"),
        ("generate", {"prompt": "a", "suffix": "b"}, "suffix"),
        ("generate", {"prompt": "a", "options": {"temperature": -1}}, "options.temperature"),
    ],
)
async def test_what_would_not_be_what_was_asked(
    service: Service, path: str, more: dict[str, Any], param: str
) -> None:
    answer = await service.client.post(f"/api/{path}", json={"model": "fake", **more})
    assert answer.status_code == 400
    assert answer.json()["param"] == param
    assert isinstance(answer.json()["error"], str)


async def test_a_failure_within_a_stream(client: Any, service: Service) -> None:
    service.language.fail_after = 1
    with pytest.raises(ollama.ResponseError) as failed:
        _ = [part async for part in await client.chat(model="fake", messages=HELLO, stream=True)]
    assert "Internal error" in failed.value.error


async def test_who_leaves_stops_the_engine(service: Service) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 1
    body = {"model": "fake", "messages": HELLO}
    async with service.client.stream("POST", "/api/chat", json=body) as answer:
        async for _ in answer.aiter_lines():
            break
    await eventually(lambda: service.language.cancelled)
