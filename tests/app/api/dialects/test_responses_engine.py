"""OpenAI's own client against ``/v1/responses`` in front of an engine elsewhere."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.responses import Response
from pydantic import BaseModel
from support.before_engine import (
    PIXEL,
    calling,
    deltas,
    kept,
    saying,
    service_before,
    user,
    whole,
)
from support.networks.fake_openai_server import Engine, Script, response
from support.service import Service

from app.settings import Settings

TOOL: Any = {
    "type": "function",
    "name": "weather",
    "description": "Tells it.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
ASKED = "How is the weather?"


@asynccontextmanager
async def client_before(
    settings: Settings, *completions: Script, **changes: Any
) -> AsyncIterator[tuple[AsyncOpenAI, Service, Engine]]:
    async with service_before(settings, *completions, **changes) as (service, server):
        client = AsyncOpenAI(
            base_url=f"{service.url}/v1", api_key="none", max_retries=0, timeout=60
        )
        try:
            yield client, service, server
        finally:
            await client.close()


async def ask(client: AsyncOpenAI, given: Any, *, stream: bool = False, **more: Any) -> Response:
    """A response, whole or as the client's own helper puts it together."""
    if not stream:
        made = await client.responses.create(model="m", input=given, **more)
    else:
        async with client.responses.stream(model="m", input=given, **more) as events:
            async for event in events:
                as_documented(event)
            made = await events.get_final_response()
    as_documented(made)
    assert isinstance(made, Response)
    return made


def as_documented(part: Any) -> None:
    type(part).model_validate(part.model_dump(warnings="none"), strict=False)


def memory_of(made: Response) -> dict[str, Any]:
    memory: dict[str, Any] = made.model_extra["memory"]  # type: ignore[index]
    return memory


def output(call_id: str, text: Any) -> Any:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def called(made: Response) -> list[tuple[str, str, Any]]:
    calls = [item for item in made.output if item.type == "function_call"]
    return [(call.call_id, call.name, json.loads(call.arguments)) for call in calls]


CALLED = [("c1", "weather", {"city": "Ulm"}), ("c2", "weather", {"city": "Bonn"})]


@pytest.mark.parametrize("held", ["by the client", "by its response", "by its conversation"])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_loop_of_tools_is_one_turn(settings: Settings, stream: bool, held: str) -> None:
    scripts = calling(stream=stream), calling(stream=stream), saying("Sunny.", stream=stream)
    async with client_before(settings, *scripts, whole("Gladly.")) as (client, service, server):
        more: dict[str, Any] = {"tools": [TOOL], "stream": stream, "instructions": "Be terse."}
        said: list[Any] = [user(ASKED)]
        if held == "by its conversation":
            more["conversation"] = "chat"
        made = await ask(client, said, tool_choice="required", **more)
        assert [item.type for item in made.output] == [
            *("reasoning", "message", "function_call", "function_call"),
        ]
        assert (made.output_text, made.status) == ("Let me look.", "completed")
        assert called(made) == CALLED
        assert made.usage is not None
        assert (made.usage.input_tokens, made.usage.output_tokens) == (40, 2)
        sent = server.completions[0].body
        assert sent["tools"][0]["function"]["strict"] is False
        assert (sent["tool_choice"], sent["model"]) == ("required", "m")
        assert await kept(service) == [("user", ASKED), ("assistant", "")]
        ids = [made.id]
        for number in range(2):
            results = [output("c1", "17"), output("c2", [{"type": "input_text", "text": "3"}])]
            if held == "by the client":
                said += [*(item.to_dict() for item in made.output), *results]
                results = said
            elif held == "by its response":
                more["previous_response_id"] = made.id
            made = await ask(client, results, **more)
            ids.append(made.id)
            assert made.output_text == ("Sunny." if number else "Let me look.")
            system, question, answer, *told = server.completions[-1].body["messages"]
            assert system == {"role": "system", "content": "Be terse."}
            assert question["content"].endswith(ASKED)
            assert answer["content"] == "Let me look."
            assert [call["id"] for call in answer["tool_calls"]] == ["c1", "c2"]
            assert told[:2] == [
                {"role": "tool", "tool_call_id": "c1", "content": "17"},
                {"role": "tool", "tool_call_id": "c2", "content": "3"},
            ]
            assert len(told) == 2 + 3 * number
        assert len(set(ids)) == 3, "clients tell responses apart by their ids"
        assert await kept(service) == [("user", ASKED), ("assistant", "Sunny.")]
        found = await client.responses.retrieve(made.id)
        assert found.output_text == "Sunny."
        again = await ask(client, "Thanks!", previous_response_id=made.id)
        texts = [each["content"] for each in server.completions[-1].body["messages"]]
        assert texts[1] == "Sunny."
        assert memory_of(again)["conversation_id"] == memory_of(made)["conversation_id"]


async def test_calls_that_are_not_known_are_asked_for(settings: Settings) -> None:
    async with client_before(settings, calling(stream=False)) as (client, service, _):
        made = await ask(client, ASKED, tools=[TOOL])
        service.app.state.services.open_loops.drop("local", memory_of(made)["conversation_id"])
        with pytest.raises(openai.BadRequestError) as refused:
            await ask(client, [output("c1", "17")], previous_response_id=made.id)
        assert refused.value.param == "input"


