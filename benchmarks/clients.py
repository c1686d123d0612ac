"""Clients of the service that all ask at once, in a process of their own."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx

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
    """Takes the bytes as they come and reads only the end: the service shares the processor."""
    async with client.stream("POST", "/v1/chat", json=body | {"stream": True}) as response:
        response.raise_for_status()
        received = b"".join([chunk async for chunk in response.aiter_raw()])
    last = received.rstrip().rpartition(b"\n\n")[2].decode()
    name, _, data = last.partition("\n")
    if name != "event: done":
        raise RuntimeError(f"a stream ended without `done`: {last[:200]}")
    reply: dict[str, Any] = json.loads(data.removeprefix("data: "))
    return reply
