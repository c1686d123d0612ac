"""Bad input: always a 4xx of one shape, never a 500, never an echo."""

import json
from typing import Any

import pytest
from support.error_shape import check_shape
from support.service import Service, running

from app import errors
from app.errors import ERROR_KINDS, ServiceError, error_kind
from app.settings import Settings
from memory.errors import MemoryFault
from models.language.base import LanguageModelError

DEEP = b"[" * 100_000
BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not json": b"{",
    "bad utf-8": b'{"message": "\xff\xfe"}',
    "truncated utf-8": b'{"message": "\xe4\xbd"}',
    "lone surrogate": b'{"message": "\\ud800"}',
    "lone low surrogate": b'{"message": "a\\udc00b"}',
    "NUL": b'{"message": "a\\u0000b"}',
    "raw NUL": b'{"message": "a\x00b"}',
    "NaN": b'{"message": "hello", "temperature": NaN}',
    "Infinity": b'{"message": "hello", "temperature": Infinity}',
    "-Infinity": b'{"message": "hello", "top_p": -Infinity}',
    "overflowing float": b'{"message": "hello", "temperature": 1e999}',
    "NaN for text": b'{"message": NaN}',
    "depth 100k": DEEP,
    "deep object": b'{"message":' * 50_000,
    "5,000 digits": b'{"message": "hello", "max_tokens": ' + b"9" * 5000 + b"}",
    "seed too large": b'{"message": "hello", "seed": ' + b"9" * 40 + b"}",
    "null": b"null",
    "an array": b"[]",
    "a string": b'"hello"',
    "missing message": b"{}",
    "message of a wrong type": b'{"message": {"a": 1}}',
    "empty message": b'{"message": ""}',
    "blank message": b'{"message": " \\n\\t "}',
    "unknown field": b'{"message": "hello", "massage": 1}',
    "unknown field of a megabyte": b'{"message": "hello", "' + b"x" * 1_000_000 + b'": 1}',
    "unknown field with a surrogate": b'{"message": "hello", "\\ud800": 1}',
    "unknown option": b'{"message": "hello", "memory": {"reed": false}}',
    "negative budget": b'{"message": "hello", "memory": {"budget_tokens": -1}}',
    "temperature out of range": b'{"message": "hello", "temperature": 3}',
    "top_p 0": b'{"message": "hello", "top_p": 0}',
    "max_tokens 0": b'{"message": "hello", "max_tokens": 0}',
    "stop with an empty text": b'{"message": "hello", "stop": [""]}',
    "five stops": b'{"message": "hello", "stop": ["a","b","c","d","e"]}',
    "user with a line break": b'{"message": "hello", "user": "a\\nb"}',
    "user too long": b'{"message": "hello", "user": "' + b"u" * 129 + b'"}',
    "conversation id too long": b'{"message": "hello", "conversation_id": "' + b"c" * 129 + b'"}',
    "unknown conversation": b'{"message": "hello", "conversation_id": "nope"}',
}
CHAT = b'"model": "fake", "messages": [{"role": "user", "content": "hello"}]'
BAD_COMPLETIONS: dict[str, bytes] = {
    "n=true": b"{" + CHAT + b', "n": true}',
    "n=NaN": b"{" + CHAT + b', "n": NaN}',
    "tools": b"{" + CHAT + b', "tools": [{"type": "function"}], "tool_choice": "required"}',
    "surrogate in an unused field": b"{" + CHAT + b', "tools": ["\\ud800"]}',
    "surrogate in metadata": b"{" + CHAT + b', "metadata": {"\\ud800": "x"}}',
    "a tool by name": b"{" + CHAT + b', "tool_choice": {"type": "function"}}',
    "temperature as text": b"{" + CHAT + b', "temperature": "hot"}',
    "temperature of 400 digits": b"{" + CHAT + b', "temperature": ' + b"9" * 400 + b"}",
    "stop of numbers": b"{" + CHAT + b', "stop": [1]}',
    "tools as text": b"{" + CHAT + b', "tools": "all"}',
    "misspelt memory option": b"{" + CHAT + b', "memory": {"wriet": false}}',
    "user too long": b"{" + CHAT + b', "user": "' + b"u" * 129 + b'"}',
    "no messages": b'{"model": "fake", "messages": []}',
    "no model": b'{"messages": [{"role": "user", "content": "hello"}]}',
    "another model": b'{"model": "gpt", "messages": [{"role": "user", "content": "hello"}]}',
    "assistant last": b'{"model": "fake", "messages": [{"role": "assistant", "content": "a"}]}',
    "unknown role": b'{"model": "fake", "messages": [{"role": "critic", "content": "a"}]}',
    "only a tool's result": b'{"model": "fake", "messages": [{"role": "tool", "content": "a"}]}',
    "only an image": b'{"model": "fake", "messages": [{"role": "user", "content": '
    b'[{"type": "image_url", "image_url": {"url": "x"}}]}]}',
    "a part that is a number": b'{"model": "fake", "messages": [{"role": "user", "content": [1]}]}',
    "a part without its text": b'{"model": "fake", "messages": [{"role": "user", "content": '
    b'[{"type": "text", "text": {"value": "a"}}]}]}',
    "surrogate in a part": b'{"model": "fake", "messages": [{"role": "user", "content": '
    b'[{"type": "text", "text": "\\ud800"}]}]}',
}


