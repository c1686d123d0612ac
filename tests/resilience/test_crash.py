"""kill -9 while replies are streamed: what was acknowledged is there, and nothing is half."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from crash.diary import plan
from crash.processes import ANSWER, run, serving
from support.eventually import wait_until


@contextmanager
def server(data: Path, rate: float) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    with (
        serving(data, rate) as (process, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
    ):
        yield process, client


def stream(client: httpx.Client, message: str) -> Iterator[tuple[str, Any]]:
    with client.stream("POST", "/v1/chat", json={"message": message, "stream": True}) as response:
        name = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_killed_in_the_middle_of_a_reply(tmp_path: Path) -> None:
    with server(tmp_path, rate=200) as (_, client):
        whole = next(data for name, data in stream(client, "first") if name == "done")
    with server(tmp_path, rate=20) as (process, client):
        told = stream(client, "second")
        for name, data in told:
            if name == "reply":
                started = data
            if name == "delta" and data["text"].startswith("5"):
                process.send_signal(signal.SIGKILL)
                break
        told.close()
    with server(tmp_path, rate=200) as (_, client):
        assert client.get(f"/v1/replies/{whole['id']}").json()["message"] == ANSWER

        def ended() -> dict[str, Any] | None:
            reply: dict[str, Any] = client.get(f"/v1/replies/{started['id']}").json()
            return None if reply["status"] == "pending" else reply

        reply = wait_until(ended, 30, every=0.1)
        assert (reply["status"], reply["error"]) == ("failed", "interrupted")
        assert reply["message"] == "", "no half turn"
        memories = [m["memory"] for m in client.get("/v1/memories").json()["results"]]
        assert memories == ["second", ANSWER, "first"]
        again = client.post(
            "/v1/chat",
            json={"message": "third", "conversation_id": started["conversation_id"]},
        )
        assert again.status_code == 200, "the conversation is free again"


def test_killed_at_random_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Three rounds of kills at random moments. Every ``done`` that was seen must be there after."""
    seed = random.randrange(2**32)
    print("seed", seed)
    dice = random.Random(seed)
    acknowledged: dict[str, str] = {}
    for number in range(3):
        with server(tmp_path, rate=400) as (process, client):
            deadline = time.monotonic() + dice.uniform(0.2, 2.0)
            try:
                while True:
                    for name, data in stream(client, f"message {number}"):
                        if name == "done":
                            acknowledged[data["id"]] = data["message"]
                        if time.monotonic() > deadline:
                            process.send_signal(signal.SIGKILL)
            except httpx.HTTPError:
                pass
    assert acknowledged
    with server(tmp_path, rate=400) as (_, client):
        for reply_id, text in acknowledged.items():
            kept = client.get(f"/v1/replies/{reply_id}").json()
            assert (kept["status"], kept["message"]) == ("complete", text)
    with closing(sqlite3.connect(tmp_path / "tapehead.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        texts = connection.execute("SELECT DISTINCT text FROM slots WHERE role = 'assistant'")
        assert {text for (text,) in texts} <= {ANSWER, ""}, "an answer is whole or not there"


def test_killed_at_every_step_nothing_acknowledged_is_lost() -> None:
    """The first steps of a day; ``make crash`` goes through whole days."""
    seed = str(random.randrange(2**32))
    print("seed", seed)
    done = run(
        "import sys; from crash import run; sys.exit(run.main())",
        "--rounds",
        "24",
        "--seed",
        seed,
        "--on",
        "sqlite",
        "postgres",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost" in done.stdout


def test_a_day_makes_sense() -> None:
    """Now and then one forgot a conversation in which nothing had been said."""
    for seed in range(3000):
        talked: set[str] = set()
        for deed in plan(seed, 10):
            if deed.what in ("ask", "leave", "bring"):
                talked.add(deed.on)
            elif deed.what == "replace":
                assert deed.on in talked, seed
            elif deed.what == "forget_talk":
                assert deed.on in talked, seed
                talked.remove(deed.on)
            elif deed.what == "forget_everything":
                talked -= {talk for talk in talked if talk.startswith(deed.user)}


TOLD_TOO_EARLY = """
import sys
from crash import run
from app.chat.service import Chat
from app.chat.live_reply import Done

async def see_through(self, request, reply, begun):
    finish = await self._write(request, reply, begun)
    reply.publish(Done(finish, reply.outcome.timings))
    await self._commit(request, reply, begun)

Chat._see_through = see_through
run.plan = lambda seed, deeds: [run.Deed("ask", "ann", "ann-0001-asks", "ann/talk")]
sys.exit(run.main())
"""


@pytest.mark.long
def test_a_service_that_tells_before_it_keeps_is_caught() -> None:
    """Else the test above could not fail."""
    done = run(TOLD_TOO_EARLY, "--rounds", "120", "--seed", "1", "--on", "sqlite")
    assert done.returncode == 1, done.stdout
    assert "lost" in done.stdout
