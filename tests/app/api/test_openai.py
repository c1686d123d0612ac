"""OpenAI's own client against the service, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator

import openai
import pytest
from openai import AsyncOpenAI
from support.eventually import eventually
from support.service import Service

ME = {"role": "user"}


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, timeout=30
    ) as client:
        yield client


async def ask(client: AsyncOpenAI, *messages: tuple[str, str], **more: object):  # type: ignore[no-untyped-def]
    return await client.chat.completions.create(
        model="fake",
        messages=[{"role": role, "content": text} for role, text in messages],  # type: ignore[misc]
        **more,  # type: ignore[arg-type]
    )


async def test_models(client: AsyncOpenAI) -> None:
    listed = await client.models.list()
    assert [model.id for model in listed.data] == ["fake"]
    assert (await client.models.retrieve("fake")).object == "model"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("other")


async def test_a_completion_with_what_was_remembered(client: AsyncOpenAI, service: Service) -> None:
    await ask(client, ("user", "My dog is called Biscuit"))
    reply = await ask(client, ("user", "How is my dog called?"), user="local")
    assert reply.object == "chat.completion"
    assert reply.id.startswith("chatcmpl-")
    [choice] = reply.choices
    assert (choice.index, choice.finish_reason) == (0, "stop")
    assert (choice.message.role, choice.message.content) == ("assistant", service.language.answer)
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.usage.prompt_tokens_details is not None
    memory = reply.model_extra["memory"]  # type: ignore[index]
    assert memory["reading"]["memories"][0]["memory"] == "My dog is called Biscuit"
    assert "Biscuit" in service.language.prompts[-1][-1].content


async def test_a_stream_and_its_last_chunk(client: AsyncOpenAI, service: Service) -> None:
    await ask(client, ("user", "My dog is called Biscuit"))
    stream = await ask(
        client,
        ("user", "How is my dog called?"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == service.language.answer
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert all(chunk.usage is None for chunk in chunks[:-1])
    last = chunks[-1]
    assert last.choices == []
    assert last.usage is not None
    memory = last.model_extra["memory"]  # type: ignore[index]
    assert memory["reading"]["memories"][0]["memory"] == "My dog is called Biscuit"
    assert len({chunk.id for chunk in chunks}) == 1


async def test_the_stream_on_the_wire(service: Service) -> None:
    body = {"model": "fake", "stream": True, "messages": [{**ME, "content": "hello"}]}
    raw = (await service.client.post("/v1/chat/completions", json=body)).text
    assert "\r" not in raw
    lines = [line for line in raw.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    assert raw.endswith("data: [DONE]\n\n")
    assert '"usage"' not in raw, "only where it was asked for"
    assert all(json.loads(line[6:])["object"] == "chat.completion.chunk" for line in lines[:-1])


async def test_sampling_parameters_arrive(client: AsyncOpenAI, service: Service) -> None:
    await ask(
        client,
        ("system", "Be terse."),
        ("user", "hello"),
        temperature=0,
        top_p=0.5,
        max_completion_tokens=2,
        seed=7,
        stop=["\n"],
        frequency_penalty=0,
        n=1,
    )
    sampling = service.language.samplings[-1]
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (0, 0.5, 2)
    assert (sampling.seed, sampling.stop) == (7, ("\n",))
    assert service.language.prompts[-1][0].content == "Be terse."


async def test_length_is_a_finish_reason(client: AsyncOpenAI) -> None:
    reply = await ask(client, ("user", "hello"), max_tokens=1)
    assert reply.choices[0].finish_reason == "length"


async def test_a_chat_is_recognised_by_what_it_shows(client: AsyncOpenAI, service: Service) -> None:
    first = await ask(client, ("user", "hello"))
    answer = first.choices[0].message.content
    second = await ask(client, ("user", "hello"), ("assistant", answer), ("user", "more"))
    conversations = [r.model_extra["memory"]["conversation_id"] for r in (first, second)]
    assert conversations[0] == conversations[1]
    edited = await ask(client, ("user", "hallo"), ("assistant", answer), ("user", "more"))
    assert edited.model_extra["memory"]["conversation_id"] not in conversations
    turns = await service.client.get(f"/v1/conversations/{conversations[0]}/turns")
    texts = [turn["text"] for turn in turns.json()["results"]]
    assert texts == ["hello", answer, "more", answer]


async def test_what_the_client_shows_is_not_repeated_as_memory(
    client: AsyncOpenAI, service: Service
) -> None:
    await ask(client, ("user", "My dog is called Biscuit"))
    await ask(
        client,
        ("user", "My dog is called Biscuit"),
        ("assistant", "Nice."),
        ("user", "How is my dog called?"),
    )
    assert "Biscuit" not in service.language.prompts[-1][-1].content


async def test_a_named_conversation_is_taken_over(client: AsyncOpenAI, service: Service) -> None:
    for text in ("one", "two"):
        reply = await ask(client, ("user", text), extra_body={"conversation_id": "chat-42"})
        assert reply.model_extra["memory"]["conversation_id"] == "chat-42"
    turns = await service.client.get("/v1/conversations/chat-42/turns")
    assert len(turns.json()["results"]) == 4


async def test_a_temporary_chat_leaves_no_trace(client: AsyncOpenAI, service: Service) -> None:
    off = {"memory": {"read": False, "write": False}}
    reply = await ask(client, ("user", "a secret"), extra_body=off)
    assert reply.choices[0].message.content == service.language.answer
    assert (await service.client.get("/v1/memories")).json()["results"] == []
    assert (await service.client.get("/v1/conversations")).json()["results"] == []


async def test_content_in_parts(client: AsyncOpenAI, service: Service) -> None:
    parts = [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]
    await client.chat.completions.create(
        model="fake",
        messages=[{"role": "user", "content": parts}],  # type: ignore[list-item]
    )
    assert service.language.prompts[-1][-1].content == "hello"


async def test_errors_are_openais(client: AsyncOpenAI, service: Service) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, ("user", "hello"), tool_choice="required")
    assert refused.value.code == "unsupported_parameter"
    assert refused.value.param == "tool_choice"
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, ("user", "w " * 3000))
    assert refused.value.code == "context_length_exceeded"
    assert "This model's maximum context length is 2048 tokens." in refused.value.message
    with pytest.raises(openai.NotFoundError) as absent:
        await client.chat.completions.create(model="gpt", messages=[{**ME, "content": "hello"}])  # type: ignore[list-item]
    assert absent.value.code == "model_not_found"
    assert absent.value.param == "model"
    assert absent.value.message.endswith("This service serves: fake"), (
        "and not the name that was sent"
    )
    service.language.fail_after = 1
    with pytest.raises(openai.APIError):
        _ = [chunk async for chunk in await ask(client, ("user", "hello"), stream=True)]


async def test_who_leaves_stops_the_engine(client: AsyncOpenAI, service: Service) -> None:
    service.language.hold = asyncio.Event()
    stream = await ask(client, ("user", "hello"), stream=True)
    async for _ in stream:
        break
    await eventually(lambda: service.language.prompts)
    assert service.language.cancelled == 0
    await stream.close()
    await eventually(lambda: service.language.cancelled)
