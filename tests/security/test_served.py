"""What only shows where the service is served: ``tapehead serve`` behind the real nginx, with the
nginx.conf that ships. Its log, its limits, and by which address wrong keys are counted.

A client that connects from 127.0.0.31 is at that address for nginx and for the service.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader, PdfWriter
from support.document_files import pdf
from support.served import CLOSE, Served, raw, serve

from benchmarks.load.nginx import is_installed, nginx

pytestmark = pytest.mark.skipif(not is_installed(), reason="nginx is not installed")
MB = 1_000_000
CANARY = "canary-marzipan"
_addresses = count(31)


@dataclass(frozen=True, slots=True)
class Door:
    """The service, and nginx before it, which the service trusts."""

    served: Served
    nginx: str
    folder: Path

    @property
    def direct(self) -> str:
        return f"http://127.0.0.1:{self.served.port}"

    @property
    def written(self) -> str:
        """All that both of them wrote so far."""
        logs = [self.served.output, self.folder / "plain.log", self.folder / "error.log"]
        return "".join(log.read_text() for log in logs)


@pytest.fixture(scope="module", params=["info", "debug"])
async def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Door]:
    folder = tmp_path_factory.mktemp(request.param)
    given = {"log_level": request.param, "log_format": "json", "trusted_proxies": "127.0.0.1"}
    async with serve(folder, **given) as served:
        with nginx([served.port, served.port], folder) as proxy:
            yield Door(served, f"http://127.0.0.1:{proxy.port}", folder)


def client(base: str, address: str | None = None) -> httpx.AsyncClient:
    """A client at an address of its own on the loopback."""
    address = address or f"127.0.0.{next(_addresses)}"
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(base_url=base, transport=transport, timeout=120)


async def guess(base: httpx.AsyncClient, times: int, **headers: str) -> list[str]:
    """The codes of the answers to so many wrong keys."""
    codes = []
    for number in range(times):
        wrong = {"X-API-Key": f"th_{number:043d}", **headers}
        codes.append((await base.get("/v1/memories", headers=wrong)).json()["error"]["code"])
    return codes


ENOUGH = ["invalid_api_key"] * 30 + ["too_many_attempts"]


async def test_no_address_no_name_and_no_word_is_in_the_log(door: Door) -> None:
    """Of the service and of nginx, at either level."""
    key = door.served.keys(CANARY)[CANARY]
    secret = key["Authorization"].removeprefix("Bearer ")
    forged = {"X-Forwarded-For": "203.0.113.77", "X-User-Id": CANARY, "X-Other": CANARY}
    for base in (door.direct, door.nginx):
        async with client(base, "127.0.0.30") as visitor:
            for asked in (
                visitor.get(f"/v1/memories?user={CANARY}", headers=key | forged),
                visitor.get(f"/v1/conversations/{CANARY}/turns", headers=key),
                visitor.get(f"/{CANARY}?q={CANARY}", headers=forged),
                visitor.get("/v1/memories", headers={"X-API-Key": f"th_{CANARY}"}),
                visitor.post("/v1/chat", json={"message": CANARY}, headers=key),
                visitor.post("/v1/chat", content=CANARY, headers=key | forged),
                visitor.post("/v1/memories/search", json={"query": CANARY}, headers=key),
                visitor.post(f"/v1/chat?user={CANARY}", content=b"x" * (MB + 100_000)),
                visitor.request("BREW", f"/{CANARY}"),
            ):
                await asked
    await asyncio.sleep(2)  # nginx writes its line once a connection has ended
    before = door.written
    lines = [json.loads(line) for line in before.splitlines() if line.startswith("{")]
    told = [line for line in lines if line.get("event") == "request"]
    shown = {"method": "GET", "route": "/v1/memories", "status": 200, "level": "info"}
    assert [line for line in told if shown.items() <= line.items()], "our own line is there"
    assert [line for line in lines if line.get("status") == "413" and not line["replica"]]
    for word in (CANARY, "127.0.0.30", "203.0.113.77", secret):
        assert word not in before, word


@pytest.mark.parametrize("way", ["direct", "nginx"])
async def test_wrong_keys_lock_nobody_out(door: Door, way: str) -> None:
    """Neither a key that was never seen before from the same address, nor anybody elsewhere."""
    base, secrets = getattr(door, way), door.served.keys("ann", "bob")
    async with client(base) as guesser, client(base) as other:
        # What the guesser says of its own address changes nothing, through nginx or not.
        codes = []
        for number in range(31):
            codes += await guess(guesser, 1, **{"X-Forwarded-For": f"198.51.100.{number}"})
        assert codes == ENOUGH
        for key in secrets.values():
            assert (await guesser.get("/v1/memories", headers=key)).status_code == 200
        assert await guess(guesser, 1) == ["too_many_attempts"]
        assert await guess(other, 1) == ["invalid_api_key"], "each address has a count of its own"


async def test_an_import_and_a_document_of_full_size_pass(door: Door) -> None:
    key = door.served.keys("carl")["carl"]
    memories = [
        {"id": str(number), "memory": f"Dog {number} barks", "metadata": {"x": "y" * 100_000}}
        for number in range(13)
    ]
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf("Biscuit was born in May."))))
    writer.add_attachment("noise", os.urandom(5 * MB))
    document = BytesIO()
    writer.write(document)
    assert document.tell() > 5 * MB
    async with client(door.nginx) as visitor:
        sent = await visitor.post(
            "/v1/memories/import/",  # a slash too many changes no limit
            content=json.dumps({"results": memories}),
            headers={**key, "Content-Type": "application/json"},
        )
        assert json.loads(sent.text.splitlines()[-1])["done"], sent.text
        stored = await visitor.post(
            f"{door.nginx}//v1/documents",
            content=document.getvalue(),
            headers={
                **key,
                "Content-Type": "application/pdf",
                "Content-Disposition": "attachment; filename=Biscuit",
            },
        )
        assert stored.status_code == 201, stored.text
        listed = (await visitor.get("/v1/memories?limit=50", headers=key)).json()["results"]
        texts = [memory["memory"] for memory in listed]
        assert "Dog 12 barks" in texts
        assert any("Biscuit was born in May." in text for text in texts)


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/v1/chat", 2**20 + 1),
        ("/v1/documents", 16 * 2**20 + 1),
        ("/v1/memories/import", 256 * 2**20 + 1),
    ],
)
async def test_what_is_too_large_is_refused_in_the_services_words(
    door: Door, path: str, size: int
) -> None:
    key = door.served.keys("dora")["dora"]

    kind = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=x\r\n"
    head = f"POST {path} HTTP/1.1\r\nAuthorization: {key['Authorization']}\r\n{kind}"
    sent = f"{head}Content-Length: {size}\r\n".encode() + CLOSE + b"x"
    for base in (door.nginx, door.direct):
        line, _, body = await asyncio.to_thread(raw, int(base.rpartition(":")[2]), sent)
        assert line.startswith(b"HTTP/1.1 413 ")
        assert body["error"].keys() == {"message", "type", "param", "code", "request_id"}
        assert body["error"]["code"] == "body_too_large"
        assert body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("way", ["direct", "nginx"])
async def test_private_answers_are_kept_by_nobody_and_redirects_stay_here(
    door: Door, way: str
) -> None:
    key = door.served.keys("emma")["emma"]
    async with client(getattr(door, way)) as visitor:
        for path, headers, status in (
            ("/health", {}, 200),
            ("/v1/memories", key, 200),
            ("/v1/memories/export", key, 200),
            ("/v1/memories", {}, 401),
            ("/v1/keys", key, 403),
            ("/v1/memories/none", key, 404),
            ("/nowhere", {}, 404),
            ("/web/nowhere", {}, 404),
            ("/v1/chat", key, 405),
            ("/v1/memories?limit=none", key, 400),
            ("/openapi.json", {}, 200),
            ("/docs", {}, 200),
        ):
            answer = await visitor.get(path, headers=headers)
            assert answer.status_code == status, path
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers["x-content-type-options"] == "nosniff", path
        streamed = await visitor.post(
            "/v1/chat", json={"message": "Hello", "stream": True}, headers=key
        )
        assert "event: done" in streamed.text
        assert "no-store" in streamed.headers["cache-control"]
        for path in ("/", "/web/main.js"):
            answer = await visitor.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["cache-control"] == "no-cache", "the page's files keep theirs"
            assert answer.headers["x-content-type-options"] == "nosniff"
        for path, target in (
            ("/web", "/web/"),
            ("/web?a=//evil.example", "/web/?a=//evil.example"),
        ):
            answer = await visitor.get(path, headers={"Host": "evil.example"})
            assert answer.status_code == 307, path
            assert answer.headers["location"] == target
            assert answer.headers["cache-control"] == "no-store"


async def test_a_head_that_is_no_http_is_answered_with_the_same_headers(door: Door) -> None:
    line, headers, _ = await asyncio.to_thread(raw, door.served.port, b"nonsense\r\n\r\n")
    assert line.startswith(b"HTTP/1.1 400")
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_idle_streams_of_mcp_cannot_pile_up(door: Door) -> None:
    """Each would be open for ever: three hundred are all answered, and none is left open."""
    key = door.served.keys("finn")["finn"] | {"Accept": "text/event-stream"}
    async with client(door.direct) as visitor:
        answers = await asyncio.gather(
            *(visitor.get("/mcp", headers=key) for _ in range(300)),
            visitor.delete("/mcp", headers=key),
        )
    assert {answer.status_code for answer in answers} == {405}
    assert {answer.headers["allow"] for answer in answers} == {"POST"}
    assert answers[0].json()["error"]["code"] == "method_not_allowed"
