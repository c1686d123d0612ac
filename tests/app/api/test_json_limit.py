"""A body of very many values is refused before each of them is validated."""

import json

import httpx
import pytest
from support.error_shape import code_of
from support.service import Service

from app.api.json_limit import MOST_VALUES

pytestmark = pytest.mark.asyncio


async def complete(service: Service, **body: object) -> httpx.Response:
    return await service.client.post("/v1/chat/completions", json={"model": "fake", **body})


async def test_a_body_of_very_many_values_is_refused(service: Service) -> None:
    many = [{}] * (MOST_VALUES + 1)
    answers = [
        await complete(service, messages=[{"role": "user", "content": many}]),
        await complete(service, messages=[], tools=many),
        await complete(service, messages=[], metadata={str(n): n for n in range(MOST_VALUES + 1)}),
        await service.client.post("/mem0/memories", json={"messages": many}),
        await service.client.post("/v1/memories/search", json={"query": "x", "kind": many}),
    ]
    assert [code_of(answer) for answer in answers] == [(413, "body_too_large")] * len(answers)


async def test_what_stands_in_a_text_is_no_value(service: Service) -> None:
    text = 'a, "b\\", [{' * MOST_VALUES
    added = await service.client.post("/v1/memories", json={"text": text})
    assert added.status_code == 201
    assert added.json()["memory"] == text


async def test_as_many_values_as_may_be_are_validated(service: Service) -> None:
    wrong = [5] * (MOST_VALUES - 100)
    assert len(json.dumps(wrong)) > 32_768
    answer = await complete(service, messages=[{"role": "user", "content": wrong}])
    assert code_of(answer) == (400, "invalid_value")
