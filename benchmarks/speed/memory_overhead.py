"""What memory adds before the model reads the prompt, on a tape of 10,000 slots.

``python -m benchmarks.speed.memory_overhead`` prints the numbers; ``measure()`` returns them.
Everything is real (SQLite with a sync at each commit, MiniLM, FAISS, the head, the prompt) but the
language model, which answers at once: what is left is what memory costs, the conversation's history
included. Not in it is what a longer prompt costs the model; ``memory_tokens`` says how much longer.
Milliseconds, medians.
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

from app.chat.live_reply import Remembered, Said
from app.chat.request import ChatRequest
from app.main import Models, build
from app.model_loading import keep_loaded
from app.services import Parts
from app.settings import Settings
from benchmarks.support.synthetic_memories import CLUSTER, around, fill, questions, turns
from memory import prompt
from memory.db.database import Database
from memory.quoting import quote
from memory.recall import KEPT_SLOTS
from memory.types import MemoryUse
from models.bundled import bundled_embedder, bundled_language_model
from models.embedder import SentenceEmbedder
from models.language.base import Finish, Message, Piece, Sampling, Usage
from models.language.local import LocalLanguageModel

SLOTS = 10_000
QUESTIONS = 200
PER_CONVERSATION = 10
COLD = 7
USER = "bench"


class Prompt:
    """The bundled model's counting of tokens, and an answer of usual length that costs nothing."""

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
        parts, _ = build(settings, database, models)
        keep_loaded()  # as `tapehead serve` does
        said = list(islice(turns(generator), SLOTS))
        # What is asked about has its own key; the rest have keys like those, which takes no minute.
        about = said[: SLOTS // CLUSTER]
        centres = await embedder.embed(about)
        keys = around(generator, centres, SLOTS)
        keys[: len(about)] = centres
        fill(parts.memories, USER, said, keys)
        asked = list(islice(questions(about, generator), 2 * QUESTIONS))
        [key] = await embedder.embed(asked[:1])
        found = {"cold_tape_ms": cold(settings, database, models, asked[0], key)}
        found |= await warm(parts, asked[:QUESTIONS], asked[QUESTIONS:])
        await asyncio.to_thread(embedder.close)
        database.close()
    return found


def cold(
    settings: Settings, database: Database, models: Models, question: str, key: np.ndarray
) -> float:
    """From an empty cache to the first reading: SQL (its file is in memory), index, find, read."""
    times = []
    for _ in tqdm(range(COLD), desc="cold tapes"):
        parts, _ = build(settings, database, models)
        start = time.perf_counter()
        parts.recall.read(USER, question, key)
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))


async def warm(parts: Parts, asked: Sequence[str], looked_up: Sequence[str]) -> dict[str, float]:
    """Whole requests of the chat; between them, finds and reads for other questions."""
    whole, steps, tokens, reads = [], [], [], []
    conversation: str | None = None
    pairs = zip(tqdm(asked, desc="questions"), looked_up, strict=True)
    for i, (question, other) in enumerate(pairs):
        start = time.perf_counter()
        reply = await parts.chat.begin(
            ChatRequest(
                USER,
                question,
                Sampling(),
                MemoryUse(),
                conversation_id=conversation if i % PER_CONVERSATION else None,
            )
        )
        async for event in reply.follow():
            match event:
                case Remembered(memories=memories):
                    quoted = "".join(quote(memory.slot) for memory in memories)
                    header = prompt.HEADER if memories else ""
                case Said():
                    whole.append(time.perf_counter() - start)
        conversation = reply.turn.conversation_id
        steps.append(reply.draft.timings)
        tokens.append(parts.language.count_text(header + quoted))

        [vector] = await parts.embedder.embed([other])
        tape = parts.recall.tapes.current(USER)
        previous = parts.recall.readings.previous(USER, conversation)
        start = time.perf_counter()
        found = tape.find(vector, other, previous=previous, limit=parts.recall.limit)
        parts.recall.look(found, KEPT_SLOTS)
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
