"""Imports and exports: of bounded time and memory, a few at a time, others refused."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.archives import HEADER, chatgpt, lines, memory
from support.error_shape import check_shape
from support.eventually import eventually
from support.service import Service
from support.worker_processes import workers

from app.importers import foreign_exports, importer
from app.importers.archive import BadItem
from app.importers.foreign_exports import Conversion
from app.importers.spool import Spool


async def post_import(service: Service, content: Any, user: str = "local") -> Any:
    return await service.client.post(
        "/v1/memories/import", content=content, headers={"X-User-Id": user}
    )


# Imports


def read(folder: Path, content: bytes) -> None:
    with closing(Spool(folder)) as spool:
        Conversion(spool, max_line_bytes=8_000_000, max_bytes=10_000_000).read(io.BytesIO(content))


def exported(number: int, text: str) -> bytes:
    return json.dumps(chatgpt(number, text), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            b'[{"mapping":{"a":[' + b"{}," * 500_000,
            "conversation 1",
            "has more than 500,000 values",
        ),
        (b'[{"a":"' + b"x" * 30_000_000, "conversation 1", "has more than 8,000,000 characters"),
        (
            b'[{"a":[' + (b'"%b",' % (b"x" * 1_000_000)) * 9,
            "conversation 1",
            "has more than 8,000,000",
        ),
        (b"[" + b'{"a":' * 200, "conversation 1", "is nested too deeply"),
        (
            b"[" + exported(1, "é" * 4_000_001) + b"]",
            "conversation 1",
            "has a message of more than",
        ),
        (
            b"[" + b",".join(exported(n, "x" * 1_000_000) for n in range(11)) + b"]",
            "conversation 10",
            "is more than one file may hold",
        ),
    ],
)
def test_one_conversation_is_bounded(
    tmp_path: Path, content: bytes, place: str, message: str
) -> None:
    with pytest.raises(BadItem) as bad:
        read(tmp_path, content)
    assert bad.value.place == place
    assert bad.value.message.startswith(message)


def test_a_file_has_a_bounded_number_of_conversations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_exports, "MAX_CONVERSATIONS", 3)
    with pytest.raises(BadItem) as bad:
        read(tmp_path, b"[" + b",".join(exported(n, "x") for n in range(4)) + b"]")
    assert (bad.value.place, bad.value.message[:15]) == ("conversation 4", "is more than 3;")


async def test_the_amplifying_list_takes_little_memory_and_time(service: Service) -> None:
    """40 MB of empty objects, refused by their number: in a process that never has 192 MiB."""
    peak = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal peak
        yield b'[{"mapping":{"a":['
        for _ in range(200):
            yield b"{}," * 66_000
            for each in workers():
                peak = max(peak, each.memory_info().rss)

    before = psutil.Process().memory_info().rss
    answer = await post_import(service, pieces())
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "conversation 1: has more than 500,000 values"
    assert 0 < peak < 192 * 2**20
    assert psutil.Process().memory_info().rss - before < 60 * 2**20
    assert not workers()


async def test_who_leaves_takes_the_worker_along(service: Service) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rpartition(":")[2]))
    begun = b'[{"mapping":{"a":['
    writer.write(
        b"POST /v1/memories/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n%b"
        % begun
    )
    await eventually(workers)
    # It lets chats go first, once it runs.
    await eventually(lambda: workers()[0].nice() > psutil.Process().nice())
    writer.close()
    await eventually(lambda: not workers())
    assert (await post_import(service, b"[" + exported(1, "hello") + b"]")).status_code == 200
    left = os.listdir(service.app.state.services.settings.data_dir)
    assert all(name.startswith("tapehead.db") for name in left), left


def test_a_worker_is_bounded_by_the_system(tmp_path: Path) -> None:
    """Whatever its code does: it has so much memory and processor time, and dies of more."""
    for code, exit_code in (("bytearray(2**28)", 1), ("while True: pass", -24)):
        script = f"from app.worker_limits import limit\nlimit(1)\n{code}"
        root = Path(foreign_exports.__file__).parents[1]
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, timeout=60, cwd=root, check=False
        )
        assert ended.returncode == exit_code, ended.stderr
        assert exit_code < 0 or b"MemoryError" in ended.stderr


async def test_imports_have_places_a_user_and_in_all(service: Service) -> None:
    go_on = asyncio.Event()

    async def half_a_file() -> AsyncIterator[bytes]:
        yield lines(HEADER, memory(1))
        await go_on.wait()

    imports = [
        asyncio.create_task(post_import(service, half_a_file(), user)) for user in ("ann", "bob")
    ]
    places = service.app.state.services.pools.import_places
    await eventually(lambda: places.running >= 2)
    for user, status, code in (("ann", 429, "user_queue_full"), ("eve", 503, "queue_full")):
        refused = await post_import(service, lines(HEADER), user)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
        assert int(refused.headers["Retry-After"]) >= 1
        check_shape(refused.json(), refused.headers["X-Request-ID"])
    go_on.set()
    assert [(await each).status_code for each in imports] == [200, 200]
    assert (await post_import(service, lines(HEADER), "eve")).status_code == 200


async def test_the_loop_goes_on_while_lines_are_read(service: Service) -> None:
    """16 MB of line ends, and two memories of 3 MB: /health answers meanwhile."""
    big = lines(*(memory(n, text="x" * 3_000_000) for n in range(2)))
    body = lines(HEADER) + b"\n" * 2**24 + big
    importing = asyncio.create_task(post_import(service, body))
    answers = 0
    async with asyncio.timeout(60):
        while not importing.done():
            assert (await service.client.get("/health")).status_code == 200
            answers += 1
    assert '"imported":2,"kept":0,"done":true' in (await importing).text
    assert answers > 20


async def test_what_is_not_embedded_in_time_is_embedded_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import does not wait for the embedder: words find its memories meanwhile."""
    monkeypatch.setattr(importer, "EMBEDDING_SECONDS", 0.0)
    answer = await post_import(service, b"[" + exported(1, "My boat is red.") + b"]")
    done = json.loads(answer.text.splitlines()[-1])
    assert (done["imported"], done["notes"][0].split()[:2]) == (1, ["1", "memories"])
    query = {"query": "Which boat?"}
    found = (await service.client.post("/v1/memories/search", json=query)).json()["results"]
    assert [each["memory"] for each in found] == ["My boat is red."]


# Exports


async def test_an_export_that_nobody_reads_holds_its_place_and_no_thread(service: Service) -> None:
    big = lines(HEADER, *(memory(n, text="x" * 100_000) for n in range(200)))
    assert (await post_import(service, big)).status_code == 200
    pools = service.app.state.services.pools
    _, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rpartition(":")[2]))
    writer.write(b"GET /v1/memories/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await eventually(lambda: pools.export_places.running)
    refused = await service.client.get("/v1/memories/export")
    assert refused.json()["error"]["code"] == "user_queue_full"
    await eventually(lambda: pools.exports.running == 0)
    assert pools.export_places.running == 1
    writer.transport.abort()
    await eventually(lambda: not pools.export_places.running)
    assert (await service.client.get("/v1/memories/export")).text.endswith('"memories":200}\n')
