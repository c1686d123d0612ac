"""Two replicas on one Postgres behind the real nginx, and one of them dies.

The long form, in which it also comes back, is ``python -m benchmarks.load.replicas``.
"""

import asyncio
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from crash.processes import serving
from support.networks.fakes import FakeEmbedder, FakeLanguage
from support.service import new_database

from app.main import Models, create_app
from app.server.serve import _listen
from app.settings import Settings
from benchmarks.load.chat_clients import SentMessage, Turn, find_losses
from benchmarks.load.nginx import is_installed, nginx
from benchmarks.load.replicas import (
    create_api_keys,
    judge,
    turns,
    under_load,
    wait_until_settled,
)

USERS = 12
needs_nginx = pytest.mark.skipif(not is_installed(), reason="nginx is not installed")


@pytest.fixture
def url(postgres: str, template: str) -> str:
    """A new database on Postgres, with its tables."""
    return new_database(postgres, template)


@pytest.fixture
def replicas(tmp_path: Path, url: str) -> Iterator[list[tuple[subprocess.Popen[str], int]]]:
    """Two processes with fakes for networks, and their ports."""
    with serving(tmp_path / "one", 200, url) as one, serving(tmp_path / "two", 200, url) as two:
        yield [one, two]


def answers_by_user(url: str) -> Counter[str]:
    """How many complete answers each user has."""
    return Counter(
        turn.user for turn in turns(url) if (turn.role, turn.status) == ("assistant", "complete")
    )


@needs_nginx
async def test_one_of_two_replicas_dies_under_load(
    replicas: list[tuple[subprocess.Popen[str], int]], url: str, tmp_path: Path
) -> None:
    """Nothing promised is lost, and nobody notices whose request was not under way on it."""
    (dies, gone), (_, left) = replicas
    died = []

    def kill() -> None:
        dies.send_signal(signal.SIGKILL)
        dies.wait()
        died.append(time.monotonic())  # not before: until it is gone, requests are sent to it

    def answer_everybody() -> None:
        """Wait until each user has two more answers: the second one was asked for later."""
        before = answers_by_user(url)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            now = answers_by_user(url)
            if all(now[user] >= before[user] + 2 for user in keys):
                return
            time.sleep(0.2)

    keys = create_api_keys(url, USERS)
    with nginx([gone, left], tmp_path) as proxy:
        said = await under_load(
            f"http://127.0.0.1:{proxy.port}", keys, 2.0, [kill, answer_everybody]
        )
        there = await asyncio.to_thread(wait_until_settled, url, 15.0)
        figures, faults = judge(said, there, proxy, gone, died[0], float("inf"))
    assert faults == []
    sent = proxy.upstreams()
    assert {sent[one.id][0] for one in said if one.began < died[0]} == {gone, left}
    assert figures["cut_off"], "it died in the midst of something"
    assert figures["answered_while_one_was_gone"] > USERS
    assert {one.user for one in said if one.answer and one.began > died[0]} == keys.keys()


def test_what_is_lost_would_be_seen() -> None:
    """Else the test above could not fail."""
    one = SentMessage("ann", "hello", "c", reply_id="r", answer="hi")
    question = Turn("ann", "q", "user", "hello", "complete")
    answer = Turn("ann", "r", "assistant", "hi", "complete")
    cut = replace(one, answer=None)
    assert find_losses([one], [question, answer]) == []
    assert find_losses([cut], [question, replace(answer, text="", status="failed")]) == []
    for said, stored in (
        (one, [question]),
        (one, [answer]),
        (one, [question, question, answer]),
        (one, [question, replace(answer, text="h")]),
        (one, [question, replace(answer, status="failed")]),
        (one, [question, replace(answer, user="bob")]),
        (one, [question, answer, Turn("bob", "x", "user", "hello", "complete")]),
        (one, [question, answer, Turn("ann", "y", "assistant", "", "pending")]),
        (cut, [replace(answer, text="", status="failed")]),
        (cut, [question, replace(answer, text="h", status="failed")]),
    ):
        assert find_losses([said], stored), stored


async def test_a_replica_that_is_starting_refuses_connections(tmp_path: Path) -> None:
    """So that a proxy asks another one: a 503 it would hand on."""
    settings = Settings(_env_file=None, data_dir=tmp_path, port=0, listen_when_ready=True)
    loaded = threading.Event()

    def load(*_: object) -> Models:
        loaded.wait(30)
        return Models(FakeEmbedder(), FakeLanguage())

    app = create_app(settings, load=load)
    begun = asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            begun.set()

    living = asyncio.create_task(live())
    with _listen(settings) as bound:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(bound.getsockname())
        await asyncio.sleep(0.1)
        assert not begun.is_set()
        loaded.set()
        await asyncio.wait_for(begun.wait(), 10)
    await living
