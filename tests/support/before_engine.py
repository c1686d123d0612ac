"""The service before an engine elsewhere, and the engine's answers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from support.networks.fake_openai_server import (
    Engine,
    Script,
    chunk,
    engine,
    events,
    models,
    response,
)
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


def deltas(*given: dict[str, Any], reason: str = "stop") -> Script:
    """A stream of these deltas, with its finish reason and usage."""
    told = [json.dumps({"choices": [{"index": 0, "delta": each}]}) for each in given]
    usage = json.dumps({"choices": [], "usage": USED})
    return events(*told, chunk(reason=reason), usage, "[DONE]")


def call_part(arguments: str, index: int = 0, **first: Any) -> dict[str, Any]:
    """Part of a call in a stream. The first has ``id`` and ``name``."""
    name = {"name": first.pop("name")} if "name" in first else {}
    function = {**name, "arguments": arguments}
    return {"tool_calls": [{"index": index, "function": function, **first}]}


THOUGHT = {"reasoning_content": "Hm."}
CALLS = (
    THOUGHT,
    {"content": "Let me "},
    {"content": "look."},
    call_part("", id="c1", name="weather"),
    call_part('{"city": '),
    call_part('"Ulm"}'),
    call_part('{"city": "Bonn"}', 1, id="c2", name="weather"),
)
"""An answer with a thought, a text and two calls."""


def calling(*, stream: bool) -> Script:
    """``CALLS``, as a stream or whole."""
    if stream:
        return deltas(*CALLS, reason="tool_calls")
    named = [("c1", '{"city": "Ulm"}'), ("c2", '{"city": "Bonn"}')]
    calls = [
        {"id": id_, "type": "function", "function": {"name": "weather", "arguments": arguments}}
        for id_, arguments in named
    ]
    message = assistant("Let me look.", tool_calls=calls, reasoning_content="Hm.")
    return whole(message, "tool_calls")


def saying(text: str, *, stream: bool) -> Script:
    """An answer of a text."""
    return deltas({"content": text}) if stream else whole(text)
