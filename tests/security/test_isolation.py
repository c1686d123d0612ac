"""Many users at once, some of whom leave: nobody is told a word of another."""

import asyncio
import os
import random
import re
import time
from collections.abc import Sequence

import httpx
import pytest
from support.networks.fakes import FakeLanguage
from support.service import Service, running

from app.settings import Settings
from models.language.base import Message

USERS = 200 if os.environ.get("TAPEHEAD_TEST_LONG") else 40
ROUNDS = 2
CANARY = re.compile(r"canary-(\d+)-\d")


def owners(text: str) -> set[str]:
    return set(CANARY.findall(text))


class Watched(FakeLanguage):
    """Repeats all that it was shown, so that a word that strayed into a prompt is said aloud."""

    def __init__(self) -> None:
        super().__init__(self._repeat)
        self.mixed: list[set[str]] = []
        self.seen: set[str] = set()

    def _repeat(self, messages: Sequence[Message]) -> str:
        text = " ".join(message.content for message in messages)
        self.seen |= set(CANARY.findall(text))
        if len(owners(text)) != 1:
            self.mixed.append(owners(text))
        return " ".join(f"canary-{owner}-0" for owner in sorted(owners(text))) + " and so on"


async def talk(service: Service, number: int, dice: random.Random) -> int:
    """One user's day: asks, sometimes leaves in the midst, searches. Returns how often they left.

    Every question shares its words with everybody's, so that the search would find theirs.
    """
    left = 0
    headers = {"X-User-Id": f"user-{number}"}
    mine = {str(number)}
    turn = 0
    deadline = time.monotonic() + 300
    while turn < ROUNDS:
        assert time.monotonic() < deadline, "the database stays busy"
        turn += 1
        body = {"message": f"what is my secret word, is it canary-{number}-{turn}?", "stream": True}
        leaves = dice.random() < 0.3
        async with service.client.stream("POST", "/v1/chat", json=body, headers=headers) as answer:
            told = ""
            async for line in answer.aiter_lines():
                told += line
                if leaves and "delta" in line:
                    left += 1
                    break
        if answer.status_code == 503:  # fifty at once in one SQLite file, beside other tests
            assert "database_busy" in told, told
            turn -= 1
            await asyncio.sleep(float(answer.headers["Retry-After"]))
            continue
        assert answer.status_code == 200, told
        assert owners(told) <= mine, told
        await asyncio.sleep(dice.random() / 100)
    found = await service.client.post(
        "/v1/memories/search", json={"query": "secret word canary", "top_k": 20}, headers=headers
    )
    listed = await service.client.get("/v1/memories", headers=headers)
    for answer in (found, listed):
        assert owners(answer.text) == mine
    return left


@pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
async def test_many_users_at_once_and_not_one_foreign_word(
    settings: Settings, database_url: str
) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    language = Watched()
    settings = settings.model_copy(
        update={"database_url": database_url, "max_concurrent_replies": 200}
    )
    async with running(settings, language) as service:
        service.client.timeout = httpx.Timeout(120)
        some = asyncio.Semaphore(50)

        async def one(number: int) -> int:
            async with some:
                return await talk(service, number, random.Random(seed + number))

        left = await asyncio.gather(*(one(number) for number in range(USERS)))
    assert language.mixed == []
    assert language.seen == {str(number) for number in range(USERS)}
    assert sum(left) > USERS / 10, "or nobody left, and that was not tried"
