"""Anthropic's own client against ``/v1/messages``, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.eventually import eventually
from support.keyed_service import with_keys
from support.service import Service, turns

anthropic = pytest.importorskip("anthropic", reason="needs the package anthropic (extra dev)")

IN_ORDER = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
]
HELLO = [{"role": "user", "content": "hello"}]


def client_of(service: Service, key: str = "none") -> Any:
    return anthropic.AsyncAnthropic(base_url=service.url, api_key=key, max_retries=0, timeout=30)


@pytest.fixture
async def client(service: Service) -> AsyncIterator[Any]:
    async with client_of(service) as client:
        yield client


async def ask(client: Any, *messages: dict[str, Any], **more: Any) -> Any:
    given = {"model": "fake", "max_tokens": 100, "messages": list(messages), **more}
    message = await client.messages.create(**given)
    as_documented(message)
    return message


def as_documented(part: Any) -> None:
    """Check it against the client's own type, which the client itself does not."""
    type(part).model_validate(part.model_dump(warnings="none"))


async def test_a_message_with_what_was_remembered(client: Any, service: Service) -> None:
    await ask(client, {"role": "user", "content": "My dog is called Biscuit"})
    message = await ask(
        client,
        {"role": "user", "content": "How is my dog called?"},
        system="Be terse.",
        extra_body={"temperature": 0},
        stop_sequences=["\n", ""],
    )
    assert [block.text for block in message.content] == [service.language.answer]
    assert (message.stop_reason, message.role, message.model) == ("end_turn", "assistant", "fake")
    assert message.usage.output_tokens == 3
    memory = message.model_extra["memory"]
    assert memory["reading"]["memories"][0]["memory"] == "My dog is called Biscuit"
    sampling = service.language.samplings[-1]
    assert (sampling.temperature, sampling.max_tokens, sampling.stop) == (0, 100, ("\n",))
    assert service.language.prompts[-1][0].content == "Be terse."


async def test_the_events_of_a_stream_in_their_order(client: Any, service: Service) -> None:
    stream = await client.messages.create(model="fake", max_tokens=2, messages=HELLO, stream=True)
    events = [event async for event in stream]
    for event in events:
        as_documented(event)
    assert list(dict.fromkeys(event.type for event in events)) == IN_ORDER
    [end] = [event for event in events if event.type == "message_delta"]
    assert end.delta.stop_reason == "max_tokens"
    assert end.model_extra["memory"]["conversation_id"]


async def test_the_clients_own_accumulation(client: Any, service: Service) -> None:
    async with client.messages.stream(model="fake", max_tokens=100, messages=HELLO) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        final = await stream.get_final_message()
    assert text == final.content[0].text == service.language.answer
    assert final.stop_reason == "end_turn"
    assert final.usage.input_tokens > 0


async def test_its_own_message_comes_back(client: Any, service: Service) -> None:
    first = await ask(client, *HELLO)
    second = await ask(client, *HELLO, first.to_param(), {"role": "user", "content": "more"})
    ids = {each.model_extra["memory"]["conversation_id"] for each in (first, second)}
    assert len(ids) == 1
    texts = [turn["text"] for turn in await turns(service, ids.pop())]
    assert texts == ["hello", service.language.answer, "more", service.language.answer]


async def test_blocks_of_all_forms(client: Any, service: Service) -> None:
    image = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
    message = await ask(
        client,
        *HELLO,
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "x"},
                {"type": "tool_use", "id": "1", "name": "f", "input": {}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "3"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "It is 3."}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "And", "cache_control": {"type": "ephemeral"}},
                {"type": "image", "source": image},
                {"type": "something_new"},
                {"type": "text", "text": "then?"},
            ],
        },
        system=[{"type": "text", "text": "Be terse."}, {"type": "text", "text": "Be kind."}],
        tools=[{"name": "f", "input_schema": {"type": "object"}}],
        tool_choice={"type": "auto"},
        thinking={"type": "enabled", "budget_tokens": 1024},
        extra_body={"top_k": 5},
    )
    prompt = service.language.prompts[-1]
    assert prompt[0].content == "Be terse.\n\nBe kind."
    assert [each.content for each in prompt[1:]] == ["hello", "It is 3.", "And\n\nthen?"]
    assert message.model_extra["memory"]["ignored"] == [
        "tools",
        "messages[1]: thinking",
        "messages[1]: tool_use",
        "messages[2]: tool_result",
        "messages[4]: image",
        "messages[4]: part",
        "top_k",
        "thinking",
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"tool_choice": {"type": "any"}},
        {"tool_choice": {"type": "tool", "name": "f"}},
        {
            "messages": [
                *HELLO,
                {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f"}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1"}]},
            ]
        },
        {"messages": []},
        {"messages": [{"role": "user", "content": " "}]},
    ],
)
async def test_what_would_not_be_what_was_asked(client: Any, more: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        await ask(client, **{"messages": HELLO, **more})


async def test_another_model(client: Any) -> None:
    with pytest.raises(anthropic.NotFoundError) as refused:
        await ask(client, model="other", messages=HELLO)
    assert refused.value.api_message == "The model does not exist. This service serves: fake"
    assert refused.value.type == "not_found_error"
    assert refused.value.body["type"] == "error"


async def test_counting_tokens(client: Any, service: Service) -> None:
    one = await client.messages.count_tokens(model="fake", messages=HELLO, system="Be terse.")
    as_documented(one)
    two = await client.messages.count_tokens(
        model="fake",
        messages=[{"role": "user", "content": "hello there"}],
        system="Be terse.",
    )
    assert 0 < one.input_tokens == two.input_tokens - 1
    assert service.language.prompts == []
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.count_tokens(model="other", messages=HELLO)


async def test_the_key_is_that_of_the_clients_header(service: Service) -> None:
    keyed = with_keys(service)
    anna, webui = (keyed.bearer[who]["Authorization"].split()[1] for who in ("anna", "webui"))
    async with client_of(service, anna) as client:
        message = await ask(client, *HELLO, metadata={"user_id": "a-session"})
        assert message.model_extra["memory"]["ignored"] == ["metadata.user_id"]
    async with client_of(service, webui) as client:
        with pytest.raises(anthropic.BadRequestError):
            await ask(client, *HELLO)
        await ask(client, *HELLO, metadata={"user_id": "bea"})
    async with client_of(service, "th_wrong") as client:
        with pytest.raises(anthropic.AuthenticationError):
            await ask(client, *HELLO)
    seen = await keyed.ask("webui", "GET", "/v1/conversations", headers={"X-User-Id": "bea"})
    assert len(seen.json()["results"]) == 1


async def test_a_failure_within_a_stream(client: Any, service: Service) -> None:
    service.language.fail_after = 1
    stream = await client.messages.create(model="fake", max_tokens=9, messages=HELLO, stream=True)
    with pytest.raises(anthropic.APIStatusError) as failed:
        _ = [event async for event in stream]
    assert failed.value.body["error"]["code"] == "internal_error"


async def test_who_leaves_stops_the_engine(client: Any, service: Service) -> None:
    service.language.hold = asyncio.Event()
    stream = await client.messages.create(model="fake", max_tokens=9, messages=HELLO, stream=True)
    async for _ in stream:
        break
    await eventually(lambda: service.language.prompts)
    await stream.close()
    await eventually(lambda: service.language.cancelled)
