"""Concurrent HTTP clients of the service, to be run in their own process."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import h11
import httpx
import uvloop

TIMEOUT_SECONDS = 300.0
_WORD = re.compile(rb'"content": ?"[^"]')
_USAGE = re.compile(rb'"completion_tokens": ?(\d+)')


def chat_all(address: str, bodies: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], float]:
    """Send all chat requests at once. Returns the replies and the seconds until the last one.

    Raises RuntimeError for a stream that ended without ``done``.
    """
    return uvloop.run(_chat_all(address, bodies))


async def _chat_all(
    address: str, bodies: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], float]:
    start = time.perf_counter()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        received = await asyncio.gather(*(_chat(address, body) for body in bodies))
    seconds = time.perf_counter() - start
    return [_reply(each) for each in received], seconds


async def _chat(address: str, body: dict[str, Any]) -> tuple[h11.Connection, bytes]:
    """Collect the response and parse it later: the clients share the processor with the service,
    and their work must not count as the service's.
    """
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    content = json.dumps(body | {"stream": True}).encode()
    http = h11.Connection(h11.CLIENT)
    headers = {
        "Host": url.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Connection": "close",
    }
    request = h11.Request(method="POST", target="/v1/chat", headers=[*headers.items()])
    exchanges = (request, h11.Data(content), h11.EndOfMessage())
    writer.write(b"".join(http.send(each) or b"" for each in exchanges))
    received = await reader.read()
    writer.close()
    return http, received


def _reply(response: tuple[h11.Connection, bytes]) -> dict[str, Any]:
    http, received = response
    http.receive_data(received)
    http.receive_data(b"")
    events = list(iter(http.next_event, h11.ConnectionClosed()))
    stream = b"".join(event.data for event in events if isinstance(event, h11.Data))
    last = stream.rstrip().rpartition(b"\n\n")[2].decode()
    name, _, data = last.partition("\n")
    if name != "event: done":
        raise RuntimeError(f"a stream ended without `done`: {last[:200]}")
    reply: dict[str, Any] = json.loads(data.removeprefix("data: "))
    return reply


def stream_all(
    address: str, requests: Sequence[tuple[dict[str, Any], dict[str, str]]]
) -> tuple[list[tuple[float, int]], float]:
    """Send all requests (body, headers) at once to an OpenAI-compatible chat endpoint.

    Returns seconds to the first word and tokens of the answer for each request, and the seconds
    until the last one. Raises RuntimeError for an error status or a stream without usage.
    """
    return asyncio.run(_stream_all(address, requests))


async def _stream_all(
    address: str, requests: Sequence[tuple[dict[str, Any], dict[str, str]]]
) -> tuple[list[tuple[float, int]], float]:
    limits = httpx.Limits(max_connections=len(requests))
    async with httpx.AsyncClient(
        base_url=address, timeout=TIMEOUT_SECONDS, limits=limits
    ) as client:
        start = time.perf_counter()
        exchanges = (_stream(client, body, headers) for body, headers in requests)
        return await asyncio.gather(*exchanges), time.perf_counter() - start


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
