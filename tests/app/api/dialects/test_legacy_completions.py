"""OpenAI's own client against ``/v1/completions``, over a real socket."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types import Completion
from support.service import Service


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, timeout=30
    ) as client:
        yield client


async def ask(client: AsyncOpenAI, prompt: Any, **more: Any) -> Completion:
    found = await client.completions.create(model="fake", prompt=prompt, **more)
    Completion.model_validate(found.model_dump())
    return found


async def test_a_prompt_is_a_message_of_the_user(client: AsyncOpenAI, service: Service) -> None:
    await ask(client, "My dog is called Biscuit")
    found = await ask(client, ["How is my dog called?"], max_tokens=2, seed=7, stop="\n")
    [choice] = found.choices
    assert (choice.index, choice.finish_reason, choice.text) == (0, "length", "Noted, thank ")
    assert found.usage is not None
    memory = found.model_extra["memory"]  # type: ignore[index]
    assert memory["reading"]["memories"][0]["memory"] == "My dog is called Biscuit"
    sampling = service.language.samplings[-1]
    assert (sampling.max_tokens, sampling.seed, sampling.stop) == (2, 7, ("\n",))


async def test_a_stream(client: AsyncOpenAI, service: Service) -> None:
    stream = await client.completions.create(
        model="fake", prompt="hello", stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    for chunk in chunks:
        told = chunk.model_dump(warnings="none")
        for choice in told["choices"]:  # the type knows no null, which OpenAI itself sends
            choice["finish_reason"] = choice["finish_reason"] or "stop"
        Completion.model_validate(told)
    text = "".join(choice.text for chunk in chunks for choice in chunk.choices)
    assert text == service.language.answer
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


async def test_usage_and_an_empty_list_only_where_asked_for(client: AsyncOpenAI) -> None:
    stream = await client.completions.create(model="fake", prompt="hello", stream=True)
    chunks = [chunk async for chunk in stream]
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


async def test_the_prompt_is_repeated_where_asked_for(
    client: AsyncOpenAI, service: Service
) -> None:
    assert (await ask(client, "hello ", echo=True)).choices[0].text == (
        f"hello {service.language.answer}"
    )
    stream = await client.completions.create(model="fake", prompt="hello ", echo=True, stream=True)
    text = "".join([choice.text async for chunk in stream for choice in chunk.choices])
    assert text == f"hello {service.language.answer}"


async def test_what_has_no_effect_is_told(client: AsyncOpenAI) -> None:
    found = await ask(client, "hello", best_of=2, logprobs=3, n=1, presence_penalty=0)
    assert found.model_extra["memory"]["ignored"] == ["logprobs", "best_of"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"prompt": ["one", "two"]}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": [[1, 2]]}, "prompt"),
        ({"suffix": "the end"}, "suffix"),
    ],
)
async def test_what_would_not_be_what_was_asked(
    client: AsyncOpenAI, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.completions.create(**{"model": "fake", "prompt": "hello", **more})
    assert refused.value.param == param


async def test_a_failure_within_a_stream(client: AsyncOpenAI, service: Service) -> None:
    service.language.fail_after = 1
    with pytest.raises(openai.APIError):
        _ = [
            c async for c in await client.completions.create(model="fake", prompt="x", stream=True)
        ]
