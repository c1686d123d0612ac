"""Evaluates the read as the service does it: labelled users in a real store, read by ``Recall``.

An evaluation has the event loop to itself, so SQL and reads run on it.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from memory.db.database import Database
from memory.embedding import usable
from memory.evaluation import baselines
from memory.evaluation.dataset import LabelledUser, Question
from memory.evaluation.foreign_questions import adapted
from memory.head_choice import Head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.tape.cache import Tapes
from memory.types import Reading, Slot, with_speaker
from models.embedder import Embedder

# Texts in one call of the embedder: small enough for a progress bar.
BATCH = 128
# The time of a user's first turn if it is unknown, and the distance to the next.
DEFAULT_START = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_STEP = timedelta(minutes=1)

Advance = Callable[[int], None]
"""Called with the number of texts embedded or questions asked since the last call."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question, asked of one memory.

    ``rankings`` are turn ids, best first, by head or baseline. ``doubts`` (see ``metrics``) are the
    null weight of a head, or any number that rises with doubt. ``seconds`` is the time of find and
    read, by head; ``readings`` have the heaviest slots only.
    """

    user_id: str
    question: Question
    rankings: dict[str, tuple[str, ...]]
    doubts: dict[str, float]
    seconds: dict[str, float]
    readings: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Results:
    """The questions asked of the users' own memories, and of other users' memories.

    ``slots`` are those of each user by turn id, oldest first.
    """

    own: tuple[AskedQuestion, ...]
    foreign: tuple[AskedQuestion, ...]
    slots: dict[str, dict[str, Slot]]


@contextmanager
def temporary_database() -> Iterator[Database]:
    """A new SQLite database, deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'evaluation.db'}")
        try:
            database.migrate()
            yield database
        finally:
            database.close()


