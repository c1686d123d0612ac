"""Foreign files: read in processes of bounded time and memory, a few at a time, others refused."""

import asyncio
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes import FakeEmbedder
from service import Service, running
from test_app_documents import named
from test_app_errors import check_shape
from test_app_moving import HEADER, chatgpt, lines, memory, texts

from app import chunking, document_worker, exported, passages
from app.line_schemas import BadItem
from app.pdf import text_of
from app.settings import Settings
from app.spool import Spool


def sharing(pages: int, words: int) -> bytes:
    """A PDF of a few KB whose pages are all the same one."""
    text = b"BT /F1 12 Tf 72 720 Td " + b"(water stone) Tj 0 -12 Td " * (words // 2) + b"ET"
    stream = zlib.compress(text, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%b] >>" % (pages, b"4 0 R " * pages),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources << /Font "
        b"<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (
        b"xref\n0 5\n0000000000 65535 f \n%b"
        b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (table, len(out))
    )


async def post(service: Service, content: Any, kind: str, user: str = "local") -> Any:
    headers = {"Content-Type": kind, "X-User-Id": user, **named("x")}
    return await service.client.post("/v1/documents", content=content, headers=headers)


async def bring(service: Service, content: Any, user: str = "local") -> Any:
    return await service.client.post(
        "/v1/memories/import", content=content, headers={"X-User-Id": user}
    )


def workers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [each for each in children if "_worker" in " ".join(each.cmdline())]


# Documents


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (sharing(1500, 700), "application/pdf", "the PDF holds far more text than a file of its"),
        (sharing(2001, 2), "application/pdf", "the PDF has more than 2,000 pages"),
        (b"word " * 800_001, "text/plain", "the text has more than 4,000,000 characters"),
        (b"a\n" * 1_100_000, "text/plain", "the document has more than 5,000 passages"),
        (b"- a\n" * 900_000, "text/markdown", "the document needs more than 192 MiB of memory"),
    ],
)
async def test_a_document_that_holds_too_much_is_refused(
    service: Service, content: bytes, kind: str, message: str
) -> None:
    answer = await post(service, content, kind)
    assert answer.status_code == 413, answer.text
    check_shape(answer.json(), answer.headers["X-Request-ID"])
    assert answer.json()["error"]["code"] == "document_too_large"
    assert answer.json()["error"]["message"].startswith(message)
    assert await texts(service) == []
    assert not workers()


def test_a_pdf_is_left_where_it_has_told_too_much() -> None:
    """Not after its last page: each is made to cost time."""
    begin = time.process_time()
    with pytest.raises(chunking.TooLarge):
        text_of(sharing(1500, 700), document_worker.MOST_CHARACTERS)
    few = time.process_time() - begin
    begin = time.process_time()
    assert text_of(sharing(10, 700), document_worker.MOST_CHARACTERS).count("stone") == 3500
    assert few < 10 * (time.process_time() - begin), "of 1,500 pages it reads about 30"


