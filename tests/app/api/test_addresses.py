"""Addresses that differ by what means nothing, methods that every address has, and HTTP/1.0."""

import asyncio
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from page.actions import DOG, say
from page.browser import Watched
from playwright.async_api import Response
from support.error_shape import code_of
from support.service import Service, running

from app.api.middleware.addresses import route_path, without_empty
from app.settings import Settings

TEXT_FILE = {"Content-Type": "text/plain", "Content-Disposition": "attachment; filename=a.txt"}
CHAT = {"model": "fake", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/v1/models/", "/v1/models"),
        ("//v1//models///", "/v1/models"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/v1", "/v1/v1"),
        ("/chat/completions", "/v1/chat/completions"),
        ("/models/a/b", "/v1/models/a/b"),
        ("/modelsx", "/modelsx"),
        ("/web/", "/web/"),
        ("/web/main.js/", "/web/main.js"),
        ("/mem0/v1/ping/", "/mem0/v1/ping"),
    ],
)
def test_each_address_is_that_of_a_route(asked: str, meant: str) -> None:
    assert route_path(asked) == meant


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        (b"", b""),
        (b"since=", b""),
        (b"since=&limit=2&until=", b"limit=2"),
        (b"everything", b"everything"),
        (b"a=b=", b""),
        (b"a=%20", b"a=%20"),
    ],
)
def test_parameters_without_a_value_are_absent(query: bytes, kept: bytes) -> None:
    assert without_empty(query) == kept


@pytest.mark.parametrize(
    "path",
    [
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions/",
        "/v1/v1/chat/completions",
        "/chat/completions",
    ],
)
async def test_a_body_is_not_lost_to_a_redirect(service: Service, path: str) -> None:
    answer = await service.client.post(f"{service.url}{path}", json=CHAT)
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"]


async def test_large_bodies_have_the_limit_of_their_route(settings: Settings) -> None:
    small = settings.model_copy(update={"max_body_bytes": 2000})
    async with running(small) as service:
        for path in ("/v1/documents/", "//v1/documents"):
            answer = await service.client.post(
                f"{service.url}{path}",
                content=b"A line of a document.\n" * 200 + path.encode(),
                headers=TEXT_FILE,
            )
            assert answer.status_code == 201, answer.text
        answer = await service.client.post("/v1//chat", json={"message": "x" * 3000})
        assert code_of(answer) == (413, "body_too_large")


async def test_the_list_of_models_has_no_slash_of_its_own(service: Service) -> None:
    for path in ("/v1/models", "/v1/models/", "//v1/models", "/models"):
        answer = await service.client.get(f"{service.url}{path}")
        assert answer.json()["object"] == "list", path


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/memories", "/v1/status", "/health", "/docs"])
async def test_every_address_that_can_be_read_has_head_and_options(
    service: Service, method: str, path: str
) -> None:
    answer = await service.client.request(method, path)
    assert answer.content == b""
    if method == "OPTIONS":
        assert answer.status_code == 204
        assert "GET, HEAD" in answer.headers["allow"]
    else:
        whole = await service.client.get(path)
        assert answer.status_code == whole.status_code == 200
        assert answer.headers["content-type"] == whole.headers["content-type"]


async def test_head_and_options_do_nothing_where_nothing_can_be_read(service: Service) -> None:
    assert (await service.client.head("/v1/chat")).status_code == 405
    assert (await service.client.head("/v1/memories/none")).status_code == 404
    assert (await service.client.options("/v1/chat")).headers["allow"] == "POST"
    assert code_of(await service.client.options("/nowhere")) == (404, "not_found")
    assert service.language.prompts == []


def read_to_the_end(service: Service, sent: bytes) -> tuple[list[str], bytes]:
    """The lines of the head, in small letters, and the bytes until the connection is closed."""
    address = ("127.0.0.1", int(service.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode().lower().split("\r\n"), body


async def test_a_stream_for_http_1_0_has_no_chunks(service: Service) -> None:
    await service.say("My dog is called Biscuit.")
    body = json.dumps({"message": "hi", "stream": True}).encode()
    posted = (
        b"POST /v1/chat HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    read = b"GET /v1/memories/export HTTP/1.0\r\nHost: localhost\r\n\r\n"
    known = b"GET /v1/models HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
    answers = {
        sent: await asyncio.to_thread(read_to_the_end, service, sent)
        for sent in (posted, read, known)
    }
    for head, _ in answers.values():
        assert head[0].split()[1] == "200"
        assert [line for line in head if line.startswith("connection:")] == ["connection: close"]
        assert not any(line.startswith("transfer-encoding") for line in head)
    assert answers[posted][1].startswith(b"event: reply")
    assert b"event: done" in answers[posted][1]
    lines = answers[read][1].decode().splitlines()
    assert [json.loads(line) for line in lines]
    assert json.loads(answers[known][1])["object"] == "list"


async def test_a_stream_has_one_connection_header_at_most(service: Service) -> None:
    answer = await service.client.post("/v1/chat", json={"message": "hi", "stream": True})
    assert "connection" not in answer.headers


@pytest.mark.parametrize("removed", [True, False], ids=["a proxy removes it", "it is left"])
async def test_page_and_documentation_work_under_a_prefix(
    settings: Settings, watched: Watched, removed: bool
) -> None:
    """In a browser: every address that it asks for begins with the prefix."""
    asked, failed = [], []

    def note(response: Response) -> None:
        if response.status >= 400:
            failed.append(response.url)

    async with running(settings.model_copy(update={"root_path": "/tapehead"})) as service:
        if removed:
            await watched.context.route(
                "**/tapehead/**",
                lambda route: route.continue_(url=route.request.url.replace("/tapehead/", "/", 1)),
            )
        watched.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
        watched.context.on("response", note)
        page = await watched.open(f"{service.url}/tapehead/")
        await say(page, DOG)
        await page.goto(f"{service.url}/tapehead/docs")
        await page.get_by_text("/v1/chat/completions").first.wait_for()
        bare = await service.client.get("/tapehead")
        assert (bare.status_code, bare.headers["location"]) == (308, "/tapehead/")
        await watched.context.unroute_all()
    assert failed == []
    assert "/tapehead/v1/chat" in asked
    assert [path for path in asked if not path.startswith("/tapehead/")] == []


@pytest.mark.parametrize("given", ["tapehead", "/a b", "/../x?", "/" + "a" * 65, "/x'onload="])
def test_a_prefix_is_a_plain_path(given: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a path"):
        Settings(_env_file=None, data_dir=tmp_path, root_path=given)
