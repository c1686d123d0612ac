"""A replica that hangs holds up nobody but the user it writes for, and those for seconds only."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from crash.processes import run, serving
from support.eventually import eventually
from support.service import Service, new_database, running

from app.settings import Settings
from memory.db.timeouts import Timeouts

USER, OTHERS = "u", ("ann", "bob", "eve")
WRITES = 45
LEASE = 6.0  # seconds; shorter than the time that the user is held up
IN_AN_IMPORT = "UPDATE users SET next_position"
"""How a statement begins that an import makes, and nothing else, when it holds the user's row."""


@pytest.fixture
def url(postgres: str) -> str:
    """A new, empty database on Postgres."""
    return new_database(postgres)


@pytest.fixture
async def healthy(tmp_path: Path, url: str) -> AsyncIterator[Service]:
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=url, lease_seconds=LEASE)
    async with running(settings) as service:
        yield service


@pytest.fixture
def hangs(tmp_path: Path, url: str, healthy: Service) -> Iterator[tuple[psutil.Process, str]]:
    """A replica in a process of its own, which stops itself within an import."""
    with serving(tmp_path / "hangs", 1, url, "--hang-before", IN_AN_IMPORT) as (process, port):
        yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"


def lease(url: str, user: str) -> float:
    """Seconds until the lease of the user's reply runs out."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT extract(epoch FROM lease_expires_at - clock_timestamp()) FROM replies "
            "WHERE user_id = %s",
            (user,),
        ).fetchone()
    assert row is not None
    return float(row[0])


async def test_a_replica_that_hangs_in_an_import_takes_nobody_else_down(
    hangs: tuple[psutil.Process, str], healthy: Service, url: str
) -> None:
    """Two services on one Postgres. ``u`` writes 45 times where the other replica is well."""
    process, address = hangs
    client, timeouts = healthy.client, Timeouts()
    # The loop that it shares with this test stood still while the other process began.
    await eventually(lambda: healthy.app.state.maintenance.seconds_since_renewal <= LEASE / 2)
    as_user = {"X-User-Id": USER}
    await client.post("/v1/memories", json={"text": "told"}, headers={"X-User-Id": "source"})
    exported = await client.get("/v1/memories/export", headers={"X-User-Id": "source"})

    async def write(number: int) -> list[tuple[int, str]]:
        """Until it is stored: what each try was told."""
        told: list[tuple[int, str]] = []
        body = {"text": f"memory {number}"}
        while not told or told[-1][0] != 201:
            assert time.monotonic() < hung + 300, told
            answer = await client.post("/v1/memories", json=body, headers=as_user)
            error = answer.json().get("error", {})
            told.append((answer.status_code, error.get("code", "")))
            if error:
                await asyncio.sleep(int(answer.headers["Retry-After"]))
        return told

    async def look(user: str) -> float:
        """A search and a chat of somebody else, and whether it is ready: the slowest, in seconds"""
        slowest = 0.0
        who = {"X-User-Id": user}
        for method, path, body in (
            ("GET", "/ready", None),
            ("POST", "/v1/memories", {"text": f"{user} tells"}),
            ("POST", "/v1/memories/search", {"query": f"{user} tells"}),
            ("POST", "/v1/chat", {"message": f"{user} asks"}),
        ):
            begun = time.monotonic()
            answer = await client.request(method, path, json=body, headers=who, timeout=60)
            assert answer.status_code in (200, 201), (path, answer.text)
            slowest = max(slowest, time.monotonic() - begun)
        return slowest

    async with httpx.AsyncClient(base_url=address, headers=as_user, timeout=60) as theirs:
        # A reply of the one that hangs, which the sweeper of the other will find.
        heard: list[str] = []

        async def listen() -> None:
            body = {"message": "hello", "stream": True}
            async with theirs.stream("POST", "/v1/chat", json=body) as answer:
                async for line in answer.aiter_lines():
                    heard.append(line)  # noqa: PERF401 - it is looked at meanwhile

        listening = asyncio.create_task(listen())
        await eventually(lambda: "event: delta" in heard)
        importing = asyncio.create_task(
            theirs.post("/v1/memories/import", content=exported.content)
        )
        await eventually(lambda: process.status() == psutil.STATUS_STOPPED)

        hung = time.monotonic()  # the server ends its transaction 10 s later: write at once
        writing = [asyncio.create_task(write(number)) for number in range(WRITES)]
        healthy.language.hold = asyncio.Event()
        held = asyncio.create_task(healthy.say("a reply that takes long", user="kim"))
        await eventually(lambda: healthy.language.prompts)
        healthy.language.hold, keep = None, healthy.language.hold
        slowest = 0.0
        while not all(each.done() for each in writing):
            assert time.monotonic() < hung + 300, "the user is not served again"
            slowest = max(slowest, *(await asyncio.gather(*map(look, OTHERS))))
            assert lease(url, "kim") > 0, "a healthy reply's lease was not renewed"
            assert healthy.app.state.maintenance.seconds_since_renewal < LEASE
            await asyncio.sleep(0.2)
        stored = time.monotonic() - hung
        told = [each for task in writing for each in task.result()]
        assert set(told) <= {(201, ""), (503, "database_busy")}
        assert (503, "database_busy") in told, "else nothing was in the way"
        assert timeouts.idle <= stored + 1
        assert slowest < timeouts.idle / 2, "others waited with u"
        keep.set()
        assert (await held)["message"] == healthy.language.answer

        page = await client.get("/v1/memories", params={"limit": 100}, headers=as_user)
        memories = sorted(each["memory"] for each in page.json()["results"])
        assert memories == sorted(["hello", *(f"memory {number}" for number in range(WRITES))])
        process.send_signal(signal.SIGCONT)
        # It learns what it lost while it hung, and serves again.
        assert "database_" in (await importing).text
        await listening
        assert "event: done" not in heard
        assert any('"reply_lost"' in line for line in heard), heard[-3:]
        again = await theirs.post("/v1/memories/import", content=exported.content)
        assert again.status_code == 200, again.text
        print(f"others {slowest:.2f} s at most; u was served again after {stored:.1f} s")


# At every step


def test_hung_at_any_step_others_are_served_and_nothing_acknowledged_is_lost() -> None:
    """A few steps of a few days; ``make crash`` goes through them all."""
    seed = str(random.randrange(2**32))
    print("seed", seed)
    done = run(
        "import sys; from crash import run; sys.exit(run.main())",
        *("--on", "hanging", "--rounds", "3", "--stride", "40", "--seed", seed),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost" in done.stdout


NEVER_LETS_GO = """
import sys
from crash import hanging, run
from memory.db.timeouts import Timeouts

hanging.AT_ONCE = 5.0
limited = Timeouts.connect_args
never = "-c idle_in_transaction_session_timeout=0"
Timeouts.connect_args = lambda self, options="": limited(self, never)
run.plan = lambda seed, deeds: [run.Deed("tell", "ann", "ann-0001-tells")]
sys.exit(run.main())
"""


@pytest.mark.long
def test_a_replica_that_keeps_its_locks_while_it_hangs_is_caught() -> None:
    """Else the test above could not fail."""
    done = run(NEVER_LETS_GO, "--rounds", "10", "--seed", "1", "--on", "hanging")
    assert done.returncode == 1, done.stdout
    assert "a write of ann took" in done.stderr
