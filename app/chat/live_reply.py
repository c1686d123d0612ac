"""A reply while it is being written: what there is of it so far, and everybody who listens.

The reply belongs to the app, not to a connection. Listeners come and go; each reads from the
beginning at its own pace, and none can slow the writing down: what a slow one has not read yet is
held once for all of them, and is never more than one answer.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from app.chat.step_timer import Clock
from memory import embedding
from memory.prompt import Memory
from memory.repositories.readings import ReadingRecord
from memory.repositories.reply_types import Ended, Outcome, Pending
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import Reading
from models.embedder import Embedder
from models.language.base import Finish


@dataclass(frozen=True, slots=True)
class Remembered:
    """The read is done: ``memories`` went into the prompt, heaviest first."""

    reading: Reading
    memories: tuple[Memory, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete, and durable unless nothing of it was to be kept."""

    finish: Finish
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no more of it."""

    error: Exception


Event = Remembered | Said | Done | Failed


@dataclass(frozen=True, slots=True)
class Begun:
    """What a reply starts from: the tokens there are for history and memories, and the message's
    key, which may still be on its way.
    """

    room: int
    key: asyncio.Task[Float32[np.ndarray, " dim"] | None]
    clock: Clock

    def key_so_far(self, embedder: Embedder) -> StoredEmbedding | None:
        unusable = not self.key.done() or self.key.cancelled() or self.key.exception()
        return None if unusable else embedding.as_key(embedder, self.key.result())


@dataclass(slots=True)
class Draft:
    """What a reply has gathered so far; at its end, what is stored of it."""

    text: str = ""
    key: StoredEmbedding | None = None
    question_key: StoredEmbedding | None = None
    reading: ReadingRecord | None = None
    finish: Finish | None = None
    timings: dict[str, float] = field(default_factory=dict)
    fingerprint: str | None = None

    def outcome(self, error: str | None = None) -> Outcome:
        return Outcome(
            text=self.text,
            embedding=self.key,
            question_embedding=self.question_key,
            reading=self.reading,
            finish=self.finish,
            timings=self.timings,
            error=error,
            fingerprint=self.fingerprint,
        )


class LiveReply:
    """One reply under way. ``turn`` is what T1 stored of it."""

    def __init__(self, turn: Pending, model: str) -> None:
        self.turn = turn
        self.model = model
        self.draft = Draft()
        self.writing: asyncio.Task[Finish] | None = None
        self._events: list[Event] = []
        self._news = asyncio.Event()

    @classmethod
    def replayed(cls, user_id: str, ended: Ended) -> "LiveReply":
        """A reply that ended before, to be told again."""
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
        return cls(turn, ended.model)

    def tell(self, event: Event) -> None:
        """Let every listener know."""
        self._events.append(event)
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self) -> AsyncIterator[Event]:
        """Everything from the beginning, ending with ``Done`` or ``Failed``."""
        told = 0
        while True:
            news = self._news
            while told < len(self._events):
                event = self._events[told]
                told += 1
                yield event
                if isinstance(event, Done | Failed):
                    return
            await news.wait()

    @property
    def end(self) -> Done | Failed | None:
        """How it ended, once it has."""
        last = self._events[-1] if self._events else None
        return last if isinstance(last, Done | Failed) else None

    def stop(self) -> None:
        """Stop writing. What was said so far is kept as aborted; nothing happens after the end."""
        if self.writing is not None:
            self.writing.cancel()
