"""A reply while it is being written: what there is of it so far, and its subscribers.

The reply belongs to the app, not to a connection. Subscribers come and go; each reads from the
beginning at its own pace, and none can slow the writing down: what a slow one has not read yet is
held once for all of them, and is never more than one answer.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from app.chat.clean_text import clean_text
from app.chat.step_timer import Clock
from app.thoughts import without_thoughts
from memory.prompt import Memory, memories_of
from memory.redaction import Redaction
from memory.repositories.readings import Readings
from memory.repositories.reply_types import Ended, Outcome, Pending
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import Reading
from models.language.base import Finish
from models.language.pass_through.answers import RawAnswer


@dataclass(frozen=True, slots=True)
class MemoriesRead:
    """The read is done: ``memories`` went into the prompt, heaviest first."""

    reading: Reading
    memories: tuple[Memory, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The next part of the engine's own answer. Its text, if it has any, is a ``Delta`` too."""

    answer: RawAnswer


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete, and durable unless nothing of it was to be kept."""

    finish: Finish
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no more of it."""

    error: Exception


Event = MemoriesRead | Delta | Forwarded | Done | Failed


@dataclass(frozen=True, slots=True)
class Begun:
    """What a reply starts from: the tokens there are for history and memories, and the message's
    embedding, which may still be on its way.
    """

    room: int
    key: asyncio.Task[StoredEmbedding | None]
    clock: Clock

    @property
    def key_so_far(self) -> StoredEmbedding | None:
        unusable = not self.key.done() or self.key.cancelled() or self.key.exception()
        return None if unusable else self.key.result()


class LiveReply:
    """One reply under way. ``turn`` is what T1 stored of it, ``outcome`` what it came to.

    The answer is ``beginning``, which the client sent, and then the outcome's text. ``left_out``
    counts the oldest messages of the client's history that did not fit the prompt; ``ignored``
    names what else of the request is not used. ``forwarded``: an engine got the request as it was
    sent, and its answer is in events ``Forwarded``. ``step`` counts the calls of tools that the
    request already answers.
    """

    def __init__(
        self,
        turn: Pending,
        model: str,
        *,
        beginning: str = "",
        left_out: int = 0,
        forwarded: bool = False,
    ) -> None:
        self.turn = turn
        self.model = model
        self.beginning = beginning
        self.left_out = left_out
        self.forwarded = forwarded
        self.step = 0
        self.ignored: tuple[str, ...] = ()
        self.outcome = Outcome()
        self.memories_read: MemoriesRead | None = None
        self.writing: asyncio.Task[Finish] | None = None
        self._events: list[Event] = []
        self._news = asyncio.Event()

    def publish(self, event: Event) -> None:
        """Let every subscriber know."""
        if isinstance(event, MemoriesRead):
            self.memories_read = event
        self._events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def events(self) -> AsyncIterator[Event]:
        """Everything from the beginning, ending with ``Done`` or ``Failed``."""
        read = 0
        while True:
            news = self._news
            while read < len(self._events):
                event = self._events[read]
                read += 1
                yield event
                if isinstance(event, Done | Failed):
                    return
            await news.wait()

    @property
    def answer_id(self) -> str:
        """The id of this answer. In a loop of tools, one reply has several."""
        return f"{self.turn.id}_{self.step}" if self.step else self.turn.id

    @property
    def answers(self) -> list[RawAnswer]:
        """What the engine sent so far, of a reply that is ``forwarded``."""
        return [event.answer for event in self._events if isinstance(event, Forwarded)]

    @property
    def end(self) -> Done | Failed | None:
        """How it ended, once it has."""
        last = self._events[-1] if self._events else None
        return last if isinstance(last, Done | Failed) else None

    @property
    def stored(self) -> Outcome:
        """What T2 stores of it: the answer without the thoughts and data that the client gets.

        An answer that calls tools is none yet.
        """
        if self.calls_tools:
            return replace(self.outcome, text="")
        answer = without_thoughts(self.beginning + self.outcome.text)
        return replace(self.outcome, text=clean_text(answer))

    @property
    def calls_tools(self) -> bool:
        return self.outcome.finish is not None and self.outcome.finish.calls_tools

    def stop(self) -> None:
        """Stop writing. What was said so far is kept as aborted; nothing happens after the end."""
        if self.writing is not None:
            self.writing.cancel()


def replay(
    user_id: str, readings: Readings, ended: Ended, show: Redaction, beginning: str = ""
) -> LiveReply:
    """A complete reply once more, for a client that repeats its idempotency key. Blocks.

    With it comes what was read for it and is still there. ``beginning`` is what the client sent of
    the answer.
    """
    turn = Pending(
        user_id=user_id,
        conversation_id=ended.conversation_id,
        question_id=ended.question_id or "",
        question_position=0,
        id=ended.id,
        position=0,
        owner="",
        created_at=ended.created_at,
    )
    reply = LiveReply(turn, ended.model, beginning=beginning)
    if ended.reading_id is not None:
        stored = readings.get(user_id, ended.reading_id)
        reply.publish(MemoriesRead(stored.reading, memories_of(stored.selected, show)))
    reply.outcome.text = ended.text.removeprefix(beginning)
    reply.publish(Delta(reply.outcome.text))
    reply.publish(Done(ended.finish, dict(ended.timings)))
    return reply
