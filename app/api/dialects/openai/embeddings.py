"""OpenAI's embeddings: vectors of the embedder that is loaded. Nothing of a request is kept."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from fastapi import APIRouter, Response
from jaxtyping import Float32

from app.api.dependencies import AppServices, CurrentUser
from app.api.dialects.translation import Translation
from app.api.schemas.embeddings import EmbeddingsBody
from app.errors import EmbeddingFailed, ModelNotFound, Unsupported
from models.embedder import Embedder, TokenEmbedder
from models.embedder_names import WITH_TOKENS
from models.embedding_queue import EmbedderError

Vectors = Float32[np.ndarray, "texts dim"]

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/embeddings")
async def embed(body: EmbeddingsBody, services: AppServices, user: CurrentUser) -> Response:
    """Embed texts as passages: unit vectors, in order. Long texts count by their beginning."""
    embedder = services.embedder
    name = served_name(embedder)
    if body.model not in (name, name.partition("@")[0], embedder.name):
        raise ModelNotFound([name])
    if body.dimensions not in (None, embedder.dimension):
        raise Unsupported(
            "dimensions", f"This embedder has {embedder.dimension} dimensions. Leave it out."
        )
    given = [body.input] if isinstance(body.input, str) else body.input
    texts = [each for each in given if isinstance(each, str)]
    if len(texts) < len(given):
        raise Unsupported("input", "Lists of tokens are not supported. Send the texts.")
    async with services.pools.embedding.slot(user):
        try:
            vectors, tokens = await _embed(services.embedder, texts)
        except EmbedderError as error:
            raise EmbeddingFailed from error
    translation = Translation()
    translation.ignore(*body.unknown)
    more = {
        "object": "list",
        "model": name,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "memory": {"ignored": translation.ignored},
    }
    as_base64 = body.encoding_format == "base64"
    return Response(
        await services.pools.requests.run(lambda _: _answer(vectors, as_base64, more), user),
        media_type="application/json",
    )


def served_name(embedder: Embedder) -> str:
    """The embedder's name for clients: the model and its revision."""
    return embedder.name.removesuffix(WITH_TOKENS)


async def _embed(embedder: Embedder, texts: Sequence[str]) -> tuple[Vectors, int]:
    """The vectors, and how many tokens were read: words, if the embedder does not say."""
    if not isinstance(embedder, TokenEmbedder):
        return await embedder.embed(texts), sum(len(text.split()) for text in texts)
    vectors, tokens = await embedder.embed_tokens(texts)
    read = (len(each) or len(text.split()) for text, each in zip(texts, tokens, strict=True))
    return vectors, sum(read)


def _answer(vectors: Vectors, as_base64: bool, more: Mapping[str, Any]) -> bytes:
    """The body. One call for all vectors would hold the interpreter's lock for a second."""
    data = ",".join(
        json.dumps(
            {"object": "embedding", "index": index, "embedding": _encoded(vector, as_base64)}
        )
        for index, vector in enumerate(vectors)
    )
    return f'{{"data": [{data}], {json.dumps(more)[1:]}'.encode()


def _encoded(vector: Float32[np.ndarray, " dim"], as_base64: bool) -> str | list[float]:
    if as_base64:
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(each) for each in vector]
