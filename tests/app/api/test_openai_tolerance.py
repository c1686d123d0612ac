"""What clients send beside a chat: it is taken, and what is not used of it is reported."""

import json
from typing import Any

import pytest
from support.completions import HELLO, complete, memory_of, prompt_of, said
from support.service import Service, turns

from app.api.dialects import ignored
from app.api.schemas.openai_messages import ChatMessage

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


async def test_its_own_message_comes_back(service: Service) -> None:
    """As it was sent, and with the fields that clients and other models add to it."""
    first = await complete(service, said("My dog is called Biscuit."))
    own = first.json()["choices"][0]["message"]
    for more in ({}, {"id": "m1", "annotations": [], "audio": None, "tool_calls": None}):
        memory = await memory_of(
            service, said("My dog is called Biscuit."), {**own, **more}, said("So?")
        )
        assert memory["ignored"] == []
    memory = await memory_of(service, HELLO, {**own, "reasoning_content": "Hm."}, said("So?"))
    assert memory["ignored"] == ["messages[1]: reasoning_content"]
    assert "Hm." not in str(service.language.prompts[-1])


@pytest.mark.parametrize("choice", ["required", "any", {"type": "function", "function": {}}])
async def test_a_required_tool_is_refused(service: Service, choice: Any) -> None:
    refused = await complete(service, tools=[], tool_choice=choice)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "tool_choice"


async def test_null_is_no_value(service: Service) -> None:
    names = (
        *("temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "user"),
        *("n", "logprobs", "tools", "tool_choice", "response_format", "metadata", "stream"),
        *("stream_options", "memory", "conversation_id", "frequency_penalty", "top_k"),
    )
    await memory_of(service, **dict.fromkeys(names))
    memory = await memory_of(
        service,
        said("hello", name=None, refusal=None),
        stream_options={"include_usage": None},
        memory={"read": None, "write": None, "budget_tokens": None, "timezone": None},
    )
    assert memory["ignored"] == []
    assert len(await turns(service, memory["conversation_id"])) == 2, "it is remembered"


async def test_parts_without_a_text_are_left_out(service: Service) -> None:
    memory = await memory_of(
        service,
        said([PICTURE, {"type": "text", "text": "What is this?"}]),
        said([{"type": "refusal", "refusal": "I cannot see it."}], "assistant"),
        said([PICTURE]),
        said([{"type": "input_audio"}, {"type": "file", "file": {}}, "And this?", {"x": 1}]),
    )
    assert memory["ignored"] == [
        "messages[0]: image_url",
        "messages[2]: image_url",
        *("messages[3]: input_audio", "messages[3]: file", "messages[3]: part"),
    ]
    assert prompt_of(service) == [
        ("user", "What is this?"),
        ("assistant", "I cannot see it."),
        ("user", "And this?"),
    ]


LIST = '<attached_files>\n<file type="file" url="/files/1" name="a.png"/>\n</attached_files>\n\n'


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (LIST + "What is this?", "What is this?"),
        ([{"type": "text", "text": LIST}, {"type": "text", "text": "What is this?"}, PICTURE],
         "What is this?"),
        ("What does <attached_files> mean?", "What does <attached_files> mean?"),
        (LIST, LIST),
    ],
)  # fmt: skip
async def test_a_list_of_files_that_a_front_end_adds_was_not_said(
    service: Service, content: Any, kept: str
) -> None:
    """Alone it stays: a message must have a text."""
    memory = await memory_of(service, said(content))
    assert (await turns(service, memory["conversation_id"]))[0]["text"] == kept


async def test_parameters_without_an_effect_are_named(service: Service) -> None:
    memory = await memory_of(
        service,
        n=3,
        logit_bias={"1": 5},
        frequency_penalty=0.5,
        presence_penalty=0,
        logprobs=True,
        top_logprobs=2,
        response_format={"type": "json_object"},
        store=True,
        metadata={"a": 1},
        top_k=40,
        stream_options={"continuous_usage_stats": True},
    )
    assert set(memory["ignored"]) == {
        *("n", "logit_bias", "frequency_penalty", "logprobs", "top_logprobs", "response_format"),
        *("store", "metadata", "top_k", "stream_options.continuous_usage_stats"),
    }


