"""A crowd of clients on plain sockets: cheap enough that the service is what is measured."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field

ARRIVAL_SECONDS = 1.0
"""In which all clients come."""


@dataclass
class Heard:
    """What the crowd met with.

    ``rejections`` are seconds from a request to its refusal; ``later`` those of them after all had
    come, and the places had been taken.
    """

    streams: int = 0
    events: int = 0
    broken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    rejections: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)


async def crowd(port: int, clients: int, seconds: float, seed: int) -> Heard:
    """So many clients chat for so long. Who is refused waits as it is told to, and a bit."""
    heard, end = Heard(), time.monotonic() + seconds
    dice = random.Random(seed)
    starts = [ARRIVAL_SECONDS * dice.random() for _ in range(clients)]
    await asyncio.gather(*(_client(port, i, starts[i], end, heard) for i in range(clients)))
    return heard


async def _client(port: int, number: int, wait: float, end: float, heard: Heard) -> None:
    dice = random.Random(number)
    await asyncio.sleep(wait)
    while time.monotonic() < end:
        try:
            again = await asyncio.wait_for(_chat(port, number, heard), 120)
        except (OSError, EOFError, TimeoutError):
            heard.broken += 1
            again = 1.0
        await asyncio.sleep(min(again * (1 + dice.random()), max(0.0, end - time.monotonic())))


async def _chat(port: int, number: int, heard: Heard) -> float:
    """One request on a connection of its own. Returns the seconds until the next."""
    body = json.dumps({"message": f"hello from {number}", "stream": True}).encode()
    head = (
        "POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-User-Id: user-{number}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status = answer.split(b" ", 2)[1].decode()
        if status != "200":
            heard.rejections.append(time.perf_counter() - began)
            if time.monotonic() - heard.begun > ARRIVAL_SECONDS + 0.5:
                heard.later.append(heard.rejections[-1])
            heard.refused[status] += 1
            [after] = [line for line in answer.lower().split(b"\r\n") if b"retry-after" in line]
            return float(after.partition(b":")[2])
        last = b""
        while chunk := await reader.read(65536):
            heard.events += chunk.count(b"event: delta")
            last = (last + chunk)[-65536:]
        if b"event: done" in last:
            heard.streams += 1
        else:
            heard.broken += 1
        return 0.0
    finally:
        writer.close()
