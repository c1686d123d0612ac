"""Server-sent events: their names, and how a live reply becomes a stream of them.

The names of ``POST /v1/chat``: ``reply`` (its ids), ``memory`` (what was read), ``delta`` (a piece
of the answer), then one of ``done`` (the whole reply: it is durable) and ``error``.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

from app.live import LiveReply


def event(name: str | None, data: Any) -> ServerSentEvent:
    """One event; ``data`` becomes JSON on one line, text stays as it is."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return ServerSentEvent(text, event=name, sep="\n")


def respond(
    events: AsyncIterator[ServerSentEvent], reply: LiveReply, *, stop_when_left: bool
) -> EventSourceResponse:
    """A response that tells the events, and stops the reply when the client leaves before its end.

    The stream writes nothing to the database and awaits nothing when it is torn down: a cancelled
    ``finally`` would not survive. It says one word to the reply, whose own task does the rest.
    """

    async def told() -> AsyncIterator[ServerSentEvent]:
        finished = False
        try:
            async for each in events:
                yield each
            finished = True
        finally:
            if stop_when_left and not finished:
                reply.stop()

    return EventSourceResponse(told(), sep="\n", headers={"X-Accel-Buffering": "no"})