async def refuse(service: Service, method: str, path: str, content: bytes, **headers: str) -> int:
    response = await service.client.request(
        method, path, content=content, headers={"Content-Type": "application/json", **headers}
    )
    assert 400 <= response.status_code < 500, (response.status_code, response.text[:300])
    assert len(response.content) < 1000
    check_shape(response.json(), response.headers["X-Request-ID"])
    return response.status_code


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_chat_body_is_refused_and_stores_nothing(
    service_on_each: Service, name: str
) -> None:
    status = await refuse(service_on_each, "POST", "/v1/chat", BAD_BODIES[name])
    assert status == (404 if name == "unknown conversation" else 400)
    assert (await service_on_each.client.get("/v1/memories")).json()["results"] == []
    assert service_on_each.language.prompts == []


@pytest.mark.parametrize("name", BAD_COMPLETIONS)
async def test_a_bad_completion_is_refused(service: Service, name: str) -> None:
    await refuse(service, "POST", "/v1/chat/completions", BAD_COMPLETIONS[name])
    assert service.language.prompts == []


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_every_other_body_is_as_strict(service: Service, name: str) -> None:
    """The same corpus, with its text where each route wants one."""
    memory = await service.client.post("/v1/memories", json={"text": "x"})
    for method, path, field in (
        ("POST", "/v1/memories", b"text"),
        ("PATCH", f"/v1/memories/{memory.json()['id']}", b"text"),
        ("POST", "/v1/memories/search", b"query"),
        ("PATCH", "/v1/conversations/nope", b"title"),
        ("POST", "/v1/chat/completions", b"messages"),
    ):
        if name == "unknown conversation" and field == b"query":
            continue  # nothing is found in it, and that is no mistake
        await refuse(service, method, path, BAD_BODIES[name].replace(b"message", field, 1))


