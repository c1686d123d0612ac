"""Measure the time that memory adds before the model reads the prompt, with 10,000 slots.

``python -m benchmarks.speed.memory_overhead`` prints the figures; ``measure()`` returns them.
Everything is real (SQLite with a sync at each commit, MiniLM, FAISS, the head, the prompt) except
the language model, which answers immediately. The times include the conversation's history. They
do not include the model's time for the longer prompt; ``memory_tokens`` is its additional length.
All times are medians in milliseconds.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import uvloop
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from app.chat.live_reply import Delta, MemoriesRead
from app.chat.request import ChatRequest
from app.main import Models, build
from app.model_loading import keep_loaded
from app.services import Services
from app.settings import Settings
from benchmarks.support.synthetic_memories import (
    CLUSTER_SIZE,
    fill,
    questions,
    sample_clusters,
    turns,
)
from memory import prompt
from memory.db.database import Database
from memory.quoting import quote
from memory.recall import KEPT_SLOTS
from models.bundled import bundled_embedder, bundled_language_model
from models.embedder import SentenceEmbedder
from models.language.base import Finish, Message, Piece, Sampling, Usage
from models.language.local import LocalLanguageModel

SLOTS = 10_000
QUESTIONS = 200
PER_CONVERSATION = 10
COLD_REPEATS = 7
USER = "bench"


class Prompt:
    """Counts tokens like the bundled model and returns prepared answers immediately."""

    def __init__(self, real: LocalLanguageModel, answers: Sequence[str]) -> None:
        self.name, self.window, self.alive = real.name, real.window, True
        self.count_tokens, self.count_text = real.count_tokens, real.count_text
        self._answers = iter(answers)
        self.restarts = 0

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def stream(
        self,
        messages: Sequence[Message],  # noqa: ARG002 - the protocol's
        sampling: Sampling,  # noqa: ARG002 - the same
        *,
        cache_salt: str | None = None,  # noqa: ARG002 - the same
    ) -> AsyncIterator[Piece | Finish]:
        yield Piece(next(self._answers))
        yield Finish("stop", Usage(0, 0))


async def measure(weights: Path) -> dict[str, float]:
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))
        database = Database(settings.url)
        database.migrate()
        embedder = SentenceEmbedder.load(bundled_embedder())
        answers = list(islice(turns(generator), QUESTIONS))
        real = LocalLanguageModel.load(bundled_language_model(weights))
        models = Models(embedder, Prompt(real, answers))
        services, _ = build(settings, database, models)
        keep_loaded()  # as `tapehead serve` does
        texts = list(islice(turns(generator), SLOTS))
        # Only the topics of the questions are embedded; the rest get similar random embeddings.
        topics = texts[: SLOTS // CLUSTER_SIZE]
        centres = await embedder.embed(topics)
        embeddings = sample_clusters(generator, centres, SLOTS)
        embeddings[: len(topics)] = centres
        fill(services.memories, USER, texts, embeddings)
        queries = list(islice(questions(topics, generator), 2 * QUESTIONS))
        [key] = await embedder.embed(queries[:1])
        found = {"cold_tape_ms": cold(settings, database, models, queries[0], key)}
        found |= await warm(services, queries[:QUESTIONS], queries[QUESTIONS:])
        await asyncio.to_thread(embedder.close)
        database.close()
    return found


def cold(
    settings: Settings, database: Database, models: Models, question: str, key: np.ndarray
) -> float:
    """Median ms from an empty cache to the first reading: SQL (file cached), index, find, read."""
    times = []
    for _ in tqdm(range(COLD_REPEATS), desc="cold tapes"):
        services, _ = build(settings, database, models)
        start = time.perf_counter()
        services.recall.read(USER, question, key)
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))


async def warm(
    services: Services, queries: Sequence[str], other_queries: Sequence[str]
) -> dict[str, float]:
    """Times of whole chat requests, and of a find and a read for another question between them."""
    whole, steps, tokens, reads = [], [], [], []
    conversation: str | None = None
    pairs = zip(tqdm(queries, desc="questions"), other_queries, strict=True)
    for i, (question, other) in enumerate(pairs):
        start = time.perf_counter()
        reply = await services.chat.begin(
            ChatRequest(
                USER,
                question,
                services.language.name,
                sampling=Sampling(),
                conversation_id=conversation if i % PER_CONVERSATION else None,
            )
        )
        async for event in reply.events():
            match event:
                case MemoriesRead(memories=memories):
                    quoted = "".join(quote(memory.slot) for memory in memories)
                    now = reply.turn.created_at
                    header = prompt.today(now) + prompt.HEADER if memories else ""
                case Delta():
                    whole.append(time.perf_counter() - start)
        conversation = reply.turn.conversation_id
        steps.append(reply.outcome.timings)
        tokens.append(services.language.count_text(header + quoted))

        [vector] = await services.embedder.embed([other])
        tape = services.recall.tapes.current(USER)
        previous = services.recall.readings.previous(USER, conversation)
        start = time.perf_counter()
        found = tape.find(vector, other, previous=previous, limit=services.recall.limit)
        services.recall.look(found, KEPT_SLOTS)
        reads.append(time.perf_counter() - start)

    def step(name: str) -> float:
        return float(np.median([timings[f"{name}_ms"] for timings in steps]))

    return {
        "before_prompt_ms": 1e3 * float(np.median(whole)),
        "before_prompt_p95_ms": 1e3 * float(np.quantile(whole, 0.95)),
        "accept_ms": step("accept"),
        "history_ms": step("history"),
        "tape_ms": step("tape"),
        "embed_ms": step("embed"),
        "remember_ms": step("read"),
        "find_and_read_ms": 1e3 * float(np.median(reads)),
        "memory_tokens": float(np.median(tokens)),
    }


def main() -> None:
    print(json.dumps(uvloop.run(measure(Settings().data_dir / "models")), indent=2))


if __name__ == "__main__":
    main()
