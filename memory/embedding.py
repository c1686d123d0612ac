"""From texts to vectors. A text without a vector is still found by its words."""

import logging
import time
from collections.abc import Sequence

from memory.repositories.slot_rows import StoredEmbedding
from memory.tape.indexes.exact_index import units
from memory.tape.indexes.late_interaction import telling
from models.embedder import Embedder, TokenEmbedder
from models.embedding_queue import EmbedderError

log = logging.getLogger(__name__)

BATCH = 32
"""Texts of a large job that are embedded together: a chat waits for one batch at most."""


async def embed(embedder: Embedder, texts: Sequence[str]) -> list[StoredEmbedding | None]:
    """The vector of each passage. None: a blank text, or one that maintenance tries again later.

    If the embedder fails, no text of the batch gets a vector.
    """
    return await _embed(embedder, texts, queries=False)


async def embed_for(
    embedder: Embedder, texts: Sequence[str], seconds: float | None
) -> list[StoredEmbedding | None]:
    """The vectors of the first texts: of all, or of those whose turn comes within ``seconds``."""
    if seconds is None:
        return await embed(embedder, texts)
    until = time.monotonic() + seconds
    found: list[StoredEmbedding | None] = []
    while len(found) < len(texts) and time.monotonic() < until:
        found += await embed(embedder, texts[len(found) : len(found) + BATCH])
    return found


async def embed_query(embedder: Embedder, text: str) -> StoredEmbedding | None:
    """The vector with which a message finds passages. None: it is blank or the embedder failed."""
    [found] = await _embed(embedder, [text], queries=True)
    return found


async def _embed(
    embedder: Embedder, texts: Sequence[str], *, queries: bool
) -> list[StoredEmbedding | None]:
    spoken = [text for text in texts if text.strip()]
    if not spoken:
        return [None] * len(texts)
    try:
        found = iter(await usable(embedder, spoken, queries=queries))
    except EmbedderError:
        log.exception("%d texts could not be embedded", len(spoken))
        return [None] * len(texts)
    return [next(found) if text.strip() else None for text in texts]


async def usable(
    embedder: Embedder, texts: Sequence[str], *, queries: bool = False
) -> list[StoredEmbedding | None]:
    """The vectors as they are stored. None: it has no direction (zeros) or is not finite.

    Raises EmbedderError.
    """
    if isinstance(embedder, TokenEmbedder):
        vectors, tokens = await embedder.embed_tokens(texts, queries=queries)
        stored = [telling(text, each) for text, each in zip(texts, tokens, strict=True)]
    else:
        vectors = await (embedder.embed_queries if queries else embedder.embed)(texts)
        stored = [b""] * len(texts)
    _, valid = units(vectors)
    if not valid.all():
        log.warning("the embedder gave a text no direction")
    return [
        StoredEmbedding.of(vector, embedder.name, tokens) if ok else None
        for vector, tokens, ok in zip(vectors, stored, valid, strict=True)
    ]
