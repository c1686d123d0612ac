"""A text's key, or none for now: a memory without one is still found by its words."""

import logging
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from memory.repositories.slot_rows import StoredEmbedding
from memory.tape.exact_index import units
from models.embedder import Embedder, EmbedderError

log = logging.getLogger(__name__)


async def embed(embedder: Embedder, text: str) -> Float32[np.ndarray, " dim"] | None:
    """The text's unit vector, or None where it has none: upkeep tries again later."""
    if not text.strip():
        return None
    try:
        vectors = await embedder.embed([text])
    except EmbedderError:
        log.exception("a text could not be embedded")
        return None
    return usable(vectors[0])


def usable(vector: Float32[np.ndarray, " dim"]) -> Float32[np.ndarray, " dim"] | None:
    """The vector, unless it has no direction (zeros) or is not finite: such is no key."""
    _, valid = units(vector[None])
    if not valid[0]:
        log.warning("the embedder gave a text no direction")
        return None
    return vector


def as_key(
    embedder: Embedder, vector: Float32[np.ndarray, " dim"] | None
) -> StoredEmbedding | None:
    """The vector as it is stored, with the name of its embedder."""
    return None if vector is None else StoredEmbedding.of(vector, embedder.name)


async def keys(embedder: Embedder, texts: Sequence[str]) -> list[StoredEmbedding | None]:
    """The key of each text of a batch. Where the batch fails, upkeep tries each by itself."""
    spoken = [text for text in texts if text.strip()]
    if not spoken:
        return [None] * len(texts)
    try:
        vectors = iter(await embedder.embed(spoken))
    except EmbedderError:
        log.exception("a batch of texts could not be embedded")
        return [None] * len(texts)
    return [as_key(embedder, next(vectors)) if text.strip() else None for text in texts]
