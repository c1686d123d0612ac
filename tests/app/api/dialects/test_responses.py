"""OpenAI's own client against ``/v1/responses``, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.responses import Response
from pydantic import ValidationError
from support.eventually import eventually
from support.service import Service, turns

IN_ORDER = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, timeout=30
    ) as client:
        yield client


async def ask(client: AsyncOpenAI, text: Any, **more: Any) -> Response:
    response = await client.responses.create(model="fake", input=text, **more)
    assert isinstance(response, Response)
    as_documented(response)
    return response


def as_documented(part: Any) -> None:
    """Check it against the client's own type, which the client itself does not."""
    type(part).model_validate(part.model_dump(warnings="none"), strict=False)


def test_the_check_notices_what_is_missing() -> None:
    with pytest.raises(ValidationError):
        as_documented(Response.construct(id="resp_1", object="response"))


async def test_a_response_with_what_was_remembered(client: AsyncOpenAI, service: Service) -> None:
    await ask(client, "My dog is called Biscuit")
    response = await ask(client, "How is my dog called?", instructions="Be terse.", user="local")
    assert (response.status, response.output_text) == ("completed", service.language.answer)
    assert response.usage is not None
    tokens = response.usage.input_tokens + response.usage.output_tokens
    assert response.usage.total_tokens == tokens
    memory = response.model_extra["memory"]  # type: ignore[index]
    assert memory["reading"]["memories"][0]["memory"] == "My dog is called Biscuit"
    assert memory["ignored"] == []
    assert service.language.prompts[-1][0].content == "Be terse."


async def test_the_events_of_a_stream_in_their_order(client: AsyncOpenAI, service: Service) -> None:
    stream = await client.responses.create(model="fake", input="hello", stream=True)
    events = [event async for event in stream]
    for event in events:
        as_documented(event)
    assert list(dict.fromkeys(event.type for event in events)) == IN_ORDER
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    last = events[-1]
    assert last.type == "response.completed"
    assert text == last.response.output_text == service.language.answer
    assert "memory" in last.response.model_extra  # type: ignore[operator]


async def test_the_clients_own_accumulation(client: AsyncOpenAI, service: Service) -> None:
    async with client.responses.stream(model="fake", input="hello") as stream:
        async for _ in stream:
            pass
        final = await stream.get_final_response()
    assert final.output_text == service.language.answer


async def test_a_previous_response_goes_on(client: AsyncOpenAI, service: Service) -> None:
    first = await ask(client, "I am called Ada", instructions="Be terse.")
    second = await ask(client, "and I play chess", previous_response_id=first.id)
    third = await ask(client, "who am I?", previous_response_id=second.id)
    said = [message.content for message in service.language.prompts[-1] if message.role == "user"]
    assert said[:2] == ["I am called Ada", "and I play chess"]
    assert service.language.prompts[-1][0].content != "Be terse."
    ids = {r.model_extra["memory"]["conversation_id"] for r in (first, second, third)}  # type: ignore[index]
    assert len(ids) == 1
    assert len(await turns(service, ids.pop())) == 6
    assert third.previous_response_id == second.id


async def test_an_old_history_is_cut_and_told(client: AsyncOpenAI) -> None:
    response = await ask(client, "w " * 600)
    for _ in range(3):
        response = await ask(client, "w " * 600, previous_response_id=response.id)
    ignored = response.model_extra["memory"]["ignored"]  # type: ignore[index]
    assert ignored == ["previous_response_id: its oldest messages"]


async def test_a_conversation_by_its_id(client: AsyncOpenAI, service: Service) -> None:
    await ask(client, "one", conversation="thread-1")
    response = await ask(client, "two", conversation={"id": "thread-1"})
    assert response.conversation is not None
    assert response.conversation.id == "thread-1"
    assert [t["text"] for t in await turns(service, "thread-1")][::2] == ["one", "two"]
    assert "one" in [message.content for message in service.language.prompts[-1]]


async def test_nothing_is_kept_of_what_is_not_to_be_stored(
    client: AsyncOpenAI, service: Service
) -> None:
    response = await ask(client, "a secret", store=False)
    assert response.model_dump()["store"] is False
    assert (await service.client.get("/v1/memories")).json()["results"] == []
    assert (await service.client.get("/v1/conversations")).json()["results"] == []
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(response.id)
    with pytest.raises(openai.NotFoundError):
        await ask(client, "and?", previous_response_id=response.id)


async def test_a_stored_response_is_found(client: AsyncOpenAI, service: Service) -> None:
    response = await ask(client, "hello")
    found = await client.responses.retrieve(response.id)
    as_documented(found)
    assert (found.id, found.output_text, found.status) == (
        response.id,
        service.language.answer,
        "completed",
    )
    assert found.usage == response.usage


async def test_a_response_is_deleted_with_the_message_that_it_answers(
    client: AsyncOpenAI, service: Service
) -> None:
    kept = await ask(client, "I am called Ada")
    response = await ask(client, "a secret", previous_response_id=kept.id)
    await client.responses.delete(response.id)
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert not any("secret" in memory["memory"] for memory in memories)
    assert any("Ada" in memory["memory"] for memory in memories)
    for gone in (client.responses.retrieve, client.responses.delete):
        with pytest.raises(openai.NotFoundError):
            await gone(response.id)
    with pytest.raises(openai.NotFoundError):
        await client.responses.delete("resp_nowhere")
    other = await service.client.delete(
        f"/v1/responses/{kept.id}", headers={"X-User-Id": "another"}
    )
    assert other.status_code == 404
    assert (await client.responses.retrieve(kept.id)).status == "completed"


