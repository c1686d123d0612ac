"""Texts, keys and memories in the shape of real ones, for machines that hold no conversations.

Where TAPEHEAD_EVAL_DATA names a folder with locomo-dev.jsonl, the texts are those of its
conversations, told again and again.
"""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from tokenizers import Tokenizer

from memory.repositories.memories import Memories
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from models.bundled import bundled_embedder

CONVERSATION = 40
"""Turns of a conversation."""
CLUSTER = 50
"""Keys around one centre, on average."""


def turns(generator: np.random.Generator) -> Iterator[str]:
    """Things said, without end."""
    if real := _locomo("turns", "text"):
        yield from cycle(real)
    yield from _sentences(generator)


def questions(said: Sequence[str], generator: np.random.Generator) -> Iterator[str]:
    """Things asked about what was said, without end: LoCoMo's have 10 words on average.

    A made-up one has up to ten words of one turn: there is something to find.
    """
    if real := _locomo("questions", "question"):
        yield from cycle(generator.permutation(real).tolist())
    while True:
        yield " ".join(said[int(generator.integers(len(said)))].split()[:10])


def _locomo(what: str, text: str) -> list[str]:
    folder = os.environ.get("TAPEHEAD_EVAL_DATA")
    if not folder:
        return []
    lines = (Path(folder) / "locomo-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [each[text] for user in map(json.loads, lines) for each in user[what]]


def _sentences(generator: np.random.Generator) -> Iterator[str]:
    """English words without sense, as often as English has them.

    The embedder's vocabulary lists its words by falling frequency, and that falls with the rank as
    Mandelbrot 1953 has it: as 1 / (rank + 2.7). Lengths are LoCoMo's: 27 words, give or take 15.
    """
    vocabulary = Tokenizer.from_file(str(bundled_embedder() / "tokenizer.json")).get_vocab()
    words = [
        word
        for word in sorted(vocabulary, key=vocabulary.__getitem__)
        if word.isascii() and word.isalpha() and len(word) > 1
    ]
    weights = 1 / (np.arange(1, len(words) + 1) + 2.7)
    weights /= weights.sum()
    while True:
        lengths = (
            generator.gamma((27 / 15) ** 2, 15**2 / 27, size=1_000).round().clip(1).astype(int)
        )
        drawn = iter(generator.choice(words, size=lengths.sum(), p=weights).tolist())
        for length in lengths.tolist():
            yield " ".join(islice(drawn, length))


def normal(vectors: np.ndarray) -> Float32[np.ndarray, "rows dim"]:
    """The vectors at length 1."""
    unit: Float32[np.ndarray, "rows dim"] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


def around(
    generator: np.random.Generator, centres: Float32[np.ndarray, "clusters dim"], count: int
) -> Float32[np.ndarray, "count dim"]:
    """Keys with a cosine of about 0.7 to the centre of their cluster."""
    chosen = centres[generator.integers(len(centres), size=count)]
    return normal(chosen + generator.normal(size=chosen.shape) / np.sqrt(chosen.shape[1]))


def fill(
    memories: Memories, user_id: str, said: Sequence[str], keys: Float32[np.ndarray, "said dim"]
) -> None:
    """Give the user these turns, as if they had been said and embedded a minute apart."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    memories.add(
        user_id,
        [
            NewMemory(
                text=text,
                kind="turn",
                role="assistant" if i % 2 else "user",
                created_at=begin + timedelta(minutes=i),
                embedding=StoredEmbedding.of(keys[i], memories.embedder),
                conversation_id=f"{user_id}-{i // CONVERSATION}",
            )
            for i, text in enumerate(said)
        ],
    )
