"""Answers in JSON from the model in this process: OpenAI's client, with SmolLM2 behind it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import openai
import pytest
from openai import AsyncOpenAI, pydantic_function_tool
from pydantic import BaseModel
from support.service import Service, running, turns

from app.settings import Settings
from models.language.local import LocalLanguageModel

pytestmark = pytest.mark.real

SECRET = "Biscuit"
MODEL = "SmolLM2-135M-Instruct"
SAID = [{"role": "user", "content": "Anna is 33 years old and happy. Extract the person."}]


class Person(BaseModel):
    """A person in a text."""

    name: str
    age: int
    mood: Literal["happy", "sad"]


ANNA = Person(name="Anna", age=33, mood="happy")
TOOL = pydantic_function_tool(Person)
BY_NAME = {"type": "function", "function": {"name": "Person"}}


@pytest.fixture(scope="module")
async def service(
    weights_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(_env_file=None, data_dir=folder, timezone="UTC", temperature=0)
    language = LocalLanguageModel.load(weights_folder, name=MODEL)
    async with running(settings, language) as service:  # type: ignore[arg-type]
        yield service


@pytest.fixture(scope="module")
async def client(service: Service) -> AsyncIterator[AsyncOpenAI]:
    url = f"{service.url}/v1"
    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=300) as client:
        yield client


async def stored(service: Service, answer: Any) -> list[str]:
    """The texts of the answer's conversation."""
    conversation_id = answer.model_extra["memory"]["conversation_id"]
    return [turn["text"] for turn in await turns(service, conversation_id)]


async def test_a_model_of_pydantic(client: AsyncOpenAI, service: Service) -> None:
    answer = await client.chat.completions.parse(model=MODEL, messages=SAID, response_format=Person)
    [choice] = answer.choices
    assert (choice.message.parsed, choice.finish_reason) == (ANNA, "stop")
    assert answer.model_extra["memory"]["ignored"] == []
    assert await stored(service, answer) == [SAID[0]["content"], choice.message.content]


async def test_any_object_and_a_stream_of_it(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=MODEL,
        messages=SAID,
        response_format={"type": "json_object"},
        stream=True,
        max_tokens=200,
    )
    chunks = [chunk.choices[0] async for chunk in stream]
    assert len(chunks) > 5
    assert isinstance(json.loads("".join(each.delta.content or "" for each in chunks)), dict)


async def test_an_object_that_is_not_closed_in_time(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=SAID,
        response_format={
            "type": "json_schema",
            "json_schema": {"schema": TOOL["function"]["parameters"]},
        },
        max_tokens=5,
    )
    assert answer.choices[0].finish_reason == "length"
    with pytest.raises(openai.LengthFinishReasonError):
        await client.chat.completions.parse(
            model=MODEL, messages=SAID, response_format=Person, max_tokens=5
        )


@pytest.mark.parametrize(
    "choice",
    [
        "required",
        BY_NAME,
        {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [BY_NAME]}},
    ],
)
async def test_a_required_tool_is_called(
    client: AsyncOpenAI, service: Service, choice: Any
) -> None:
    """What is stored is the JSON of its arguments."""
    answer = await client.chat.completions.parse(
        model=MODEL, messages=SAID, tools=[TOOL], tool_choice=choice
    )
    [choice] = answer.choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    [call] = choice.message.tool_calls
    assert (call.function.name, call.function.parsed_arguments) == ("Person", ANNA)
    assert len(call.id) <= 40
    assert answer.model_extra["memory"]["ignored"] == []
    assert (await stored(service, answer))[1] == call.function.arguments


async def test_a_tool_is_called_in_a_stream(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(
        model=MODEL, messages=SAID, tools=[TOOL], tool_choice=BY_NAME
    ) as stream:
        events = [event.type async for event in stream]
        [choice] = (await stream.get_final_completion()).choices
    assert events.count("tool_calls.function.arguments.delta") > 5
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0].function.parsed_arguments == ANNA


async def test_the_call_comes_back_as_the_answer_that_it_was(
    client: AsyncOpenAI, service: Service
) -> None:
    """As agents send it: with the tool's result, and the arguments written anew by some clients."""
    chat = "agents-chat"
    more = {"tools": [TOOL], "tool_choice": "required", "extra_body": {"conversation_id": chat}}
    first = await client.chat.completions.create(model=MODEL, messages=SAID, **more)
    message = first.choices[0].message.model_dump(exclude_none=True)
    [call] = message["tool_calls"]
    call["function"]["arguments"] = json.dumps(json.loads(call["function"]["arguments"]), indent=1)
    result = {"role": "tool", "tool_call_id": call["id"], "content": "Noted."}
    second = await client.chat.completions.create(
        model=MODEL,
        messages=[*SAID, message, result, {"role": "user", "content": "Bob is 20 and sad."}],
        **more,
    )
    assert second.model_extra["memory"]["ignored"] == ["messages[2]: tool"]
    texts = [turn["text"] for turn in await turns(service, chat)]
    assert len(texts) == 4, "the first answer stays"
    assert [Person.model_validate_json(text).name for text in texts[1::2]] == ["Anna", "Bob"]


