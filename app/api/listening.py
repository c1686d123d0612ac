"""How a response hears a reply to its end, or notices that nobody is there to hear it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request

from app.chat.live_reply import Done, Event, Failed, LiveReply, Remembered, Said
from app.errors import ReplyInterrupted


@dataclass(slots=True)
class Heard:
    """What was heard of a reply so far."""

    reply: LiveReply
    text: str = ""
    remembered: Remembered | None = None
    ended: Done | None = None

    @property
    def done(self) -> Done:
        """The end of a reply that was heard to its end. Raises ReplyInterrupted if it was not."""
        if self.ended is None:
            raise ReplyInterrupted
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
