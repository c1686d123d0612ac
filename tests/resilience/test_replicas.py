"""Two processes on one Postgres: one user, one memory, one answer to one question."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.eventually import eventually, wait_until
from support.service import Service, new_database, running

from app.settings import Settings
from memory.db.database import MIGRATIONS, Database
from memory.repositories.memories import Memories
from memory.tape.cache import Tapes

TURNS = 250  # of each of the two processes

TALK = """
import sys
from memory.db.database import Database
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Request
from memory.repositories.memories import Memories
from memory.tape.cache import Tapes
_, url, name, turns = sys.argv
database = Database(url)
replies, memories = Replies(database, name), Memories(database, "made-up")
tapes = Tapes(memories, 8)
print("ready", flush=True)
sys.stdin.readline()
mine = set()
for number in range(int(turns)):
    pending = replies.begin(Request("ann", f"{name} asks {number}", "m"))
    replies.commit(pending, Outcome(f"{name} is told {number}"))
    mine |= {pending.question_position, pending.position}
    if number % 10 == 0:
        assert mine <= set(tapes.current("ann")._rows), "its own turns are on its tape"
sys.stdin.readline()
print(len(mine), len(tapes.current("ann")), tapes.rebuilds)
"""


@pytest.fixture
def url(postgres: str) -> str:
    """A new, empty database on Postgres."""
    return new_database(postgres)


def test_two_processes_write_one_users_turns_and_both_see_all(url: str) -> None:
    """Every position once, none left out; and each follows the other's changes by number alone."""
    database = Database(url)
    database.migrate()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TALK, url, name, str(TURNS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=MIGRATIONS.parent,
        )
        for name in ("one", "two")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("begin\n")
        process.stdin.flush()
    memories = Memories(database, "made-up")

    def are_done() -> bool:
        assert all(process.poll() is None for process in processes)
        return memories.changes("ann", 4 * TURNS)[0].change_seq >= 4 * TURNS

    wait_until(are_done, every=0.02)
    # Both are at the end of their turns, so each finds on its tape what the other did last.
    said = [process.communicate("end\n", timeout=60)[0] for process in processes]
    assert said == [f"{2 * TURNS} {4 * TURNS} 1\n"] * 2
    positions = [change.position for change in memories.changes("ann", 0)[1]]
    assert positions == list(range(1, 4 * TURNS + 1))
    assert set(Tapes(memories, 8).current("ann")._rows) == set(positions)
    database.close()


@pytest.fixture
async def replicas(tmp_path: Path, url: str) -> AsyncIterator[tuple[Service, Service]]:
    """Two services with tapes of their own."""
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=url)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(running(settings))
        yield here, await stack.enter_async_context(running(settings))


async def search(service: Service, query: str) -> list[str]:
    found = await service.client.post("/v1/memories/search", json={"query": query})
    return [each["memory"] for each in found.json()["results"]]


async def held(service: Service) -> None:
    """Return when its model has been asked and waits."""
    await eventually(lambda: service.language.prompts)


async def test_what_one_deletes_the_others_next_search_lacks(
    replicas: tuple[Service, Service],
) -> None:
    here, there = replicas
    for number in range(20):
        text = f"the red boat number {number}"
        added = (await here.client.post("/v1/memories", json={"text": text})).json()
        assert text in await search(there, text)
        await here.client.patch(f"/v1/memories/{added['id']}", json={"text": f"blue {number}"})
        assert text not in await search(there, text)
        assert f"blue {number}" in await search(there, f"blue {number}")
        await there.client.delete(f"/v1/memories/{added['id']}")
        assert await search(here, f"blue {number}") == []


@pytest.mark.parametrize("forget", ["the memory", "the conversation", "everything"])
async def test_what_is_deleted_while_a_reply_is_written_does_not_come_back(
    replicas: tuple[Service, Service], forget: str
) -> None:
    here, there = replicas
    added = await here.client.post("/v1/memories", json={"text": "My dog is called Biscuit"})
    here.language.hold = asyncio.Event()
    asking = asyncio.create_task(
        here.client.post("/v1/chat", json={"message": "How is my dog called?"})
    )
    await held(here)
    assert "Biscuit" in here.language.prompts[0][-1].content
    [conversation] = (await there.client.get("/v1/conversations")).json()["results"]
    path = {
        "the memory": f"/v1/memories/{added.json()['id']}",
        "the conversation": f"/v1/conversations/{conversation['id']}",
        "everything": "/v1/memories?everything=true",
    }[forget]
    assert (await there.client.delete(path)).status_code < 300
    here.language.hold.set()
    answer = await asking
    left = {each["memory"] for each in (await there.client.get("/v1/memories")).json()["results"]}
    if forget == "the memory":
        assert answer.status_code == 200
        told = await there.client.get(f"/v1/replies/{answer.json()['id']}")
        assert told.json()["memory"]["memories"] == []
        assert left == {"How is my dog called?", here.language.answer}
    else:
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "reply_erased")
        assert left == ({"My dog is called Biscuit"} if forget == "the conversation" else set())
        assert (await there.client.get("/v1/conversations")).json()["results"] == []
    for service in replicas:
        for text in {"My dog is called Biscuit", "How is my dog called?"} - left:
            assert text not in await search(service, text)


async def test_one_key_in_two_processes_is_generated_once(
    replicas: tuple[Service, Service],
) -> None:
    for service in replicas:
        service.language.hold = asyncio.Event()

    async def ask(service: Service, message: str = "hello") -> httpx.Response:
        key = {"Idempotency-Key": "k"}
        return await service.client.post("/v1/chat", json={"message": message}, headers=key)

    asked = [asyncio.create_task(ask(replicas[number % 2])) for number in range(20)]
    await eventually(lambda: sum(task.done() for task in asked) >= 19)
    for service in replicas:
        assert service.language.hold is not None
        service.language.hold.set()
    answers = await asyncio.gather(*asked)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [409] * 19
    assert sum(len(service.language.prompts) for service in replicas) == 1
    again: list[Any] = [(await ask(service)).json() for service in replicas]
    [original] = [answer.json() for answer in answers if answer.status_code == 200]
    assert again == [original, original]
    assert (await ask(replicas[1], "other")).status_code == 422


async def test_two_messages_in_one_conversation_from_two_processes(
    replicas: tuple[Service, Service],
) -> None:
    here, there = replicas
    opened = await here.say("hello")
    here.language.prompts.clear()
    for service in replicas:
        service.language.hold = asyncio.Event()
    body = {"message": "and?", "conversation_id": opened["conversation_id"]}
    asked = [
        asyncio.create_task(service.client.post("/v1/chat", json=body)) for service in replicas
    ]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    for service in replicas:
        assert service.language.hold is not None
        service.language.hold.set()
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(here.language.prompts) + len(there.language.prompts) == 1
