"""Measuring the read as the service does it: labelled users in a real store, read by real recall.

Who evaluates has an event loop to itself: unlike in the service, SQL and reads run on it.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from memory.db.database import Database
from memory.evaluation import baselines
from memory.evaluation.dataset import LabelledUser, Question
from memory.evaluation.foreign_questions import as_another as as_another
from memory.heads import Head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.tape.cache import Tapes
from memory.types import Reading, Slot, with_speaker
from models.embedder import Embedder

# Texts handed to the embedder at a time: often enough for a progress bar.
BATCH = 128
# When the first turn of a user was said, if no time is known; each later one a minute after.
MADE_UP_START = datetime(2000, 1, 1, tzinfo=UTC)
MADE_UP_STEP = timedelta(minutes=1)

Advance = Callable[[int], None]
"""Told how many more texts are embedded, or questions asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked of one memory.

    ``rankings`` are turn ids, best first, by the name of the head or the baseline. ``doubts`` say
    how likely it seems that nothing applies: of a head its null weight; of a baseline any number
    that rises with doubt. ``seconds`` are those of find and read, by head, and ``readings`` its
    heaviest slots.
    """

    user_id: str
    question: Question
    rankings: dict[str, tuple[str, ...]]
    doubts: dict[str, float]
    seconds: dict[str, float]
    readings: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Results:
    """All that was asked of the users' own memories, and of another's; and the slots there.

    ``slots`` are each user's, by turn id, oldest first.
    """

    own: tuple[Asked, ...]
    foreign: tuple[Asked, ...]
    slots: dict[str, dict[str, Slot]]


@contextmanager
def temporary_database() -> Iterator[Database]:
    """A new SQLite database in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'evaluation.db'}")
        try:
            database.migrate()
            yield database
        finally:
            database.close()


class Evaluation:
    """Users in a store, and the heads, by name, that read it."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        heads: Mapping[str, Head],
        *,
        limit: int = 64,
        advance: Advance = lambda _: None,
    ) -> None:
        """``limit`` is that of ``Recall``. Raises ValueError when a head is called like a baseline.

        The database has to be new: users of the same name would share a memory.
        """
        if taken := heads.keys() & baselines.BASELINES.keys():
            raise ValueError(f"baselines are called so: {sorted(taken)}")
        self.embedder = embedder
        self.limit = limit
        self.advance = advance
        self.memories = Memories(database, embedder.name)
        self.tapes = Tapes(self.memories, embedder.dimension)
        readings = Readings(database)
        self.recalls = {
            name: Recall(self.tapes, readings, head, limit) for name, head in heads.items()
        }
        # Each user's slots by turn id, oldest first.
        self.slots: dict[str, dict[str, Slot]] = {}

    def steps(self, users: Sequence[LabelledUser]) -> int:
        """How many ``advance`` will be told in the course of ``run``, all in all."""
        own = sum(len(counted(user)) for user in users)
        foreign = sum(len(_answerable(user)) for user in users) if len(users) > 1 else 0
        return sum(len(user.turns) for user in users) + 2 * (own + foreign)

    async def run(self, users: Sequence[LabelledUser]) -> Results:
        """Store the users' turns, then ask every question that counts: of the user's own memory,
        and, if it has an answer there, of the next user's. Raises EmbedderError.
        """
        for user in users:
            await self.remember(user)
        own: list[Asked] = []
        foreign: list[Asked] = []
        for user, other in zip(users, [*users[1:], *users[:1]], strict=True):
            own += await self.ask(user.user_id, counted(user))
            if other is not user:
                strange = [as_another(other, user, question) for question in _answerable(user)]
                foreign += await self.ask(other.user_id, strange)
        return Results(tuple(own), tuple(foreign), self.slots)

    async def remember(self, user: LabelledUser) -> None:
        """Put the user's turns into the store, with their keys, in the order of the file."""
        keys = await self.embed([with_speaker(turn.name, turn.text) for turn in user.turns])
        memories = [
            NewMemory(
                text=turn.text,
                kind="turn",
                role=turn.role,
                created_at=moment,
                speaker=turn.name,
                embedding=None if key is None else StoredEmbedding.of(key, self.embedder.name),
                conversation_id=turn.session_id,
            )
            for turn, key, moment in zip(user.turns, keys, _moments(user), strict=True)
        ]
        slots = self.memories.add(user.user_id, memories)
        ids = (turn.turn_id for turn in user.turns)
        self.slots[user.user_id] = dict(zip(ids, slots, strict=True))

    async def ask(self, user_id: str, questions: Sequence[Question]) -> list[Asked]:
        """Ask questions of a user's memory, by every head."""
        self.tapes.current(user_id)  # what is timed is reading a tape that is there
        keys = await self.embed([question.question for question in questions])
        return [
            self._ask(user_id, question, key) for question, key in zip(questions, keys, strict=True)
        ]

    def _ask(
        self, user_id: str, question: Question, key: Float32[np.ndarray, " dim"] | None
    ) -> Asked:
        slots = list(self.slots[user_id].values())
        turn_ids = {slot.position: turn_id for turn_id, slot in self.slots[user_id].items()}
        visible = slots[: question.visible]
        allowed = None if question.visible is None else {slot.position for slot in visible}
        readings: dict[str, Reading] = {}
        seconds: dict[str, float] = {}
        for name, recall in self.recalls.items():
            start = time.perf_counter()
            readings[name] = recall.read(user_id, question.question, key, allowed=allowed)
            seconds[name] = time.perf_counter() - start
        # The candidates and their signals are the same whoever reads.
        candidates = next(iter(readings.values()))
        positions = {
            **{name: [slot.position for slot in read.slots] for name, read in readings.items()},
            **baselines.rank(candidates),
        }
        self.advance(1)
        return Asked(
            user_id=user_id,
            question=question,
            rankings={
                name: tuple(turn_ids[position] for position in ranked)
                for name, ranked in positions.items()
            },
            doubts={
                **{name: reading.null_weight for name, reading in readings.items()},
                **baselines.least_doubt(candidates),
            },
            seconds=seconds,
            readings={
                name: replace(reading, slots=reading.slots[:KEPT_SLOTS])
                for name, reading in readings.items()
            },
        )

    async def embed(self, texts: Sequence[str]) -> list[Float32[np.ndarray, " dim"] | None]:
        """One key a text, None for a blank one. Texts of a length together: padding costs time."""
        keys: list[Float32[np.ndarray, " dim"] | None] = [None] * len(texts)
        telling = [number for number, text in enumerate(texts) if text.strip()]
        telling.sort(key=lambda number: len(texts[number]))
        for start in range(0, len(telling), BATCH):
            batch = telling[start : start + BATCH]
            vectors = await self.embedder.embed([texts[number] for number in batch])
            for number, vector in zip(batch, vectors, strict=True):
                keys[number] = vector
            self.advance(len(batch))
        self.advance(len(texts) - len(telling))
        return keys


def counted(user: LabelledUser) -> list[Question]:
    """The questions that recall or abstention is measured on."""
    return [each for each in user.questions if each.answerable or each.unanswerable]


def _answerable(user: LabelledUser) -> list[Question]:
    return [each for each in user.questions if each.answerable]


def _moments(user: LabelledUser) -> Iterator[datetime]:
    """When each turn was said; where that is not known, a minute after the turn before."""
    last = MADE_UP_START - MADE_UP_STEP
    for turn in user.turns:
        last = turn.timestamp or last + MADE_UP_STEP
        yield last