async def test_tools_that_need_not_be_called_are_ignored(client: AsyncOpenAI) -> None:
    for choice in ("auto", "none", None):
        answer = await client.chat.completions.create(
            model=MODEL, messages=SAID, tools=[TOOL], tool_choice=choice, max_tokens=4
        )
        assert answer.choices[0].message.tool_calls is None
        assert answer.model_extra["memory"]["ignored"] == ["tools"]


async def test_a_repeated_request_gets_the_same_call(client: AsyncOpenAI) -> None:
    """But not one with another schema."""
    more = {"tools": [TOOL], "tool_choice": "required", "messages": SAID, "model": MODEL}
    key = {"extra_headers": {"Idempotency-Key": "once"}}
    answers = [await client.chat.completions.create(**more, **key) for _ in range(2)]
    calls = [answer.choices[0].message.tool_calls[0] for answer in answers]
    assert calls[0] == calls[1]
    with pytest.raises(openai.UnprocessableEntityError):
        await client.chat.completions.create(
            model=MODEL, messages=SAID, response_format={"type": "json_object"}, **key
        )


async def test_the_response_api(client: AsyncOpenAI, service: Service) -> None:
    response = await client.responses.parse(
        model=MODEL, input=SAID[0]["content"], text_format=Person
    )
    assert response.output_parsed == ANNA
    assert response.model_extra["memory"]["ignored"] == []


@pytest.mark.parametrize("format_", [Person.model_json_schema(), "json"])
async def test_ollamas_format(service: Service, format_: Any) -> None:
    body = {"model": MODEL, "messages": SAID, "format": format_, "stream": False}
    answer = (await service.client.post("/api/chat", json=body, timeout=300)).json()
    assert json.loads(answer["message"]["content"])["name"] == "Anna"


async def test_a_beginning_is_completed(service: Service) -> None:
    body = {
        "model": MODEL,
        "messages": [*SAID, {"role": "assistant", "content": '{"name": "Al'}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"schema": Person.model_json_schema()},
        },
    }
    answer = await service.client.post("/v1/chat/completions", json=body, timeout=300)
    rest = answer.json()["choices"][0]["message"]["content"]
    assert Person.model_validate_json('{"name": "Al' + rest).name.startswith("Al")


async def test_what_cannot_be_followed_is_told(service: Service) -> None:
    schema = {**Person.model_json_schema(), "uniqueItems": True, "not": {}, "x-guidance": {}}
    body = {
        "model": MODEL,
        "messages": SAID,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"schema": schema, "strict": True},
        },
    }
    answer = await service.client.post("/v1/chat/completions", json=body, timeout=300)
    assert answer.json()["memory"]["ignored"] == [
        "response_format: not",
        "response_format: uniqueItems",
    ]


def of_schema(schema: Any) -> dict[str, Any]:
    return {"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}


def of_tools(*parameters: Any, choice: Any = "required") -> dict[str, Any]:
    functions = [{"name": f"f{i}", "parameters": each} for i, each in enumerate(parameters)]
    tools = [{"type": "function", "function": each} for each in functions]
    return {"tools": tools, "tool_choice": choice}


@pytest.mark.parametrize(
    ("sent", "param", "code"),
    [
        (of_schema({"type": SECRET}), "response_format", "invalid_value"),
        (of_schema(SECRET), "response_format", "invalid_value"),
        (of_schema(None), "response_format", "invalid_value"),
        (of_schema({"enum": ["x" * 70_000]}), "response_format", "invalid_value"),
        ({"response_format": {"type": "json_schema"}}, "response_format", "invalid_value"),
        (of_tools({"type": SECRET}), "tools", "invalid_value"),
        (of_tools(SECRET), "tools", "invalid_value"),
        (of_tools({}, {}), "tool_choice", "unsupported_parameter"),
        (of_tools(), "tool_choice", "unsupported_parameter"),
        (of_tools({}, choice=BY_NAME), "tool_choice", "unsupported_parameter"),
        (of_tools({}, choice={"type": "custom"}), "tool_choice", "unsupported_parameter"),
        (
            of_tools(
                {},
                {},
                choice={
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "required", "tools": 5},
                },
            ),
            "tool_choice",
            "unsupported_parameter",
        ),
        ({"function_call": {"name": SECRET}}, "function_call", "unsupported_parameter"),
    ],
)
async def test_what_no_answer_can_follow_is_refused(
    service: Service, sent: dict[str, Any], param: str, code: str
) -> None:
    """Whole or streamed, before the first byte, and without a word of the schema."""
    before = (await service.client.get("/v1/conversations")).json()
    for stream in (False, True):
        body = {"model": MODEL, "messages": SAID, "stream": stream, **sent}
        answer = await service.client.post("/v1/chat/completions", json=body)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert (error["param"], error["code"]) == (param, code)
        assert SECRET not in answer.text
    assert (await service.client.get("/v1/conversations")).json() == before
