"""Bytes as no client sends them: what is no HTTP, what never ends, who is called strangely."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator
from urllib.parse import quote

import psutil
import pytest
from support.service import Service, running

from app.server.http_protocol import HEAD_BYTES
from app.settings import Settings

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
GET = b"GET /health HTTP/1.1\r\n" + HOST
POST = b"POST /v1/chat HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Type: application/json\r\n"
MALFORMED: dict[str, bytes] = {
    "nothing that is a line": b"\x00\x01\x02\x03\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100c8010000c403031122334455") + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n",
    "no version": b"GET /health\r\n\r\n",
    "an unknown method": b"BREW /health HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in small letters": b"get /health HTTP/1.1\r\n" + HOST + b"\r\n",
    "a space before the colon": GET + b"X-A : b\r\n\r\n",
    "a header without a colon": GET + b"nonsense\r\n\r\n",
    "a header that begins with a space": GET + b" X-A: b\r\n\r\n",
    "NUL in a header": GET + b"X-A: a\x00b\r\n\r\n",
    "a bare CR in a header": GET + b"X-A: a\rb\r\n\r\n",
    "an address with bytes over 127": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address with NUL": b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length that is negative": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length with an underscore": POST + b"Content-Length: 1_0\r\n\r\n{}",
    "a length over 64 bits": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "a length and chunks": POST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
    "an unknown encoding": POST + b"Transfer-Encoding: gzip\r\n\r\n{}",
    "a chunk without a size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk over 64 bits": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}",
    "no host": b"GET /v1/memories HTTP/1.1\r\n" + CLOSE + b"\r\n",
    "two hosts": b"GET /v1/memories HTTP/1.1\r\n" + HOST + b"Host: evil\r\n" + CLOSE + b"\r\n",
    "an upgrade": GET
    + CLOSE.replace(b"close", b"upgrade, close")
    + b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
}
MIB = 2**20


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One service for all that shall leave no trace in it."""
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("shared"))
    async with running(settings) as service:
        yield service