@pytest.mark.parametrize(
    ("sent", "used"),
    [
        ({"temperature": 3}, {"temperature": 2.0}),
        ({"temperature": -1}, {"temperature": 0.0}),
        ({"top_p": 0}, {"top_p": 1e-6}),
        ({"top_p": 1.5}, {"top_p": 1.0}),
        ({"max_tokens": 0}, {"max_tokens": 2048}),
        ({"max_completion_tokens": -7}, {"max_tokens": 2048}),
        ({"stop": ["x" * 300, "a"]}, {"stop": ("a",)}),
        ({"stop": [str(i) for i in range(40)]}, {"stop": tuple(map(str, range(16)))}),
    ],
)
async def test_a_value_out_of_range_becomes_the_nearest(
    service: Service, sent: dict[str, Any], used: dict[str, Any]
) -> None:
    assert (await memory_of(service, **sent))["ignored"] == list(sent)
    sampling = service.language.samplings[-1]
    assert {name: getattr(sampling, name) for name in used} == used


async def test_what_means_nothing_is_not_reported(service: Service) -> None:
    memory = await memory_of(
        service,
        n=1,
        user="",
        conversation_id="",
        stop="",
        max_tokens=-1,
        seed=2**70,
        logprobs=False,
        tools=[],
        tool_choice="none",
        response_format={"type": "text"},
        modalities=["text"],
        service_tier="auto",
    )
    assert memory["ignored"] == []
    assert service.language.samplings[-1].max_tokens == 2048
    assert (await service.client.get("/v1/memories")).json()["results"], "of the default user"


@pytest.mark.parametrize(
    ("sent", "param"),
    [
        ({"temperature": "warm"}, "temperature"),
        ({"n": "two"}, "n"),
        ({"n": True}, "n"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"logit_bias": []}, "logit_bias"),
        ({"response_format": "json"}, "response_format"),
        ({"stream_options": []}, "stream_options"),
        ({"stream": "perhaps"}, "stream"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": "a", "name": 5}]}, "messages.0.name"),
        ({"memory": {"budget_tokens": -1}}, "memory.budget_tokens"),
    ],
)
async def test_a_wrong_type_is_refused_by_its_name(
    service: Service, sent: dict[str, Any], param: str
) -> None:
    refused = await complete(service, **sent)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == param


async def test_what_is_named_is_bounded_and_no_echo(service: Service) -> None:
    """Also in a stream, and whatever the names of fields are."""
    names = ["\n", "é", "x" * 100, "a b", *(f"a_longer_field_{i}" for i in range(200))]
    sent = {"model": "fake", "messages": [HELLO], "stream": True, **dict.fromkeys(names, 1)}
    answer = await service.client.post(
        "/v1/chat/completions",
        content=json.dumps(sent),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200
    header = answer.headers[ignored.HEADER]
    assert len(header) <= 500
    assert header.isascii()
    assert header.startswith("unnamed, a_longer_field_0, ")
    assert header.endswith(", ...")
    *_, last = (json.loads(line[6:]) for line in answer.text.split("\n\n")[:-2])
    entries = last["memory"]["ignored"]
    assert (len(entries), entries[:2], entries[-1]) == (
        50,
        ["unnamed", "a_longer_field_0"],
        "152 more",
    )


async def test_deep_values_are_harmless(service: Service) -> None:
    deep: Any = "end"
    for _ in range(90):
        deep = [deep]
    parts = [{"type": "text", "text": "hello"}, {"type": deep}, {"type": "video", "video": deep}]
    memory = await memory_of(service, said(parts, deep=deep), metadata={"a": deep}, deep=deep)
    assert memory["ignored"] == [
        *("metadata", "deep"),
        *("messages[0]: deep", "messages[0]: part", "messages[0]: video"),
    ]


async def test_the_last_chunk_has_a_choice_unless_usage_was_asked_for(service: Service) -> None:
    for options in (None, {"include_usage": False}, {"include_usage": True}):
        answer = await complete(service, stream=True, stream_options=options, top_k=1)
        chunks = [json.loads(line[6:]) for line in answer.text.split("\n\n")[:-2]]
        *others, last = chunks
        assert all(chunk["choices"] for chunk in others)
        assert bool(last["choices"]) == (options != {"include_usage": True})
        assert last["memory"]["ignored"] == ["top_k"]
        assert not any("memory" in chunk for chunk in others)


@pytest.mark.parametrize("arguments", ['{"a":"\ud800"', '{"a":"\0"', "{"])
def test_a_call_of_our_own_that_was_cut_off_has_no_text_that_cannot_be_stored(
    arguments: str,
) -> None:
    call = {"id": "call_th_1", "function": {"arguments": arguments}}
    message = ChatMessage.model_validate({"role": "assistant", "tool_calls": [call]})
    assert message.text == ("{" if arguments == "{" else "")
