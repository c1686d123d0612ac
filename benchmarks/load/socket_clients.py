"""Many chat clients on plain sockets, which cost little processor time."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

ARRIVAL_SECONDS = 1.0
"""Time within which all clients arrive."""


@dataclass
class CrowdResults:
    """Counts of streams, events and refusals by status.

    ``rejections`` are seconds from a request to its refusal; ``later`` has only those after all
    clients had arrived.
    """

    streams: int = 0
    events: int = 0
    broken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    rejections: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)


async def crowd(port: int, clients: int, seconds: float, seed: int) -> CrowdResults:
    """Run ``clients`` clients for ``seconds``. A refused client waits for Retry-After or longer."""
    results, end = CrowdResults(), time.monotonic() + seconds
    rng = random.Random(seed)
    starts = [ARRIVAL_SECONDS * rng.random() for _ in range(clients)]
    await asyncio.gather(*(_client(port, i, starts[i], end, results) for i in range(clients)))
    return results


async def _client(port: int, number: int, wait: float, end: float, results: CrowdResults) -> None:
    rng = random.Random(number)
    await asyncio.sleep(wait)
    while time.monotonic() < end:
        try:
            retry_after = await asyncio.wait_for(_chat(port, number, results), 120)
        except (OSError, EOFError, TimeoutError):
            results.broken += 1
            retry_after = 1.0
        await asyncio.sleep(min(retry_after * (1 + rng.random()), max(0.0, end - time.monotonic())))


async def _chat(port: int, number: int, results: CrowdResults) -> float:
    """Send one request on a new connection. Returns the seconds until the next."""
    body = json.dumps({"message": f"hello from {number}", "stream": True}).encode()
    head = (
        "POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-User-Id: user-{number}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        start = time.perf_counter()
        writer.write(head.encode() + body)
        response = await reader.readuntil(b"\r\n\r\n")
        status = response.split(b" ", 2)[1].decode()
        if status != "200":
            results.rejections.append(time.perf_counter() - start)
            if time.monotonic() - results.started > ARRIVAL_SECONDS + 0.5:
                results.later.append(results.rejections[-1])
            results.refused[status] += 1
            [header] = [line for line in response.lower().split(b"\r\n") if b"retry-after" in line]
            return float(header.partition(b":")[2])
        last = b""
        while chunk := await reader.read(65536):
            results.events += chunk.count(b"event: delta")
            last = (last + chunk)[-65536:]
        if b"event: done" in last:
            results.streams += 1
        else:
            results.broken += 1
        return 0.0
    finally:
        writer.close()
