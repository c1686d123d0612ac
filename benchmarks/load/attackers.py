"""Attacking clients: each repeats one kind of expensive request.

They run in their own process at a low priority, so that they take little processor time from the
service. Each client is a user. Requests are bounded in number and time, and go to the loopback.
"""

import asyncio
import io
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import numpy as np
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from memory.db.database import Database
from memory.repositories.memories import Memories
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.tape.indexes.exact_index import units
from models.bundled import bundled_embedder
from models.embedder_names import name_with_digest

DIMENSION = 384
MEMORY_SIZE = 4000
"""Memories of each user in ``WITH_MEMORY``."""
TIMEOUT = 30.0
Request = Callable[[httpx.AsyncClient, random.Random], Awaitable[httpx.Response]]


async def newlines(client: httpx.AsyncClient, rng: random.Random) -> httpx.Response:
    """Search or chat with many line breaks, which can make a regular expression backtrack."""
    text = "\n" * rng.choice((8_000, 200_000, 900_000)) + "x"
    if rng.random() < 0.5:
        return await client.post("/v1/memories/search", json={"query": text})
    return await client.post("/v1/chat", json={"message": text, "max_tokens": 1})


async def tokens(client: httpx.AsyncClient, rng: random.Random) -> httpx.Response:
    """List memories full of web-token prefixes, which redaction scans."""
    if rng.random() < 0.1:
        text = f"my token {rng.random()} " + "-eyJ" * 8_000
        return await client.post("/v1/memories", json={"text": text})
    call = {"name": "list_memories", "arguments": {"limit": 20}}
    return await client.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
        headers={"Accept": "application/json, text/event-stream"},
    )


async def documents(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Upload a text of half a million lines."""
    return await _document(client, b"a\n" * 500_000, "text/plain", "lines.txt")


async def shared_pages(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Upload a PDF of 1,500 pages that share one content stream."""
    return await _document(client, _amplifying_pdf(), "application/pdf", "pages.pdf")


async def past(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Search the memory at a past date, which builds a temporary index."""
    body = {"query": "violin lessons", "as_of": "2030-01-01T00:00:00Z"}
    return await client.post("/v1/memories/search", json=body)


async def imports(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Import 40 MB of empty objects, which take 24 times as much memory once parsed."""
    body = b'[{"mapping":{"a":[' + b"{}," * (40 * 2**20 // 3) + b"{}]}}]"
    return await client.post(
        "/v1/memories/import", content=body, headers={"Content-Type": "application/json"}
    )


async def exports(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Export the whole memory and read it slowly."""
    async with client.stream("GET", "/v1/memories/export") as response:
        async for _ in response.aiter_bytes(65_536):
            await asyncio.sleep(0.2)
    return response


async def idle_streams(client: httpx.AsyncClient, _rng: random.Random) -> httpx.Response:
    """Open an MCP event stream and leave it open."""
    accept = {"Accept": "text/event-stream"}
    async with client.stream("GET", "/mcp", headers=accept) as response:
        if response.status_code == 200:
            await asyncio.sleep(10)
    return response


async def embeddings(client: httpx.AsyncClient, rng: random.Random) -> httpx.Response:
    """Add long texts, which have to be embedded."""
    words = " ".join(str(rng.random()) for _ in range(400))
    return await client.post("/v1/memories", json={"text": words})


async def chats(client: httpx.AsyncClient, rng: random.Random) -> httpx.Response:
    """Request as many replies as one user may have at once."""
    body = {"message": f"hello {rng.random()}", "max_tokens": 100}
    return await client.post("/v1/chat", json=body)


ATTACKS: dict[str, tuple[Request, int]] = {
    "newlines": (newlines, 2),
    "tokens": (tokens, 4),
    "documents": (documents, 1),
    "shared_pages": (shared_pages, 1),
    "past": (past, 10),
    "imports": (imports, 1),
    "exports": (exports, 10),
    "idle_streams": (idle_streams, 50),
    "embeddings": (embeddings, 20),
    "chats": (chats, 16),
}
"""Request and concurrency of each attack."""
WITH_MEMORY = frozenset(("past", "exports"))
"""Attacks whose users start with a long memory."""


def prepare(folder: Path, names: list[str]) -> None:
    """Store the memories of the users in ``WITH_MEMORY``. Call it before the service starts."""
    database = Database(f"sqlite:///{folder / 'tapehead.db'}")
    database.migrate()
    embedder = name_with_digest(bundled_embedder())
    keys = units(np.random.default_rng(0).standard_normal((MEMORY_SIZE, DIMENSION), np.float32))[0]
    memories = [
        NewMemory(
            text=f"In week {number} I practised the violin for {number % 7} hours.",
            kind="fact",
            role="user",
            embedding=StoredEmbedding.of(key, embedder),
        )
        for number, key in enumerate(keys)
    ]
    for number, name in enumerate(names):
        if name in WITH_MEMORY:
            Memories(database, embedder).add(user_of(number), memories)
    database.close()


def user_of(number: int) -> str:
    return f"attacker-{number}"


async def attack(port: int, names: list[str], seconds: float, seed: int) -> Counter[str]:
    """Run one attacker per name for ``seconds``. Returns the number of responses by status."""
    os.nice(5)
    statuses: Counter[str] = Counter()
    end = time.monotonic() + seconds
    async with AsyncExitStack() as clients:
        tasks = []
        for number, name in enumerate(names):
            client = await clients.enter_async_context(_client(port, number))
            for copy in range(ATTACKS[name][1]):
                rng = random.Random(f"{seed}/{number}/{copy}")
                tasks.append(_repeat(client, name, rng, end, statuses))
        await asyncio.gather(*tasks)
    return statuses


async def _repeat(
    client: httpx.AsyncClient, name: str, rng: random.Random, end: float, statuses: Counter[str]
) -> None:
    request, _ = ATTACKS[name]
    while (remaining := end - time.monotonic()) > 0:
        try:
            response = await asyncio.wait_for(request(client, rng), remaining)
            statuses[f"{name} {response.status_code}"] += 1
            if response.status_code >= 400:
                wait = float(response.headers.get("Retry-After", "0.1"))
                await asyncio.sleep(min(wait, max(0.0, end - time.monotonic())))
        except TimeoutError:
            statuses[f"{name} unanswered"] += 1
        except httpx.HTTPError as error:
            statuses[f"{name} {type(error).__name__}"] += 1
            await asyncio.sleep(0.1)


def _client(port: int, number: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"X-User-Id": user_of(number)},
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=None),
        verify=False,
    )


async def _document(
    client: httpx.AsyncClient, content: bytes, kind: str, name: str
) -> httpx.Response:
    headers = {"Content-Type": kind, "Content-Disposition": f"attachment; filename={name}"}
    return await client.post("/v1/documents", content=content, headers=headers)


def _amplifying_pdf() -> bytes:
    writer = PdfWriter()
    stream = DecodedStreamObject()
    lines = " ".join(f"(word{i} and more of it) Tj T*" for i in range(200))
    stream.set_data(f"BT /F1 12 Tf 14 TL {lines} ET".encode())
    content = writer._add_object(stream.flate_encode())
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    for _ in range(1_500):
        page = writer.add_blank_page(width=600, height=800)
        page[NameObject("/Contents")] = content
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