async def test_the_input_of_a_response_is_listed(client: AsyncOpenAI, service: Service) -> None:
    response = await ask(client, "hello")
    page = await client.responses.input_items.list(response.id)
    [item] = page.data
    as_documented(item)
    assert item.content[0].text == "hello"  # type: ignore[union-attr]
    raw = (await service.client.get(f"/v1/responses/{response.id}/input_items")).json()
    assert (raw["first_id"], raw["last_id"], raw["has_more"]) == (item.id, item.id, False)
    memory = response.model_extra["memory"]  # type: ignore[index]
    reply = (await service.client.get(f"/v1/replies/{memory['reply_id']}")).json()
    await service.client.delete(f"/v1/memories/{reply['question_id']}")
    assert (await client.responses.input_items.list(response.id)).data == []


async def test_a_response_is_cancelled(client: AsyncOpenAI, service: Service) -> None:
    service.language.hold = asyncio.Event()
    stream = await client.responses.create(
        model="fake", input="hello", stream=True, background=True
    )
    async for event in stream:
        assert event.type == "response.created"
        break
    await eventually(lambda: service.language.prompts)
    cancelled = await client.responses.cancel(event.response.id)
    as_documented(cancelled)
    assert cancelled.status == "cancelled"
    await stream.close()
    assert service.language.cancelled == 1
    service.language.hold = None
    over = await ask(client, "hello")
    assert (await client.responses.cancel(over.id)).status == "completed"
    with pytest.raises(openai.NotFoundError):
        await client.responses.cancel("resp_nowhere")


async def test_messages_of_all_forms(client: AsyncOpenAI, service: Service) -> None:
    first = await ask(client, "hello")
    response = await ask(
        client,
        [
            {"role": "developer", "content": "Be terse."},
            {"role": "user", "content": [{"type": "input_text", "text": "hello"}]},
            {"type": "item_reference", "id": first.output[0].id},
            {"type": "item_reference", "id": "msg_nowhere"},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "3"},
            first.output[0].model_dump(),
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "so?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
                ],
            },
        ],
        tools=[{"type": "function", "name": "f", "parameters": {}, "strict": None}],
        reasoning={"effort": "low"},
        include=["reasoning.encrypted_content"],
    )
    prompt = service.language.prompts[-1]
    assert prompt[0].content == "Be terse."
    assert (prompt[1].content, prompt[-1].content) == ("hello", "so?")
    assert service.language.answer in prompt[2].content
    ignored = response.model_extra["memory"]["ignored"]  # type: ignore[index]
    assert set(ignored[6:]) == {"reasoning", "include"}
    assert ignored[:6] == [
        "tools",
        "input[3]: item_reference",
        "input[4]: reasoning",
        "input[5]: function_call",
        "input[6]: function_call_output",
        "input[8]: input_image",
    ]


async def test_the_same_history_is_the_same_conversation(client: AsyncOpenAI) -> None:
    said: list[Any] = [{"role": "user", "content": "hello"}]
    first = await ask(client, said)
    said += [*(item.model_dump() for item in first.output), {"role": "user", "content": "more"}]
    second = await ask(client, said)
    ids = {r.model_extra["memory"]["conversation_id"] for r in (first, second)}  # type: ignore[index]
    assert len(ids) == 1


async def test_sampling_and_length(client: AsyncOpenAI, service: Service) -> None:
    response = await ask(client, "hello", max_output_tokens=1, temperature=0, top_p=0.5)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    sampling = service.language.samplings[-1]
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (0, 0.5, 1)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "name": "f"}}, "tool_choice"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"conversation": "a", "previous_response_id": "resp_b"}, "conversation"),
        ({"input": [{"type": "function_call_output", "call_id": "1", "output": "3"}]}, "messages"),
        ({"input": []}, "messages"),
        ({"temperature": 3}, "temperature"),
    ],
)
async def test_what_would_not_be_what_was_asked(
    client: AsyncOpenAI, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.responses.create(**{"model": "fake", "input": "hello", **more})
    assert refused.value.param == param


async def test_a_model_that_is_not_served(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await client.responses.create(model="other", input="hello")


async def test_a_failure_within_a_stream(client: AsyncOpenAI, service: Service) -> None:
    service.language.fail_after = 1
    stream = await client.responses.create(model="fake", input="hello", stream=True)
    events = [event async for event in stream]
    for event in events:
        as_documented(event)
    assert [event.type for event in events[-2:]] == ["error", "response.failed"]
    assert events[-1].response.error.code == "server_error"  # type: ignore[union-attr]


async def test_who_leaves_stops_the_engine_unless_it_is_to_go_on(
    client: AsyncOpenAI, service: Service
) -> None:
    service.language.hold = asyncio.Event()
    for background in (True, False):
        stream = await client.responses.create(
            model="fake", input="hello", stream=True, background=background
        )
        async for event in stream:
            assert event.type == "response.created"
            found = await client.responses.retrieve(event.response.id)
            as_documented(found)
            assert (found.status, found.output) == ("in_progress", [])
            break
        asked = 1 if background else 2
        await eventually(lambda asked=asked: len(service.language.prompts) == asked)
        await stream.close()
    await eventually(lambda: service.language.cancelled)
    assert service.language.cancelled == 1
    service.language.hold.set()