@pytest.mark.parametrize("size", [1_048_577, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_refused(service: Service, size: int, chunked: bool) -> None:
    async def parts() -> Any:
        for start in range(0, size, 65536):
            yield b"x" * min(65536, size - start)

    response = await service.client.post(
        "/v1/chat",
        content=parts() if chunked else b"x" * size,
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"
    check_shape(response.json(), response.headers["X-Request-ID"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/chat", 405),
        ("GET", "/v1/memories/nope", 404),
        ("GET", "/v1/memories/..%2F..%2Fetc%2Fpasswd", 404),
        ("GET", "/v1/memories/' OR 1=1 --", 404),
        ("GET", "/v1/memories/%00", 400),
        ("GET", "/v1/memories/%ED%A0%80", 404),
        ("DELETE", "/v1/memories/nope", 404),
        ("GET", "/v1/readings/nope", 404),
        ("GET", "/v1/replies/nope", 404),
        ("GET", "/v1/conversations/nope", 404),
        ("GET", "/v1/conversations/nope/turns", 404),
        ("DELETE", "/v1/conversations/nope", 404),
        ("GET", "/v1/models/nope", 404),
        ("GET", "/v1/memories?limit=0", 400),
        ("GET", "/v1/memories?limit=9999999", 400),
        ("GET", "/v1/memories?before=" + "9" * 40, 400),
        ("GET", "/v1/memories?kind=dream", 400),
        ("GET", "/v1/memories?user=" + "u" * 200, 400),
        ("GET", "/v1/conversations?offset=-1", 400),
    ],
)
async def test_bad_addresses(service_on_each: Service, method: str, path: str, status: int) -> None:
    assert await refuse(service_on_each, method, path, b"") == status


@pytest.mark.parametrize("name", [b"\xff\xfe", b"u" * 200, b"a\tb"])
async def test_bad_user_headers(service: Service, name: bytes) -> None:
    headers = [(b"X-User-Id", name), (b"Host", b"localhost")]
    response = await service.client.get("/v1/memories", headers=headers)
    assert response.status_code == 400
    check_shape(response.json(), response.headers["X-Request-ID"])


async def test_the_request_id_is_taken_and_given_back(service: Service) -> None:
    mine = "3f0c5cd2b5f14ac8a1d4a0f5b0f7f9a1"
    response = await service.client.get("/v1/memories/nope", headers={"X-Request-ID": mine})
    assert response.headers["X-Request-ID"] == mine
    forged = await service.client.get("/health", headers={"X-Request-ID": "<script>"})
    assert forged.headers["X-Request-ID"] != "<script>"


async def test_a_fault_of_ours_is_a_500_of_the_same_shape_that_tells_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(service.app.state.services.memories, "get", fault)
    response = await service.client.get("/v1/memories/x")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    check_shape(response.json(), response.headers["X-Request-ID"])


async def test_a_database_that_another_program_holds_is_a_503(settings: Settings) -> None:
    async with running(settings) as service:
        writer = service.app.state.services.database
        writer.engine.dispose()
        locked = writer.url.database
        import sqlite3

        holder = sqlite3.connect(locked, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        writer.engine.url  # noqa: B018 - the next request opens a new connection
        response = await service.client.post("/v1/memories", json={"text": "x"})
        holder.close()
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "database_busy"
        assert response.headers["Retry-After"]
        assert (await service.client.post("/v1/memories", json={"text": "x"})).status_code == 201


def subclasses(cls: type[Exception]) -> list[type[Exception]]:
    return [each for child in cls.__subclasses__() for each in (child, *subclasses(child))]


@pytest.mark.parametrize("root", [ServiceError, MemoryFault, LanguageModelError])
def test_every_error_that_is_raised_on_purpose_has_an_error_kind(root: type[Exception]) -> None:
    leaves = [cls for cls in subclasses(root) if not cls.__subclasses__()]
    assert leaves
    for cls in leaves:
        assert cls in ERROR_KINDS, f"{cls.__name__} would be a 500"


def test_codes_are_told_apart() -> None:
    codes = [kind.code for kind in ERROR_KINDS.values()]
    assert len(set(codes)) == len(codes) - 1, "only the two faults of a database share a code"


def test_an_unknown_error_is_a_500() -> None:
    assert error_kind(ValueError()).status == 500
    assert json.dumps(errors.error_body(ValueError("x" * 10_000)))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_times_at_the_ends_of_the_calendar_are_refused(service: Service, moment: str) -> None:
    response = await service.client.post("/v1/memories", json={"text": "x", "created_at": moment})
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "created_at: must be a time that exists in UTC"


@pytest.mark.parametrize("body", [b"\xff\xfe\xfd", b"[" * 100_000, b"9" * 5_000])
async def test_bytes_that_are_no_json_are_called_so(service: Service, body: bytes) -> None:
    response = await service.client.post(
        "/v1/chat", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("invalid_json", "invalid_value")


@pytest.mark.parametrize("kind", [None, "text/plain"])
async def test_json_that_is_not_called_so_is_told_what_it_lacks(
    service: Service, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    response = await service.client.post("/v1/chat", content=b'{"message": "hi"}', headers=headers)
    assert response.status_code == 400
    assert "Content-Type: application/json" in response.json()["error"]["message"]


async def test_the_openapi_document_tells_the_shape_of_errors(service: Service) -> None:
    document = (await service.client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            schema = operation["responses"]["4XX"]["content"]["application/json"]["schema"]
            name = "OllamaErrorOut" if path.startswith("/api/") else "ErrorOut"
            assert schema["$ref"].endswith(f"/{name}"), (method, path)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/memories", "GET, HEAD, POST, DELETE"),
        ("/v1/memories/search", "POST"),
        ("/v1/memories/id", "GET, HEAD, PATCH, DELETE"),
        ("/health", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_allowed_is_told_which_are(
    service: Service, path: str, allowed: str
) -> None:
    response = await service.client.put(path)
    assert response.status_code == 405
    assert response.headers["Allow"] == allowed
