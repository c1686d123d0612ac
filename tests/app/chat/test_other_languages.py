"""Told in one language, asked in another, with an embedder of many languages that has prompts."""

import re
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
from jaxtyping import Float32
from sqlalchemy import select
from support.networks.fakes import FakeEmbedder
from support.service import Service, running

from app.settings import Settings
from memory.db.tables import slots

pytestmark = pytest.mark.asyncio

MEANINGS = {
    "katze": "cat",
    "猫": "cat",
    "chat": "cat",
    "erdnüsse": "peanuts",
    "花生": "peanuts",
    "cacahuètes": "peanuts",
    "allergisch": "allergic",
    "过敏": "allergic",
    "allergique": "allergic",
}
WORDS = re.compile("|".join(MEANINGS))


class Multilingual(FakeEmbedder):
    """Words of the same meaning are the same. A query is its passage and a word of its own."""

    name = "multilingual-words"
    symmetric = False

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        return await super().embed(
            [WORDS.sub(lambda word: f" {MEANINGS[word[0]]} ", text.lower()) for text in texts]
        )

    async def embed_queries(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        self.queries += texts
        return await self.embed([f"{text} query" for text in texts])


@pytest.fixture
async def embedder() -> Multilingual:
    return Multilingual()


@pytest.fixture
async def service(settings: Settings, embedder: Multilingual) -> AsyncIterator[Service]:
    settings = settings.model_copy(update={"read_head": "multilingual"})
    async with running(settings, embedder=embedder) as service:
        yield service


TOLD = (
    "Ich bin gegen Erdnüsse allergisch.",
    "Meine Katze heißt Minka.",
    "J'habite à Lyon depuis mars.",
    "The heating engineer replaced the valve.",
    "我上周把自行车修好了。",
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Am I allergic to peanuts?", TOLD[0]),
        ("我对花生过敏吗？", TOLD[0]),
        ("Suis-je allergique aux cacahuètes ?", TOLD[0]),
        ("What is my cat called?", TOLD[1]),
        ("我的猫叫什么名字？", TOLD[1]),
    ],
)
async def test_a_memory_in_another_language_is_in_the_prompt(
    service: Service, question: str, answer: str
) -> None:
    """They share no word, so that only the vectors can have found it."""
    for text in TOLD:
        await service.client.post("/v1/memories", json={"text": text})
    reply = await service.say(question)
    assert reply["memory"]["memories"][0]["memory"] == answer
    assert answer in service.language.prompts[-1][-1].content


async def test_a_message_reads_as_a_query_and_is_stored_as_a_passage(
    service: Service, embedder: Multilingual
) -> None:
    await service.client.post("/v1/memories", json={"text": TOLD[1]})
    assert embedder.queries == []
    reply = await service.say("What is my cat called?")
    assert embedder.queries == ["What is my cat called?"]
    unread = {"message": "I have a cat and a dog", "memory": {"read": False}, "stream": False}
    assert (await service.client.post("/v1/chat", json=unread)).status_code == 200
    assert len(embedder.queries) == 1, "nothing was read"
    services = service.app.state.services
    for text in ("What is my cat called?", "I have a cat and a dog"):
        with services.database.read("local") as connection:
            stored = connection.execute(
                select(slots.c.embedding).where(slots.c.text == text)
            ).scalar_one()
        [passage] = await embedder.embed([text])
        np.testing.assert_array_equal(np.frombuffer(stored, "<f4"), passage)
    path = f"/v1/readings/{reply['memory']['id']}/replay"
    replayed = await service.client.post(path)
    assert replayed.status_code == 200, replayed.text
    assert replayed.json()["largest_difference"] < 1e-9
    query = {"query": "which cat?"}
    assert (await service.client.post("/v1/memories/search", json=query)).status_code == 200
    assert embedder.queries[-1] == "which cat?"


async def test_a_message_of_a_reply_that_failed_is_embedded_by_maintenance(
    service: Service, embedder: Multilingual
) -> None:
    """The vector that it read with is never stored as that of a passage."""
    service.language.fail_after = 0
    failed = await service.client.post("/v1/chat", json={"message": "My cat", "stream": False})
    assert failed.status_code >= 500
    services = service.app.state.services
    with services.database.read("local") as connection:
        stored = connection.execute(
            select(slots.c.embedding).where(slots.c.text == "My cat")
        ).scalar_one()
    [passage] = await embedder.embed(["My cat"])
    assert stored is None or np.array_equal(np.frombuffer(stored, "<f4"), passage)
