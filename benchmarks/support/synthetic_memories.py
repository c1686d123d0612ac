"""Synthetic texts, embeddings and memories.

If TAPEHEAD_EVAL_DATA names a folder with locomo-dev.jsonl, the texts come from its conversations
and repeat when they are used up.
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

TURNS_PER_CONVERSATION = 40
CLUSTER_SIZE = 50
"""Embeddings per cluster, on average."""


def turns(generator: np.random.Generator) -> Iterator[str]:
    """An endless stream of turns."""
    if dataset_texts := _locomo("turns", "text"):
        yield from cycle(dataset_texts)
    yield from _sentences(generator)


def questions(texts: Sequence[str], generator: np.random.Generator) -> Iterator[str]:
    """An endless stream of questions about the texts.

    Without LoCoMo a question is the first ten words of a text, so that a search has a match;
    LoCoMo's questions have ten words on average.
    """
    if dataset_texts := _locomo("questions", "question"):
        yield from cycle(generator.permutation(dataset_texts).tolist())
    while True:
        yield " ".join(texts[int(generator.integers(len(texts)))].split()[:10])


def _locomo(field_name: str, text: str) -> list[str]:
    folder = os.environ.get("TAPEHEAD_EVAL_DATA")
    if not folder:
        return []
    lines = (Path(folder) / "locomo-dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [each[text] for user in map(json.loads, lines) for each in user[field_name]]


def _sentences(generator: np.random.Generator) -> Iterator[str]:
    """Random English words with the word frequencies of English.

    The embedder's vocabulary lists words by falling frequency. The frequency is
    1 / (rank + 2.7) (Mandelbrot 1953). Lengths are those of LoCoMo: 27 words, with a standard
    deviation of 15.
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
        sampled = iter(generator.choice(words, size=lengths.sum(), p=weights).tolist())
        for length in lengths.tolist():
            yield " ".join(islice(sampled, length))


def unit_vectors(vectors: np.ndarray) -> Float32[np.ndarray, "rows dim"]:
    """The vectors, normalised to length 1."""
    unit: Float32[np.ndarray, "rows dim"] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


def sample_clusters(
    generator: np.random.Generator, centres: Float32[np.ndarray, "clusters dim"], count: int
) -> Float32[np.ndarray, "count dim"]:
    """Embeddings with a cosine of about 0.7 to the centre of their cluster."""
    chosen = centres[generator.integers(len(centres), size=count)]
    return unit_vectors(chosen + generator.normal(size=chosen.shape) / np.sqrt(chosen.shape[1]))


def fill(
    memories: Memories,
    user_id: str,
    texts: Sequence[str],
    embeddings: Float32[np.ndarray, "texts dim"],
) -> None:
    """Store these turns for the user, one minute apart."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    memories.add(
        user_id,
        [
            NewMemory(
                text=text,
                kind="turn",
                role="assistant" if i % 2 else "user",
                created_at=begin + timedelta(minutes=i),
                embedding=StoredEmbedding.of(embeddings[i], memories.embedder),
                conversation_id=f"{user_id}-{i // TURNS_PER_CONVERSATION}",
            )
            for i, text in enumerate(texts)
        ],
    )
