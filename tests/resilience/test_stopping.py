"""The service as ``tapehead serve`` runs it: told to stop, pressed by a crowd, used for a while."""

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from support.eventually import eventually, wait_until

from benchmarks.load.soak import soak
from benchmarks.load.socket_clients import crowd
from benchmarks.support.service_process import service

STREAMS = 20
SHORT, LONG = 40, 2000
"""Words of an answer: two seconds, which is within the grace, and a hundred, which is not."""


async def follow(client: httpx.AsyncClient, number: int, told: dict[int, list[str]]) -> None:
    """The names of the events of one stream; of an error, its code."""
    words = SHORT if number % 2 else LONG
    body = {"message": "hello", "stream": True, "max_tokens": words, "user": f"user{number}"}
    heard = told.setdefault(number, [])
    async with client.stream("POST", "/v1/chat", json=body) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                heard.append(line.removeprefix("event: "))
            elif "reply_interrupted" in line:
                heard[-1] = "reply_interrupted"


def statuses(folder: Path) -> dict[str, int]:
    """How many replies have which status."""
    with closing(sqlite3.connect(folder / "tapehead.db")) as connection:
        query = "SELECT status, count(*) FROM slots WHERE role = 'assistant' GROUP BY status"
        return dict(connection.execute(query).fetchall())


async def stop(port: int, pid: int) -> dict[int, list[str]]:
    """Twenty streams, then SIGTERM. What each heard."""
    told: dict[int, list[str]] = {}
    limits = httpx.Limits(max_connections=STREAMS)
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        following = [asyncio.create_task(follow(client, i, told)) for i in range(STREAMS)]
        await eventually(lambda: sum("delta" in heard for heard in told.values()) >= STREAMS)
        os.kill(pid, signal.SIGTERM)

        async def refuses() -> bool:
            try:
                async with httpx.AsyncClient(base_url=address, timeout=5) as other:
                    return (await other.get("/ready")).status_code != 200
            except httpx.TransportError:
                return True

        await eventually(refuses)
        assert not following[0].done(), "those under way are given time"
        await asyncio.gather(*following)
    return told


def test_told_to_stop_it_is_not_ready_lets_replies_end_and_leaves_none_pending(
    tmp_path: Path,
) -> None:
    with service("paced", tmp_path) as (port, child):
        assert child.pid is not None
        told = asyncio.run(stop(port, child.pid))
        child.join(60)
        assert child.exitcode == 0
    ends = [told[number][-1] for number in range(STREAMS)]
    assert ends == ["reply_interrupted", "done"] * (STREAMS // 2)
    assert statuses(tmp_path) == {"complete": STREAMS // 2, "aborted": STREAMS // 2}


async def upload(port: int, pid: int) -> httpx.Response:
    """A document that takes a minute to embed, and SIGTERM while it is embedded."""
    address = f"http://127.0.0.1:{port}"
    kind = {"Content-Type": "text/plain", "Content-Disposition": "attachment; filename=long.txt"}
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        sending = asyncio.create_task(
            client.post("/v1/documents", content=b"word " * 500_000, headers=kind)
        )
        await asyncio.sleep(3)
        os.kill(pid, signal.SIGTERM)
        return await sending


def test_told_to_stop_it_refuses_what_takes_longer_and_stores_nothing_of_it(
    tmp_path: Path,
) -> None:
    with service("paced", tmp_path) as (port, child):
        assert child.pid is not None
        answer = asyncio.run(upload(port, child.pid))
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "shutting_down"
        assert answer.headers["Retry-After"]
        child.join(20)
        assert child.exitcode == 0
    with closing(sqlite3.connect(tmp_path / "tapehead.db")) as connection:
        assert connection.execute("SELECT count(*) FROM slots").fetchone() == (0,)


def test_a_crowd_gets_streams_or_a_refusal_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Every client is served to the end or refused; of the refused nothing is stored."""
    with service("paced", tmp_path, max_concurrent_replies=8, max_tokens=10) as (port, child):
        process = psutil.Process(child.pid)
        asyncio.run(crowd(port, clients=8, seconds=1, seed=0))
        before = statuses(tmp_path)["complete"]
        files = process.num_fds()
        heard = asyncio.run(crowd(port, clients=200, seconds=4, seed=1))
        assert heard.broken == 0
        assert heard.streams > 0
        assert set(heard.refused) == {"503"}
        assert heard.refused["503"] > heard.streams
        assert statuses(tmp_path) == {"complete": before + heard.streams}
        told = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert (
            f'tapehead_rejected_requests_total{{code="too_many_replies"}} {heard.refused["503"]}'
            in told
        )
        # Databases of threads that were not there before stay open.
        wait_until(lambda: process.num_fds() <= files + 32)


@pytest.mark.long
def test_a_short_soak(capsys: Any) -> None:
    """Twenty seconds of ``make soak``: no reply breaks, and none is left pending."""
    samples, faults = soak(minutes=1 / 3, seed=random.randrange(2**32), rate=10)
    assert faults == []
    assert len(samples) > 5
    assert "seed" in capsys.readouterr().out
