"""Server-sent events: their names, and how a live reply becomes a stream of them.

The names of ``POST /v1/chat``: ``reply`` (its ids), ``memory`` (what was read), ``delta`` (a piece
of the answer), then one of ``done`` (the whole reply: it is durable) and ``error``.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio
from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.chat.live_reply import Done, Failed, LiveReply, MemoriesRead

GRACE_SECONDS = 5.0
"""What replies under way get to finish when the service is stopped; then they are aborted."""

FIRST_SECONDS = 10.0
"""The longest wait for the first of an answer, before headers and pings are sent without it."""

_COMPACT = json.JSONEncoder(separators=(",", ":"))  # made once: there is an event for every token


def event(name: str | None, data: Any) -> ServerSentEvent:
    """One event; ``data`` becomes JSON on one line, text stays as it is."""
    text = data if isinstance(data, str) else _COMPACT.encode(data)
    return ServerSentEvent(text, event=name, sep="\n")


def line(data: Any) -> bytes:
    """``data`` as JSON on one line, for a stream of such lines."""
    return _COMPACT.encode(data).encode() + b"\n"


def respond(
    events: AsyncIterator[ServerSentEvent] | AsyncIterator[bytes],
    reply: LiveReply,
    *,
    stop_when_left: bool,
    headers: Mapping[str, str] | None = None,
    media_type: str = "text/event-stream",
) -> EventSourceResponse:
    """A response that sends the events, and stops the reply when the client leaves before its end.

    Lines of another ``media_type`` are sent as they are, and nothing between them.

    The stream writes nothing to the database and awaits nothing when it is torn down: a cancelled
    ``finally`` would not survive. It says one word to the reply, whose own task does the rest.
    """

    stopping = anyio.Event()  # set by the library when the server is told to stop

    async def stop_in_time() -> None:
        await stopping.wait()
        await asyncio.sleep(GRACE_SECONDS)
        reply.stop()

    async def until_left() -> AsyncIterator[ServerSentEvent | bytes]:
        finished = False
        in_time = asyncio.create_task(stop_in_time())
        try:
            async for each in events:
                yield each
            finished = True
        finally:
            in_time.cancel()
            if stop_when_left and not finished:
                reply.stop()

    return EventSourceResponse(
        until_left(),
        media_type=media_type,
        ping=None if media_type == "text/event-stream" else 0,
        sep="\n",
        headers={"X-Accel-Buffering": "no", **(headers or {})},
        shutdown_event=stopping,
        shutdown_grace_period=GRACE_SECONDS + 2,
    )


async def whole(reply: LiveReply, http: Request, *, stop_when_left: bool) -> Done:
    """Wait for the end of a reply, for a response that does not stream.

    Raises what the reply failed with.
    """
    watch = asyncio.create_task(_stop_when_left(reply, http)) if stop_when_left else None
    try:
        async for _ in reply.events():
            pass
    finally:
        if watch is not None:
            watch.cancel()
    if isinstance(reply.end, Failed):
        raise reply.end.error
    assert reply.end is not None  # noqa: S101 - set before its events end
    return reply.end


async def started(reply: LiveReply, http: Request, *, stop_when_left: bool = True) -> None:
    """Wait for the first of the answer, but not for long: then the stream begins without it.

    Raises what the reply failed with, so that the response can have the status of the error.
    """
    watch = asyncio.create_task(_stop_when_left(reply, http)) if stop_when_left else None
    try:
        async with asyncio.timeout(FIRST_SECONDS):
            async for event in reply.events():
                if isinstance(event, Failed):
                    raise event.error
                if not isinstance(event, MemoriesRead):
                    return
    except TimeoutError:
        return
    finally:
        if watch is not None:
            watch.cancel()


async def _stop_when_left(reply: LiveReply, http: Request) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass
    reply.stop()