async def exchange(service: Service, *parts: bytes) -> tuple[bytes, bool]:
    """What the service answers to these bytes before it closes, and whether it took them all."""
    port = int(service.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer, sent = b"", 0
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            sent += 1
        while piece := await asyncio.wait_for(reader.read(65536), 10):
            answer += piece
    except (ConnectionError, TimeoutError):
        pass
    finally:
        writer.close()
    return answer, sent == len(parts)


def statuses(answer: bytes) -> list[int]:
    return [int(line.split()[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_is_no_http_is_refused_in_the_one_shape(shared: Service, name: str) -> None:
    answer, _ = await exchange(shared, MALFORMED[name])
    assert all(status < 500 for status in statuses(answer))
    assert len(statuses(answer)) <= 1  # no second request was smuggled in
    if statuses(answer) and statuses(answer)[0] >= 400:
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert set(body["error"]) == {"message", "type", "param", "code", "request_id"}
    assert (await shared.client.get("/health")).status_code == 200
    assert shared.language.prompts == []


@pytest.mark.parametrize(
    "parts",
    [
        [GET, *[b"X-" + b"a" * 4000 + b": b\r\n"] * 4096],
        [GET, b"X-A: ", *[b"a" * 65536] * 256],
        [b"GET /", *[b"a" * 65536] * 256],
        [b"GET /health HTTP/1.1\r\n", *[b"\r\n" * 32768] * 256],
        [POST, b"Transfer-Encoding: chunked\r\n\r\n2;", *[b"x" * 65536] * 256],
        [POST, b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", *[b"A: b\r\n" * 8192] * 256],
    ],
    ids=["headers", "a header", "the address", "lines", "a chunk's extension", "trailers"],
)
async def test_a_head_that_does_not_end_is_cut_off(shared: Service, parts: list[bytes]) -> None:
    """Of 16 MiB and more the sockets between take a few: the rest finds the connection closed."""
    answer, whole = await exchange(shared, *parts)
    assert not whole
    assert all(status < 500 for status in statuses(answer))
    assert (await shared.client.get("/health")).status_code == 200


async def test_a_head_at_the_limit_is_read(shared: Service) -> None:
    """Just under it, and with a large body behind it; one that goes on is a 431 of one shape."""
    for size, status in ((HEAD_BYTES - 1000, 200), (HEAD_BYTES * 16, 431)):
        head = GET + CLOSE + b"X-A: " + b"a" * size + b"\r\n\r\n"
        answer, _ = await exchange(shared, head)
        assert statuses(answer) == [status]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "headers_too_large"
    body = json.dumps({"message": "word " * 50_000}).encode()
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    answer, _ = await exchange(shared, POST + length + body)
    assert statuses(answer) == [400]  # too long for the model, not for the head


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_without_end_takes_no_memory(shared: Service, announced: bool) -> None:
    """64 MiB are sent, announced or in chunks; what is read of it is the limit and little more."""
    piece = b" " * 65536

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1024):
            yield piece

    headers = {"Content-Type": "application/json"}
    if announced:
        headers["Content-Length"] = str(64 * MIB)
    process = psutil.Process()
    before = process.memory_info().rss
    try:
        answer = await shared.client.post("/v1/chat", content=endless(), headers=headers)
        assert answer.status_code == 413
    except OSError:  # cut off before it could read the answer
        pass
    assert process.memory_info().rss - before < 16 * MIB


IDS = [
    "' OR '1'='1",
    "'; DROP TABLE slots; --",
    "1 UNION SELECT text FROM slots",
    "../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "a\0b",
    "%",
    "_",
    "\ufeff",
    "\u202e",
    "🦛",
    "x" * 128,
    "x" * 129,
    "{memory_id}",
    "${jndi:ldap://localhost/a}",
]


async def test_no_id_reaches_anything(service_on_each: Service) -> None:
    """In every place of every path that takes one: absent, or refused, and nothing is gone."""
    service = service_on_each
    await service.say("My dog is called Biscuit")
    document = (await service.client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method in methods if "{" in path else ():
            begin, _, rest = path.partition("{")
            body = b'{"text": "x", "title": "x"}' if method in ("post", "patch", "put") else None
            for name in IDS:
                address = begin + quote(name, safe="") + rest.partition("}")[2]
                answer = await service.client.request(
                    method, address, content=body, headers={"Content-Type": "application/json"}
                )
                assert 400 <= answer.status_code < 500, (method, address)
                assert "Biscuit" not in answer.text
                assert "passwd" not in answer.text
    kept = (await service.client.get("/v1/memories")).json()["results"]
    assert [memory["memory"] for memory in kept][-1] == "My dog is called Biscuit"


async def test_users_who_look_alike_are_not_one(service_on_each: Service) -> None:
    """Composed or decomposed, Latin or Cyrillic, in small letters or not: each has a memory."""
    service = service_on_each
    composed = "Zoë"
    names = [
        composed,
        unicodedata.normalize("NFD", composed),
        "zoë",
        "Zoё",
        "Zoë ",
        "Ｚoë",
        "Zoë'--",
        "Zo%C3%AB",
    ]
    assert len(set(names)) == len(names)
    for number, name in enumerate(names):
        headers = [(b"X-User-Id", name.encode()), (b"Host", b"localhost")]
        for _ in range(2):
            query = {} if name.strip() == name else {"user": name}
            added = await service.client.post(
                "/v1/memories",
                json={"text": f"I am number {number}"},
                params=query,
                headers=[] if query else headers,
            )
            assert added.status_code == 201, added.text
    for number, name in enumerate(names):
        found = await service.client.get("/v1/memories", params={"user": name})
        texts = [memory["memory"] for memory in found.json()["results"]]
        assert texts == [f"I am number {number}"] * 2


async def test_nothing_of_an_address_becomes_a_file(shared: Service) -> None:
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/docs/../../etc/passwd"):
        request = f"GET {path} HTTP/1.1\r\n".encode() + HOST + CLOSE + b"\r\n"
        answer, _ = await exchange(shared, request)
        assert statuses(answer) == [404]
        assert b"root:" not in answer
