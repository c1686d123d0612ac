"""Clients that are slow on purpose: to ask, to send their body, to read what they are told."""

import asyncio
import time

import pytest
from support.eventually import eventually
from support.service import Service

from app.api.middleware import body_limit
from app.server import http_protocol

HEAD = b"POST /v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"message": "hello"}'


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.6)
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 1.0)
    monkeypatch.setattr(body_limit, "SECONDS", 0.6)


async def dribble(service: Service, sent: bytes) -> bytes:
    """Send a byte every tenth of a second until the other side has enough. What it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    answer = asyncio.create_task(reader.read())
    try:
        async with asyncio.timeout(30):
            for byte in sent:
                if answer.done():
                    break
                writer.write(bytes([byte]))
                await asyncio.sleep(0.1)
            return await answer
    except ConnectionError:
        return b""
    finally:
        answer.cancel()
        writer.transport.abort()


async def test_a_head_that_does_not_end_is_not_waited_for(service: Service) -> None:
    """Twenty at once, each a byte at a time; meanwhile others are served."""
    slow = [asyncio.create_task(dribble(service, HEAD * 50)) for _ in range(20)]
    await service.say("hello")
    assert await asyncio.gather(*slow) == [b""] * 20
    await until_closed(service)


async def test_a_connection_that_says_nothing_is_closed(service: Service) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    with pytest.raises((ConnectionError, EOFError)):
        async with asyncio.timeout(30):
            await reader.readexactly(1)
    writer.transport.abort()


async def test_a_dribble_after_an_answer_is_not_waited_for_either(service: Service) -> None:
    """uvicorn's own time-out for idle connections ends with the first byte of the next request."""
    answer = await dribble_after(service, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1


async def dribble_after(service: Service, first: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    writer.write(first)
    heard = await reader.readuntil(b"}")
    try:
        async with asyncio.timeout(30):
            for byte in HEAD * 50:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.1)
    except ConnectionError:
        return heard
    finally:
        writer.transport.abort()
    raise AssertionError("it was waited for")


async def test_a_body_that_dribbles_is_refused(service: Service) -> None:
    head = HEAD + b"Content-Length: 5000\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    writer.write(head)
    answer = asyncio.create_task(reader.readuntil(b'"}}'))
    async with asyncio.timeout(30):
        while not answer.done():
            writer.write(b" ")
            await asyncio.sleep(0.1)
    writer.transport.abort()
    assert answer.result().startswith(b"HTTP/1.1 408")
    assert b"request_timeout" in answer.result()
    assert service.language.prompts == []


async def test_who_is_slow_but_in_time_is_served(service: Service) -> None:
    """And a stream may last much longer than a head may take."""
    service.language.hold = asyncio.Event()
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    for part in (HEAD, f"Content-Length: {len(BODY)}\r\n\r\n".encode(), BODY[:7], BODY[7:]):
        writer.write(part)
        await asyncio.sleep(0.1)
    await eventually(lambda: service.language.prompts)
    await asyncio.sleep(1.5)
    service.language.hold.set()
    async with asyncio.timeout(30):
        assert b"HTTP/1.1 200" in await reader.readuntil(b"\r\n\r\n")
        assert b"Noted" in await reader.readuntil(b"}")
    writer.close()


async def test_a_connection_may_be_idle_between_requests(service: Service) -> None:
    """For longer than a head may take: a proxy keeps its connections for a minute."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    for pause in (1.5, 0):
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(30):
            await reader.readuntil(b'{"status":"ok"}')
        await asyncio.sleep(pause)
    writer.close()


async def test_a_request_that_came_too_early_is_served_in_full(service: Service) -> None:
    """Two requests in one packet: the time for a head does not run while the second is answered."""
    service.language.hold = asyncio.Event()
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    second = HEAD + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + second)
    await eventually(lambda: service.language.prompts)
    await asyncio.sleep(1.5)
    service.language.hold.set()
    async with asyncio.timeout(30):
        await reader.readuntil(b'{"status":"ok"}')
        assert b"HTTP/1.1 200" in await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_who_does_not_read_is_dropped_and_keeps_nobody_waiting(service: Service) -> None:
    """More is said than the kernels hold between them. What the service holds for it is bounded."""
    word = "x" * 65536
    service.language.answer = " ".join([word] * 160)
    reader, writer = await asyncio.open_connection("127.0.0.1", service.client.base_url.port)
    body = b'{"message": "hello", "stream": true, "user": "slow"}'
    writer.write(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    chat = service.app.state.services.chat
    await eventually(lambda: service.language.prompts)
    [connection] = [
        each
        for each in service.server.server_state.connections
        if each.cycle and each.flow and not each.cycle.response_complete
    ]
    service.language.answer = "Noted."
    began = time.monotonic()
    await service.say("hello", user="other")
    most = 0
    async with asyncio.timeout(60):
        while connection in service.server.server_state.connections:
            most = max(most, connection.transport.get_write_buffer_size())
            await asyncio.sleep(0.02)
        took = time.monotonic() - began
        await eventually(lambda: not chat.running)
    assert most > 0, "it was held up"
    assert most < 2**18, "four pieces at most wait in the process"
    assert took > 0.9, "it had its time"
    writer.transport.abort()


async def until_closed(service: Service) -> None:
    """All connections but that of the test's own client are gone."""
    await eventually(lambda: len(service.server.server_state.connections) <= 1, 30)
