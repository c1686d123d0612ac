"""Server-sent events: their names, and how a live reply becomes a stream of them.

The names of ``POST /v1/chat``: ``reply`` (its ids), ``memory`` (what was read), ``delta`` (a piece
of the answer), then one of ``done`` (the whole reply: it is durable) and ``error``.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import anyio
from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from app.chat.live_reply import Done, Event, Failed, LiveReply, Remembered, Said
from app.errors import Interrupted

GRACE_SECONDS = 5.0
"""What replies under way get to finish when the service is stopped; then they are aborted."""

_COMPACT = json.JSONEncoder(separators=(",", ":"))  # made once: there is an event for every token


def event(name: str | None, data: Any) -> ServerSentEvent:
    """One event; ``data`` becomes JSON on one line, text stays as it is."""
    text = data if isinstance(data, str) else _COMPACT.encode(data)
    return ServerSentEvent(text, event=name, sep="\n")


def respond(
    events: AsyncIterator[ServerSentEvent], reply: LiveReply, *, stop_when_left: bool
) -> EventSourceResponse:
    """A response that tells the events, and stops the reply when the client leaves before its end.

    The stream writes nothing to the database and awaits nothing when it is torn down: a cancelled
    ``finally`` would not survive. It says one word to the reply, whose own task does the rest.
    """

    stopping = anyio.Event()  # set by the library when the server is told to stop

    async def stop_in_time() -> None:
        await stopping.wait()
        await asyncio.sleep(GRACE_SECONDS)
        reply.stop()

    async def told() -> AsyncIterator[ServerSentEvent]:
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
        told(),
        sep="\n",
        headers={"X-Accel-Buffering": "no"},
        shutdown_event=stopping,
        shutdown_grace_period=GRACE_SECONDS + 2,
    )


@dataclass(slots=True)
class Heard:
    """What was heard of a reply so far."""

    reply: LiveReply
    text: str = ""
    remembered: Remembered | None = None
    ended: Done | None = None

    @property
    def done(self) -> Done:
        """The end of a reply that was heard to its end. Raises Interrupted if it was not."""
        if self.ended is None:
            raise Interrupted
        return self.ended

    def note(self, event: Event) -> None:
        match event:
            case Remembered():
                self.remembered = event
            case Said(text):
                self.text += text
            case Done():
                self.ended = event


async def hear_all(reply: LiveReply, heard: Heard) -> AsyncIterator[Event]:
    """Every event, noted in ``heard`` before it is passed on."""
    async for event in reply.follow():
        heard.note(event)
        yield event


async def hear(reply: LiveReply, http: Request, *, stop_when_left: bool) -> Heard:
    """The whole reply, for a response that does not stream. Raises what the reply failed with."""
    heard = Heard(reply)
    watch = asyncio.create_task(_stop_when_left(reply, http)) if stop_when_left else None
    try:
        async for event in hear_all(reply, heard):
            if isinstance(event, Failed):
                raise event.error
    finally:
        if watch is not None:
            watch.cancel()
    return heard


async def _stop_when_left(reply: LiveReply, http: Request) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass
    reply.stop()
