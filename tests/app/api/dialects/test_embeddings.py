"""OpenAI's own client against ``/v1/embeddings``, over a real socket."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import openai
import pytest
from openai import AsyncOpenAI
from openai.types import CreateEmbeddingResponse
from support.service import Service

MODEL = "fake-words"


@pytest.fixture
async def client(service: Service) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=f"{service.url}/v1", api_key="none", max_retries=0, timeout=30
    ) as client:
        yield client


async def test_the_vectors_of_the_embedder_in_both_encodings(
    client: AsyncOpenAI, service: Service
) -> None:
    texts = ["My dog is called Biscuit", "I play chess"]
    expected = await service.embedder.embed(texts)
    packed = await client.embeddings.create(model=MODEL, input=texts)  # base64: its default
    plain = await client.embeddings.create(model=MODEL, input=texts, encoding_format="float")
    for found in (packed, plain):
        CreateEmbeddingResponse.model_validate(found.model_dump())
        assert [each.index for each in found.data] == [0, 1]
        assert np.allclose([each.embedding for each in found.data], expected)
        assert found.model == MODEL
        assert found.usage.prompt_tokens == found.usage.total_tokens == 8


async def test_one_text_and_its_own_dimension(client: AsyncOpenAI, service: Service) -> None:
    found = await client.embeddings.create(
        model=MODEL, input="hello", dimensions=service.embedder.dimension, user="anna"
    )
    assert len(found.data) == 1
    assert (await service.client.get("/v1/memories")).json()["results"] == []


async def test_what_has_no_effect_is_told(client: AsyncOpenAI) -> None:
    found = await client.embeddings.create(
        model=MODEL, input="hello", extra_body={"input_type": "query"}
    )
    assert found.model_extra == {"memory": {"ignored": ["input_type"]}}


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"dimensions": 8}, "dimensions"),
        ({"input": [1, 2, 3]}, "input"),
        ({"input": [[1, 2], [3]]}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"encoding_format": "int8"}, "encoding_format"),
    ],
)
async def test_what_would_not_be_what_was_asked(
    client: AsyncOpenAI, more: dict[str, Any], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.embeddings.create(**{"model": MODEL, "input": "hello", **more})
    assert (refused.value.param or "").startswith(param)


async def test_another_embedder_is_not_put_in_its_place(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await client.embeddings.create(model="text-embedding-3-small", input="hello")
    assert refused.value.code == "model_not_found"
    assert MODEL in refused.value.message


async def test_an_embedder_that_fails(client: AsyncOpenAI, service: Service) -> None:
    service.embedder.broken = True
    with pytest.raises(openai.InternalServerError) as failed:
        await client.embeddings.create(model=MODEL, input="hello")
    assert failed.value.code == "embedding_failed"
