"""The service before an engine elsewhere, and the engine's answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from support.networks.fake_openai_server import Engine, Script, engine, models, response
from support.networks.fakes import FakeEmbedder
from support.service import Service, running, turns

from app.model_loading import load_language
from app.settings import Settings

PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
TOOL = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
USED = {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42, "x_seconds": 0.5}


def whole(message: Any, reason: str = "stop", **more: Any) -> Script:
    """A whole answer of the engine."""
    if isinstance(message, str):
        message = {"role": "assistant", "content": message}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    body = {"id": "e1", "object": "chat.completion", "created": 7, "model": "m-1"}
    return response(200, {**body, "choices": [choice], "usage": USED, **more})


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str | None, **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def result(text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "c1", "content": text}


@asynccontextmanager
async def service_before(
    settings: Settings, *completions: Script, listing: Script | None = None, **changes: Any
) -> AsyncIterator[tuple[Service, Engine]]:
    listing = listing or models("m", owned_by="vllm", max_model_len=4096)
    async with engine(*completions, models=listing) as server:
        changed = settings.model_copy(
            update={"engine_url": server.url, "engine_timeout_seconds": 5.0, **changes}
        )
        language: Any = load_language(changed)
        async with running(changed, language, FakeEmbedder()) as service:
            yield service, server


async def kept(service: Service) -> list[tuple[str, str]]:
    """The turns of every conversation, with their roles."""
    conversations = (await service.client.get("/v1/conversations")).json()["results"]
    return [
        (turn["role"], turn["text"])
        for conversation in reversed(conversations)
        for turn in await turns(service, conversation["id"])
    ]