class Evaluation:
    """Users in a store, and named heads that read it."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        heads: Mapping[str, Head],
        *,
        limit: int = 64,
        advance: Advance = lambda _: None,
    ) -> None:
        """``database`` must be new. ``limit`` is that of ``Recall``.

        Raises ValueError when a head has the name of a baseline.
        """
        if taken := heads.keys() & baselines.BASELINES.keys():
            raise ValueError(f"these are names of baselines: {sorted(taken)}")
        self.embedder = embedder
        self.limit = limit
        self.advance = advance
        self.memories = Memories(database, embedder.name)
        self.tapes = Tapes(self.memories, embedder.dimension)
        readings = Readings(database)
        self.recalls = {
            name: Recall(self.tapes, readings, head, limit) for name, head in heads.items()
        }
        # The slots of each user by turn id, oldest first.
        self.slots: dict[str, dict[str, Slot]] = {}

    def steps(self, users: Sequence[LabelledUser]) -> int:
        """The sum of all calls of ``advance`` by ``run``."""
        own = sum(len(counted(user)) for user in users)
        foreign = sum(len(_answerable(user)) for user in users) if len(users) > 1 else 0
        return sum(len(user.turns) for user in users) + 2 * (own + foreign)

    async def run(self, users: Sequence[LabelledUser]) -> Results:
        """Store all turns, then ask every counted question of the user's own memory, and every
        answerable one of the next user's memory, too. Raises EmbedderError.
        """
        for user in users:
            await self.remember(user)
        own: list[AskedQuestion] = []
        foreign: list[AskedQuestion] = []
        for user, other in zip(users, [*users[1:], *users[:1]], strict=True):
            own += await self.ask(user.user_id, counted(user))
            if other is not user:
                questions = [adapted(question, user, other) for question in _answerable(user)]
                foreign += await self.ask(other.user_id, questions)
        return Results(tuple(own), tuple(foreign), self.slots)

    async def remember(self, user: LabelledUser) -> None:
        """Store the user's turns with their embeddings, in the order of the file."""
        embeddings = await self.embed([with_speaker(turn.name, turn.text) for turn in user.turns])
        memories = [
            NewMemory(
                text=turn.text,
                kind="turn",
                role=turn.role,
                created_at=created_at,
                speaker=turn.name,
                embedding=embedding,
                conversation_id=turn.session_id,
            )
            for turn, embedding, created_at in zip(
                user.turns, embeddings, _times(user), strict=True
            )
        ]
        slots = self.memories.add(user.user_id, memories)
        ids = (turn.turn_id for turn in user.turns)
        self.slots[user.user_id] = dict(zip(ids, slots, strict=True))

    async def ask(self, user_id: str, questions: Sequence[Question]) -> list[AskedQuestion]:
        """Ask questions of a user's memory, by every head."""
        self.tapes.current(user_id)  # so that no timed read builds the tape
        embeddings = await self.embed_queries([question.question for question in questions])
        return [
            self._ask(user_id, question, embedding)
            for question, embedding in zip(questions, embeddings, strict=True)
        ]

    def _ask(
        self, user_id: str, question: Question, embedding: StoredEmbedding | None
    ) -> AskedQuestion:
        slots = list(self.slots[user_id].values())
        turn_ids = {slot.position: turn_id for turn_id, slot in self.slots[user_id].items()}
        visible = slots[: question.visible]
        allowed = None if question.visible is None else {slot.position for slot in visible}
        readings: dict[str, Reading] = {}
        seconds: dict[str, float] = {}
        for name, recall in self.recalls.items():
            start = time.perf_counter()
            readings[name] = recall.read(
                user_id,
                question.question,
                None if embedding is None else embedding.array,
                tokens=b"" if embedding is None else embedding.tokens,
                allowed=allowed,
            )
            seconds[name] = time.perf_counter() - start
        # All heads have the same candidates.
        any_reading = next(iter(readings.values()))
        positions = np.array([slot.position for slot in any_reading.slots], np.int64)
        cosine, bm25 = (
            np.array([slot.signals[name] for slot in any_reading.slots], np.float64)
            for name in ("cosine", "bm25")
        )
        ranked = baselines.rank(positions, cosine, bm25)
        self.advance(1)
        return AskedQuestion(
            user_id=user_id,
            question=question,
            rankings={
                name: tuple(turn_ids[slot.position] for slot in reading.slots)
                for name, reading in readings.items()
            }
            | {
                name: tuple(turn_ids[position] for position in positions[order].tolist())
                for name, order in ranked.items()
            },
            doubts={name: reading.null_weight for name, reading in readings.items()}
            | baselines.doubts(any_reading),
            seconds=seconds,
            readings={
                name: replace(reading, slots=reading.slots[:KEPT_SLOTS])
                for name, reading in readings.items()
            },
        )

    async def embed(self, texts: Sequence[str]) -> list[StoredEmbedding | None]:
        """One per passage, None for a blank one. Raises EmbedderError."""
        return await self._embed(texts, queries=False)

    async def embed_queries(self, texts: Sequence[str]) -> list[StoredEmbedding | None]:
        """One per question, None for a blank one. Raises EmbedderError."""
        return await self._embed(texts, queries=True)

    async def _embed(self, texts: Sequence[str], *, queries: bool) -> list[StoredEmbedding | None]:
        """Sorted by length: padding costs time."""
        found: list[StoredEmbedding | None] = [None] * len(texts)
        indexes = [index for index, text in enumerate(texts) if text.strip()]
        indexes.sort(key=lambda index: len(texts[index]))
        for start in range(0, len(indexes), BATCH):
            batch = indexes[start : start + BATCH]
            embedded = await usable(
                self.embedder, [texts[index] for index in batch], queries=queries
            )
            for index, embedding in zip(batch, embedded, strict=True):
                found[index] = embedding
            self.advance(len(batch))
        self.advance(len(texts) - len(indexes))
        return found


def counted(user: LabelledUser) -> list[Question]:
    """The questions on which recall or abstention is measured."""
    return [each for each in user.questions if each.answerable or each.unanswerable]


def _answerable(user: LabelledUser) -> list[Question]:
    return [each for each in user.questions if each.answerable]


def _times(user: LabelledUser) -> Iterator[datetime]:
    """The time of each turn; if unknown, DEFAULT_STEP after the previous one."""
    last = DEFAULT_START - DEFAULT_STEP
    for turn in user.turns:
        last = turn.timestamp or last + DEFAULT_STEP
        yield last
