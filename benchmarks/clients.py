"""Clients of the service that all ask at once, in a process of their own."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx
from httpx_sse import aconnect_sse

SECONDS = 120.0


def ask_all(address: str, bodies: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], float]:
    """The replies to all requests, each from its stream, and the seconds until the last ended.

    Raises RuntimeError for a stream that did not end well.
    """
    return asyncio.run(_ask_all(address, bodies))


async def _ask_all(
    address: str, bodies: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], float]:
    limits = httpx.Limits(max_connections=len(bodies))
    async with httpx.AsyncClient(base_url=address, timeout=SECONDS, limits=limits) as client:
        start = time.perf_counter()
        replies = await asyncio.gather(*(_ask(client, body) for body in bodies))
        return replies, time.perf_counter() - start


async def _ask(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    async with aconnect_sse(client, "POST", "/v1/chat", json=body | {"stream": True}) as source:
        source.response.raise_for_status()
        async for event in source.aiter_sse():
            if event.event == "done":
                reply: dict[str, Any] = json.loads(event.data)
                return reply
    raise RuntimeError("a stream ended without `done`")
