"""Every route that takes a body, told so by the OpenAPI document, against bodies that attack it.

A route that is new is in this from its first day: what it takes is read from its schema.
"""

import gzip
import json
from typing import Any

import httpx
import pytest
from support.error_shape import code_of
from support.service import Service

CANARY = "canary-9d41"
DEEP = 100_000
# Bodies that are wrong for every route.
WHOLE: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "half a word": b'{"a": tru',
    "bad UTF-8": b'{"a": "\xff\xfe"}',
    "half a character": b'{"a": "\xe4\xbd"}',
    "an encoded surrogate": b'{"a": "\xed\xa0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "NUL": b"\x00",
    "a number": b"1",
    "5,000 digits": b"9" * 5000,
    "minus zero": b"-0",
    "an overflowing number": b"1e999",
    "NaN": b"NaN",
    "a text": b'"hello"',
    "an array": b"[]",
    "null": b"null",
    "arrays in arrays": b"[" * DEEP,
    "arrays that end": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"a":' * DEEP,
    "objects that end": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "an unknown field": b'{"' + CANARY.encode() * 20 + b'": 1}',
    "gzip": gzip.compress(b'{"a": 1}'),
}
# What stands where a route wants a text; whatever it is, no fault of ours.
VALUES: dict[str, bytes] = {
    "lone surrogate": b'"' + CANARY.encode() + b'\\ud800"',
    "lone low surrogate": b'"' + CANARY.encode() + b'\\udc00"',
    "NUL": b'"' + CANARY.encode() + b'\\u0000"',
    "raw NUL": b'"' + CANARY.encode() + b'\x00"',
    "raw line break": b'"' + CANARY.encode() + b'\n"',
    "bad UTF-8": b'"' + CANARY.encode() + b'\xff"',
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "overflowing": b"-1e999",
    "5,000 digits": b"9" * 5000,
    "true": b"true",
    "an object": b'{"' + CANARY.encode() + b'": 1}',
    "an array": b'["' + CANARY.encode() + b'"]',
    "deep": b"[" * 5000 + b"]" * 5000,
    "a bomb": b'"' + CANARY.encode() * 2_000 + b'"',
}
# The addresses whose unknown fields are ignored and told.
TOLERANT: set[str] = set()
ODD_TYPES: dict[str, dict[str, str]] = {
    "none": {},
    "text": {"Content-Type": "text/plain"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "parts without a boundary": {"Content-Type": "multipart/form-data"},
    "XML": {"Content-Type": "application/xml"},
    "not a type": {"Content-Type": ";;;"},
    "a type of 10,000 characters": {"Content-Type": "a" * 10_000},
    "gzip": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
}


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        *_, name = schema["$ref"].split("/")
        schema = document["components"]["schemas"][name]
    return schema


def example(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """What the document shows of this schema, or the least that it takes."""
    schema = resolve(document, schema)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        named = schema.get("enum", [schema.get("const")])
        return "user" if "user" in named else named[0]
    for either in ("anyOf", "oneOf", "allOf"):
        if either in schema:
            return example(document, schema[either][0])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {name: example(document, schema["properties"][name]) for name in wanted}
        case "array":
            return [example(document, schema["items"])] * schema.get("minItems", 0)
        case "string":
            return "2026-01-01T00:00:00Z" if schema.get("format") == "date-time" else "user"
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return None


def takes_text(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    schema = resolve(document, schema)
    kinds = [schema, *(resolve(document, each) for each in schema.get("anyOf", ()))]
    return any(kind.get("type") == "string" for kind in kinds)


async def operations(service: Service) -> list[tuple[str, str, dict[str, Any], list[str]]]:
    """Method, address, the least body and the fields for text, of every route for a JSON object."""
    document = (await service.client.get("/openapi.json")).json()
    memory = (await service.client.post("/v1/memories", json={"text": "x"})).json()
    found = []
    for path, methods in document["paths"].items():
        address = path.replace("{memory_id}", memory["id"])
        while "{" in address:
            begin, _, rest = address.partition("{")
            address = begin + "nope" + rest.partition("}")[2]
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            if schema is not None and resolve(document, schema).get("type") == "object":
                fields = resolve(document, schema).get("properties", {})
                texts = [name for name, each in fields.items() if takes_text(document, each)]
                found.append((method.upper(), address, example(document, schema), texts))
                if resolve(document, schema).get("additionalProperties") is True:
                    TOLERANT.add(address)
    return sorted(found, key=lambda each: "/keys" in each[1])  # the first key closes the house


def error_of(answer: httpx.Response) -> Any:
    """The error of an answer, in the service's shape or in that of Ollama or Anthropic."""
    body = answer.json()
    if isinstance(body["error"], str):
        assert set(body) == {"error", "type", "param", "code", "request_id"}
        return body
    ours = {"message", "type", "param", "code", "request_id"}
    if body.get("type") == "error":
        ours -= {"request_id"}
        body["error"]["request_id"] = body["request_id"]
    assert set(body["error"]) == ours | {"request_id"}
    return body["error"]


async def refuse(service: Service, where: Any, body: bytes, **headers: str) -> int:
    """Send it; nothing that goes wrong may be our fault, of another shape, or an echo."""
    method, address = where
    answer = await service.client.request(
        method, address, content=body, headers=headers or {"Content-Type": "application/json"}
    )
    assert answer.status_code < 500, (where, body[:100], answer.text[:300])
    assert answer.status_code != 401, "somebody made a key, and nothing is tried any more"
    if answer.status_code >= 400:
        error = error_of(answer)
        assert error["request_id"] == answer.headers["X-Request-ID"]
        assert len(answer.content) < 1000
        # Only the name of a field is told again, and cut short.
        assert CANARY not in answer.text.replace((error["param"] or "") or "\0", "")
    return answer.status_code


async def test_there_are_routes_and_the_least_bodies_are_right(service: Service) -> None:
    """Else everything below would be refused for another reason than it should be."""
    found = await operations(service)
    assert len(found) >= 6
    for method, address, least, texts in found:
        assert texts or address == "/mem0/v1/batch", address
        body = json.dumps(least).replace('"user"', '"fake"', 1 if "model" in least else 0)
        answer = await service.client.request(
            method, address, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 300 or answer.status_code in (404, 409), (address, answer.text)


async def test_no_body_that_is_wrong_as_a_whole(service_on_each: Service) -> None:
    service = service_on_each
    for method, address, _, _ in await operations(service):
        for name, body in WHOLE.items():
            status = await refuse(service, (method, address), body)
            ignored = name == "an unknown field" and address in TOLERANT
            assert status == 400 or ignored, (address, body[:40])


async def test_no_value_in_the_place_of_a_text(service: Service) -> None:
    """Alone, and after a good one of the same name, where the last is the one that counts."""
    for method, address, least, texts in await operations(service):
        for field in texts:
            others = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in least.items() if k != field]
            rest = "".join(f", {each}" for each in others).encode() + b"}"
            name = json.dumps(field).encode()
            for value in VALUES.values():
                bad = name + b": " + value
                status = await refuse(service, (method, address), b"{" + bad + rest)
                both = b"{" + name + b': "good", ' + bad + rest
                assert await refuse(service, (method, address), both) == status, (address, field)


async def test_what_one_database_takes_and_another_not_is_refused(service_on_each: Service) -> None:
    """NUL and halves of characters, also where a good value of the same name overrules them."""
    service = service_on_each
    for method, address, least, texts in await operations(service):
        rest = b", " + json.dumps(least).encode()[1:] if least else b"}"
        for field in texts:
            for value in ("lone surrogate", "lone low surrogate", "NUL"):
                bad = b"{" + json.dumps(field).encode() + b": " + VALUES[value]
                refused = await refuse(service, (method, address), bad + b"}")
                assert refused == 400, (address, field)
                if "/keys" not in address:
                    overruled = await refuse(service, (method, address), bad + rest)
                    assert overruled == 400 or field in least, (address, field)
    stored = await service.client.get("/v1/memories?limit=500")
    assert CANARY not in stored.text


@pytest.mark.parametrize("name", ODD_TYPES)
async def test_no_type_that_is_not_json(service: Service, name: str) -> None:
    for method, address, least, _ in await operations(service):
        body = json.dumps(least).encode()
        if name == "gzip":
            body = gzip.compress(body)
        headers = ODD_TYPES[name] or {"X-Nothing": "1"}
        status = await refuse(service, (method, address), body, **headers)
        assert status in (400, 415), (address, name)


async def test_no_file_that_is_none(service: Service) -> None:
    """Routes for files and streams, each in every type that it takes: an import may take a little
    before it finds the line that is wrong, and then says so in the one shape.
    """
    document = (await service.client.get("/openapi.json")).json()
    tried = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for kind in operation.get("requestBody", {}).get("content", {}):
                if kind != "application/json" or "import" in path:
                    for body in [*WHOLE.values(), *VALUES.values(), b"\n".join(VALUES.values())]:
                        tried += 1
                        await refuse(service, (method, path), body, **{"Content-Type": kind})
    assert tried >= 3 * len(WHOLE)


@pytest.mark.parametrize("chunked", [False, True])
async def test_no_body_over_the_limit(service: Service, chunked: bool) -> None:
    most = service.app.state.services.settings.max_body_bytes

    async def parts() -> Any:
        for _ in range(most // 65536 + 1):
            yield b" " * 65536

    for method, address, _, _ in await operations(service):
        answer = await service.client.request(
            method,
            address,
            content=parts() if chunked else b" " * (most + 1),
            headers={"Content-Type": "application/json"},
        )
        assert code_of(answer) == (413, "body_too_large"), address


async def test_a_bomb_is_not_opened(service: Service) -> None:
    """64 MiB of zeros in a few KiB: nothing here decodes what is sent."""
    bomb = gzip.compress(b"\0" * 2**26)
    assert len(bomb) < 2**17
    for method, address, _, _ in await operations(service):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        assert await refuse(service, (method, address), bomb, **headers) == 400
