"""Exports, ours and ChatGPT's, how they are sent, and the memories that are there after it."""

import json
from typing import Any

import httpx
from support.service import Service

HEADER = {"type": "header", "format": "tapehead-memory", "version": 1}
THEN = "2021-03-04T05:06:07+00:00"


def lines(*content: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in content)


def memory(number: int, **more: Any) -> dict[str, Any]:
    line = {"type": "memory", "id": f"m{number}", "text": f"number {number}", "created_at": THEN}
    return line | more


def chatgpt(number: int, *texts: str, **more: Any) -> dict[str, Any]:
    """A conversation as its export has it: user and assistant in turn."""
    mapping: dict[str, Any] = {"root": {"message": None, "parent": None}}
    parent = "root"
    for place, text in enumerate(texts):
        name = f"n{place}"
        mapping[name] = {
            "parent": parent,
            "message": {
                "id": f"message-{number}-{place}",
                "author": {"role": "assistant" if place % 2 else "user"},
                "create_time": 1_700_000_000.5 + 1000 * number + place,
                "content": {"content_type": "text", "parts": [text]},
            },
        }
        parent = name
    conversation = {
        "id": f"c{number}",
        "title": f"Chat {number}",
        "create_time": 1_700_000_000.5 + 1000 * number,
        "mapping": mapping,
        "current_node": parent,
    }
    return conversation | more


def result(**more: Any) -> dict[str, Any]:
    """The last line of an import that left nothing out."""
    line: dict[str, Any] = {"imported": 0, "kept": 0, "skipped": 0, "reasons": [], "notes": []}
    return line | {"done": True, "whole": True} | more


def read(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def send(service: Service, content: Any, user: str = "local") -> list[dict[str, Any]]:
    return read(
        await service.client.post(
            "/v1/memories/import", content=content, headers={"X-User-Id": user}
        )
    )


async def texts(service: Service) -> list[str]:
    """Of all memories, in their order."""
    found: list[str] = []
    before = ""
    while True:
        page = (await service.client.get(f"/v1/memories?limit=500{before}")).json()
        found += [each["memory"] for each in page["results"]]
        if page["next"] is None:
            return found[::-1]
        before = f"&before={page['next']}"
