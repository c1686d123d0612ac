"""Requests of chat completions, as clients send them."""

from typing import Any

import httpx
from support.service import Service

from app.api.dialects import ignored

HELLO = {"role": "user", "content": "hello"}


def said(content: Any, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


async def complete(service: Service, *messages: Any, **more: Any) -> httpx.Response:
    """Of these messages, or of a greeting."""
    body = {"model": "fake", "messages": list(messages) or [HELLO], **more}
    return await service.client.post("/v1/chat/completions", json=body)


async def memory_of(service: Service, *messages: Any, **more: Any) -> dict[str, Any]:
    """What a completion reports of the memory. It must succeed, and its header agree."""
    answer = await complete(service, *messages, **more)
    assert answer.status_code == 200, answer.text
    memory: dict[str, Any] = answer.json()["memory"]
    assert answer.headers.get(ignored.HEADER, "") == ", ".join(memory["ignored"])
    return memory


def prompt_of(service: Service) -> list[tuple[str, str]]:
    """The last prompt after its system message."""
    return [(message.role, message.content) for message in service.language.prompts[-1]][1:]