async def test_the_events_of_a_stream_in_their_order(settings: Settings) -> None:
    async with client_before(settings, calling(stream=True)) as (client, _, _):
        stream = await client.responses.create(model="m", input=ASKED, tools=[TOOL], stream=True)
        events = [event async for event in stream]
        for event in events:
            as_documented(event)
        assert [event.sequence_number for event in events] == list(range(len(events)))
        kinds = [event.type.removeprefix("response.") for event in events]
        call = ["output_item.added", "function_call_arguments.delta"]
        done = ["function_call_arguments.done", "output_item.done"]
        assert kinds == [
            *("created", "in_progress"),
            *("output_item.added", "reasoning_text.delta", "reasoning_text.done"),
            *("output_item.done", "output_item.added", "content_part.added"),
            *("output_text.delta", "output_text.delta", "output_text.done"),
            *("content_part.done", "output_item.done"),
            *(*call, "function_call_arguments.delta", *done, *call, *done, "completed"),
        ]


class City(BaseModel):
    city: str


async def test_structured_output_reaches_the_engine(settings: Settings) -> None:
    async with client_before(settings, whole('{"city": "Ulm"}')) as (client, _, server):
        parsed = await client.responses.parse(model="m", input="Where?", text_format=City)
        assert parsed.output_parsed == City(city="Ulm")
        sent = server.completions[0].body["response_format"]
        assert sent["type"] == "json_schema"
        assert sent["json_schema"]["strict"] is True
        assert sent["json_schema"]["schema"]["required"] == ["city"]


async def test_pictures_and_options_reach_the_engine(settings: Settings) -> None:
    parts: list[Any] = [
        {"type": "input_image", "image_url": PIXEL, "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_text", "text": "What is this?"},
    ]
    more: dict[str, Any] = {
        "reasoning": {"effort": "low"},
        "include": ["reasoning.encrypted_content"],
        "tools": [TOOL, {"type": "web_search"}],
        "tool_choice": {
            "type": "allowed_tools",
            "mode": "required",
            "tools": [{"type": "function", "name": "weather"}],
        },
        "parallel_tool_calls": False,
        "truncation": "auto",
        "max_output_tokens": 9,
        "temperature": 0.5,
    }
    async with client_before(settings, whole("A cat.")) as (client, service, server):
        made = await ask(client, [{"role": "user", "content": parts}], **more)
        assert memory_of(made)["ignored"] == ["input[0]: input_file", "tools[1]"]
        sent = server.completions[0].body
        [message] = sent["messages"]
        assert message["content"][0]["image_url"] == {"url": PIXEL, "detail": "low"}
        assert [part["type"] for part in message["content"]] == ["image_url", "file", "text"]
        names = ("reasoning_effort", "tool_choice", "max_tokens", "temperature")
        assert [sent[name] for name in names] == ["low", "required", 9, 0.5]
        assert sent["parallel_tool_calls"] is False
        assert await kept(service) == [("user", "What is this?"), ("assistant", "A cat.")]


async def test_an_answer_that_is_cut_off_is_incomplete(settings: Settings) -> None:
    reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
    for stream in (True, False):
        for reason, expected in reasons.items():
            script = deltas({"content": "Hel"}, reason=reason) if stream else whole("Hel", reason)
            async with client_before(settings, script) as (client, _, _):
                if stream:
                    events = await client.responses.create(model="m", input=ASKED, stream=True)
                    *_, last = [event async for event in events]
                    assert last.type == "response.incomplete"
                    made = last.response
                else:
                    made = await ask(client, ASKED)
                assert made.status == "incomplete"
                assert made.incomplete_details is not None
                assert made.incomplete_details.reason == expected


async def test_the_engines_refusal_comes_before_a_stream(settings: Settings) -> None:
    script = response(400, {"error": {"message": "No.", "code": "no_voice", "param": "voice"}})
    async with client_before(settings, script) as (client, _, _):
        for stream in (True, False):
            with pytest.raises(openai.BadRequestError) as refused:
                await ask(client, ASKED, stream=stream)
            assert (refused.value.code, refused.value.param) == ("no_voice", "voice")
        with pytest.raises(openai.NotFoundError, match="serves: m"):
            await client.responses.create(model="other", input=ASKED)


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "name": "other"}, {"type": "web_search"}]
)
async def test_a_choice_without_its_tool_is_refused(settings: Settings, choice: Any) -> None:
    async with client_before(settings, whole("Fine.")) as (client, _, server):
        with pytest.raises(openai.BadRequestError) as refused:
            await ask(client, ASKED, tool_choice=choice, tools=[{"type": "web_search"}])
        assert refused.value.param == "tool_choice"
        assert server.completions == []


ODD: dict[str, Any] = {
    "a call without an id": {"type": "function_call", "name": "a"},
    "an odd call": {"type": "function_call", "call_id": "c", "name": 5, "arguments": {"a": 1}},
    "an odd output": {"type": "function_call_output", "call_id": "c", "output": 5},
    "odd parts": {"type": "function_call_output", "call_id": "c", "output": [5, {"text": 5}]},
    "an odd id": {"type": "function_call_output", "call_id": [5], "output": "5"},
    "an odd picture": {"role": "user", "content": [{"type": "input_image", "image_url": 5}]},
    "something new": {"type": "something_new", "x": [1]},
}


async def test_odd_items_do_not_break_it(settings: Settings) -> None:
    async with client_before(settings, whole("Fine.")) as (_, service, _):
        for name, item in ODD.items():
            body = {"model": "m", "input": [user("Hi"), item]}
            answer = await service.client.post("/v1/responses", json=body)
            assert answer.status_code == 200, (name, answer.text)
