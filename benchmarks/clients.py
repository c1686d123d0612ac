"""Clients of the service that all ask at once, in a process of their own."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from typing import Any

import httpx

SECONDS = 300.0
_WORD = re.compile(rb'"content": ?"[^"]')
_USAGE = re.compile(rb'"completion_tokens": ?(\d+)')


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


def stream_all(
    address: str, requests: Sequence[tuple[dict[str, Any], dict[str, str]]]
) -> tuple[list[tuple[float, int]], float]:
    """As above, of OpenAI's chat completions, for any server that has them: for each request, body
    and headers, the seconds to its first word and the tokens of its answer.
    """
    return asyncio.run(_stream_all(address, requests))


async def _stream_all(
    address: str, requests: Sequence[tuple[dict[str, Any], dict[str, str]]]
) -> tuple[list[tuple[float, int]], float]:
    limits = httpx.Limits(max_connections=len(requests))
    async with httpx.AsyncClient(base_url=address, timeout=SECONDS, limits=limits) as client:
        start = time.perf_counter()
        asked = (_stream(client, body, headers) for body, headers in requests)
        return await asyncio.gather(*asked), time.perf_counter() - start


async def _stream(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str]
) -> tuple[float, int]:
    start = time.perf_counter()
    first, received = 0.0, []
    stream = client.stream("POST", "/chat/completions", json=body, headers=headers)
    async with stream as response:
        if response.is_error:  # httpx's own error does not travel between processes
            raise RuntimeError(f"{response.status_code}: {(await response.aread())[:500]!r}")
        async for piece in response.aiter_raw():
            if not first and _WORD.search(piece):
                first = time.perf_counter() - start
            received.append(piece)
    usages = _USAGE.findall(b"".join(received))
    if not usages or not first:
        raise RuntimeError(f"a stream ended without usage: {received[-1:]!r}")
    return first, int(usages[-1])
