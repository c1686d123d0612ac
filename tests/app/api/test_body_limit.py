"""How much of all bodies is held at once, and that one client cannot use it up."""

import asyncio
from contextlib import suppress

import pytest
from fastapi import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from app.api.middleware import body_limit
from app.api.middleware.body_limit import BodyLimit

pytestmark = pytest.mark.asyncio

PIECE = 100


class Upload:
    """A request whose body comes a piece at a time, when it is told to, and stays at work."""

    def __init__(self, limit: BodyLimit, address: str, path: str = "/v1/chat") -> None:
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        scope: Scope = {
            "type": "http", "method": "POST", "path": path, "headers": [], "client": (address, 1),
        }  # fmt: skip
        self.task = asyncio.create_task(limit(scope, self._pieces.get, _ignored))

    async def send(self, size: int) -> None:
        """Raises HTTPException where it is refused."""
        message = {"type": "http.request", "body": b"x" * size, "more_body": True}
        self._pieces.put_nowait(message)
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        if self.task.done():
            self.task.result()

    async def end(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


async def _ignored(message: Message) -> None:
    pass


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    await Request(scope, receive).body()


async def streams(scope: Scope, receive: Receive, send: Send) -> None:
    async for _ in Request(scope, receive).stream():
        pass


async def test_one_client_holds_no_more_than_is_free_for_others() -> None:
    limit = BodyLimit(reads_all, 10_000, {}, most_held=10 * PIECE)
    greedy = [Upload(limit, "10.0.0.1") for _ in range(6)]
    for upload in greedy[:5]:
        await upload.send(PIECE)
    with pytest.raises(HTTPException) as refused:
        await greedy[5].send(PIECE)
    assert refused.value.status_code == 503
    modest = Upload(limit, "10.0.0.2")
    await modest.send(PIECE)
    for upload in [*greedy[:5], modest]:
        await upload.end()
    again = Upload(limit, "10.0.0.1")
    await again.send(5 * PIECE)
    await again.end()


async def test_a_stream_is_not_held() -> None:
    limit = BodyLimit(streams, 10_000, {}, streamed=("/import",), most_held=PIECE)
    upload = Upload(limit, "10.0.0.1", "/import")
    for _ in range(10):
        await upload.send(PIECE)
    await upload.end()


async def test_what_was_sent_fast_buys_no_time_to_be_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(body_limit, "SECONDS", 0.2)
    limit = BodyLimit(streams, 10**9, {}, streamed=("/import",))
    upload = Upload(limit, "10.0.0.1", "/import")
    await upload.send(10**8)
    with pytest.raises(HTTPException) as refused:
        await asyncio.wait_for(upload.task, 10)
    assert refused.value.status_code == 408
