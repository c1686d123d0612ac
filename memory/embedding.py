"""From texts to vectors. A text without a vector is still found by its words."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from jaxtyping import Float32

from memory.repositories.slot_rows import StoredEmbedding
from memory.tape.exact_index import units
from models.embedder import Embedder, EmbedderError

log = logging.getLogger(__name__)

BATCH = 32
"""Texts of a large job that are embedded together: a chat waits for one batch at most."""

Embed = Callable[[Sequence[str]], Awaitable[Float32[np.ndarray, "texts dim"]]]


async def embed(embedder: Embedder, texts: Sequence[str]) -> list[StoredEmbedding | None]:
    """The vector of each passage. None: a blank text, or one that maintenance tries again later.

    If the embedder fails, no text of the batch gets a vector.
    """
    return await _embed(embedder.embed, texts, embedder.name)


async def embed_query(embedder: Embedder, text: str) -> StoredEmbedding | None:
    """The vector with which a message finds passages. None: it is blank or the embedder failed."""
    [found] = await _embed(embedder.embed_queries, [text], embedder.name)
    return found


async def _embed(
    embed_texts: Embed, texts: Sequence[str], embedder: str
) -> list[StoredEmbedding | None]:
    spoken = [text for text in texts if text.strip()]
    if not spoken:
        return [None] * len(texts)
    try:
        vectors = await embed_texts(spoken)
    except EmbedderError:
        log.exception("%d texts could not be embedded", len(spoken))
        return [None] * len(texts)
    found = iter(usable(vectors, embedder))
    return [next(found) if text.strip() else None for text in texts]


def usable(
    vectors: Float32[np.ndarray, "texts dim"], embedder: str
) -> list[StoredEmbedding | None]:
    """The vectors as they are stored. None: it has no direction (zeros) or is not finite."""
    _, valid = units(vectors)
    if not valid.all():
        log.warning("the embedder gave a text no direction")
    return [
        StoredEmbedding.of(vector, embedder) if ok else None
        for vector, ok in zip(vectors, valid, strict=True)
    ]