@pytest.mark.parametrize(
    "unit", ["a\n", "a. ", "字", "x", "\n \n", "# h\n", "- a\n", "> ", "[", "`a", "|a|\n", "* "]
)
@pytest.mark.parametrize("markdown", [False, True])
def test_cutting_takes_time_in_proportion_to_the_text(unit: str, markdown: bool) -> None:
    def seconds(characters: int) -> float:
        text = unit * (characters // len(unit))
        begin = time.process_time()
        chunking.split(text, "t", markdown=markdown)
        return time.process_time() - begin

    for _ in range(3):  # a busy machine may spoil one
        few, many = seconds(20_000), seconds(80_000)
        if many < 9 * max(few, 0.005):
            return
    pytest.fail(f"4 times the text took {few:.3f} and {many:.3f} s")


async def test_a_worker_that_takes_too_long_is_killed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(passages._SECONDS, "text/plain", 0.1)
    answer = await post(service, b"a\n" * 900_000, "text/plain")
    assert answer.json()["error"]["message"] == "the text takes longer than 0.1 seconds to read"
    assert not workers()


async def test_documents_have_places_a_user_and_in_all(settings: Settings) -> None:
    """Others are refused before their body is read, with a time to come again; chats go on."""
    embedder = Held()
    async with running(settings, embedder=embedder) as service:
        there = [
            asyncio.create_task(post(service, b"a text", "text/plain", f"u{n // 2}"))
            for n in range(4)
        ]
        while embedder.waiting < 4:
            await asyncio.sleep(0.01)
        for user, status, code in (("u0", 429, "user_queue_full"), ("new", 503, "queue_full")):
            refused = await post(service, b"x" * 20_000_000, "text/plain", user)
            assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
            assert int(refused.headers["Retry-After"]) >= 1
        embedder.go_on.set()
        assert [(await each).status_code for each in there] == [201] * 4
        assert (await post(service, b"a text", "text/plain", "new")).status_code == 201


async def test_a_document_counts_as_a_write_for_each_hundred_passages(settings: Settings) -> None:
    async with running(settings.model_copy(update={"user_write_rate": "4/hour"})) as service:
        long = "\n\n".join("word " * 200 for _ in range(250)).encode()
        assert (await post(service, long, "text/plain")).json()["passages"] == 250
        assert (await post(service, long, "text/plain")).status_code == 429
        assert len(await texts(service)) == 250
        assert (await post(service, b"short", "text/plain")).status_code == 429


class Held(FakeEmbedder):
    """Begins to embed documents when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.waiting = 0

    async def embed(self, texts: Any) -> Any:
        self.waiting += 1
        await self.go_on.wait()
        return await super().embed(texts)


# Imports


def read(folder: Path, content: bytes) -> None:
    with closing(Spool(folder)) as spool:
        reader = exported.Reader(spool, longest=8_000_000, room=10_000_000)
        for start in range(0, len(content), 65_536):
            reader.push(content[start : start + 65_536])
        reader.close()


def said(number: int, text: str) -> bytes:
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
        (b"[" + said(1, "é" * 4_000_001) + b"]", "conversation 1", "has a message of more than"),
        (
            b"[" + b",".join(said(n, "x" * 1_000_000) for n in range(11)) + b"]",
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
    monkeypatch.setattr(exported, "MOST_CONVERSATIONS", 3)
    with pytest.raises(BadItem) as bad:
        read(tmp_path, b"[" + b",".join(said(n, "x") for n in range(4)) + b"]")
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
    answer = await bring(service, pieces())
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
    while not workers():
        await asyncio.sleep(0.01)
    while workers()[0].nice() <= psutil.Process().nice():  # lets chats go first, once it runs
        await asyncio.sleep(0.01)
    writer.close()
    while workers():
        await asyncio.sleep(0.01)
    assert (await bring(service, b"[" + said(1, "hello") + b"]")).status_code == 200
    left = os.listdir(service.app.state.parts.settings.data_dir)
    assert all(name.startswith("tapehead.db") for name in left), left


def test_a_worker_is_bounded_by_the_system(tmp_path: Path) -> None:
    """Whatever its code does: it has so much memory and processor time, and dies of more."""
    for deed, dies in (("bytearray(2**28)", 1), ("while True: pass", -24)):
        script = f"from app.worker_limits import limit\nlimit(1)\n{deed}"
        root = Path(exported.__file__).parents[1]
        ended = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, timeout=60, cwd=root, check=False
        )
        assert ended.returncode == dies, ended.stderr
        assert dies < 0 or b"MemoryError" in ended.stderr


async def test_imports_have_places_a_user_and_in_all(service: Service) -> None:
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield lines(HEADER, memory(1))
        await go_on.wait()

    there = [asyncio.create_task(bring(service, slowly(), user)) for user in ("ann", "bob")]
    places = service.app.state.parts.pools.import_places
    while places._taken.total() < 2:
        await asyncio.sleep(0.01)
    for user, status, code in (("ann", 429, "user_queue_full"), ("eve", 503, "queue_full")):
        refused = await bring(service, lines(HEADER), user)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
        assert int(refused.headers["Retry-After"]) >= 1
        check_shape(refused.json(), refused.headers["X-Request-ID"])
    go_on.set()
    assert [(await each).status_code for each in there] == [200, 200]
    assert (await bring(service, lines(HEADER), "eve")).status_code == 200


async def test_the_loop_goes_on_while_lines_are_read(service: Service) -> None:
    """16 MB of line ends, and two memories of 3 MB: /health answers meanwhile."""
    big = lines(*(memory(n, text="x" * 3_000_000) for n in range(2)))
    body = lines(HEADER) + b"\n" * 2**24 + big
    importing = asyncio.create_task(bring(service, body))
    slowest = 0.0
    while not importing.done():
        begin = time.monotonic()
        await asyncio.sleep(0)
        slowest = max(slowest, time.monotonic() - begin)
        assert (await service.client.get("/health")).status_code == 200
    assert '"imported":2,"kept":0,"done":true' in (await importing).text
    assert slowest < 0.5


# Exports


async def test_an_export_that_nobody_reads_holds_its_place_and_no_thread(service: Service) -> None:
    big = lines(HEADER, *(memory(n, text="x" * 100_000) for n in range(200)))
    assert (await bring(service, big)).status_code == 200
    pools = service.app.state.parts.pools
    _, writer = await asyncio.open_connection("127.0.0.1", int(service.url.rpartition(":")[2]))
    writer.write(b"GET /v1/memories/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while not pools.export_places._taken:
        await asyncio.sleep(0.01)
    refused = await service.client.get("/v1/memories/export")
    assert refused.json()["error"]["code"] == "user_queue_full"
    for _ in range(100):
        await asyncio.sleep(0.01)
        if not pools.exports.running:
            break
    assert pools.exports.running == 0
    assert pools.export_places._taken.total() == 1
    writer.transport.abort()
    while pools.export_places._taken:
        await asyncio.sleep(0.01)
    assert (await service.client.get("/v1/memories/export")).text.endswith('"memories":200}\n')
