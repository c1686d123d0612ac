"""Texts → unit vectors."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # no stubs

from models.cpu_linear import pack
from models.embedder_names import WITH_TOKENS, name_with_digest, prompt_for
from models.embedding_queue import BATCH, EmbeddingQueue, EmbeddingRequest
from models.token_hashes import NO_TOKENS, TokenHasher, Tokens, without_prefix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

# Characters that the tokenizer reads for each token of the model's limit. It would otherwise spend
# seconds on 8 MB of text and then discard all but the beginning.
CHARACTERS_PER_TOKEN = 64
# Fewer texts of fewer characters run on one core. They gain little from a second one, and would
# wait for the slower core when it is busy with another request.
PARALLEL_TEXTS, PARALLEL_CHARACTERS = 8, 4_000


@runtime_checkable
class Embedder(Protocol):
    """Texts in, unit vectors out."""

    @property
    def symmetric(self) -> bool:
        """Whether a text has the same vector as a passage and as a query."""

    @property
    def name(self) -> str:
        """The model and its revision. Vectors under different names cannot be compared."""

    @property
    def dimension(self) -> int:
        """The length of every vector."""

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per passage, in order. Raises EmbedderError."""

    async def embed_queries(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per query, in order, to compare with those of passages.

        Raises EmbedderError.
        """

    def close(self) -> None:
        """Fail waiting requests and release all resources."""


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that tells of each token of a text, too."""

    async def embed_tokens(
        self, texts: Sequence[str], *, queries: bool = False
    ) -> tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]:
        """The vectors of passages or of queries, and the tokens of each. Raises EmbedderError."""


class SentenceEmbedder:
    """A sentence-transformers model, owned by one thread.

    Texts longer than the model's limit
    (``SentenceTransformer.max_seq_length`` tokens) are embedded by their beginning.

    Queries and passages begin with the model's prompts for them, where its folder names such
    (config_sentence_transformers.json). Without prompts the embedder is symmetric.

    ``name`` is, for a folder, its name and a digest of its files; for a hub id, the id and commit.
    """

    def __init__(self, model: "SentenceTransformer", name: str, *, steady: bool = False) -> None:
        """``steady`` is as in ``EmbeddingQueue``."""
        self._query_prefix = prompt_for(model.prompts, "query")
        self._passage_prefix = prompt_for(model.prompts, "document", "passage", "corpus")
        self.symmetric = self._query_prefix == self._passage_prefix
        self._model = model.eval()
        pack(self._model)
        self.dimension = int(model.get_embedding_dimension())
        # The tokenizer that tells where in the text each token is; only "fast" ones do.
        self._tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
        self._hasher = TokenHasher(self.dimension)
        self.name = name if self._tokenizer is None else f"{name}{WITH_TOKENS}"
        self._max_tokens = int(model.max_seq_length or 8192)
        self._threads = ThreadpoolController()
        self._queue = EmbeddingQueue(self._encode, steady=steady)

    @classmethod
    def load(
        cls, path_or_id: str | Path, *, revision: str | None = None, steady: bool = False
    ) -> "SentenceEmbedder":
        """Load a local folder or a hub id: safetensors only, and no code from the model's folder.

        A folder needs no network. Raises OSError and ValueError.
        """
        from sentence_transformers import SentenceTransformer  # imports half of what we import

        folder = Path(path_or_id)
        model = SentenceTransformer(
            str(path_or_id),
            device="cuda" if torch.cuda.is_available() else "cpu",
            revision=revision,
            local_files_only=folder.is_dir(),
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        if folder.is_dir():
            return cls(model, name_with_digest(folder), steady=steady)
        commit = getattr(model[0].auto_model.config, "_commit_hash", None)
        return cls(model, f"{path_or_id}@{commit or revision or 'main'}", steady=steady)

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per passage, in order. Cancelling withdraws the request.

        Raises EmbedderError if the model fails or a vector is NaN or zero.
        """
        vectors, _ = await self.embed_tokens(texts)
        return vectors

    async def embed_queries(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per query; see ``embed``."""
        vectors, _ = await self.embed_tokens(texts, queries=True)
        return vectors

    async def embed_tokens(
        self, texts: Sequence[str], *, queries: bool = False
    ) -> tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]:
        """The unit vectors, and of each text the tokens that the model read. See ``embed``."""
        prefix = self._query_prefix if queries else self._passage_prefix
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        hashes: list[Tokens] = [NO_TOKENS] * len(texts)
        if not texts:
            return vectors, hashes
        # Texts of like length share a batch: padding costs time.
        order: Sequence[int] = range(len(texts))
        if len(texts) > BATCH:
            order = sorted(order, key=lambda index: len(texts[index]))
        most = CHARACTERS_PER_TOKEN * self._max_tokens
        cut = [prefix + texts[index][:most] for index in order]
        tokens = [min(_estimated_tokens(text), self._max_tokens) for text in cut]
        request = EmbeddingRequest(cut, order, tokens, vectors, hashes)
        self._queue.put(request)
        await asyncio.wrap_future(request.result)
        return vectors, [without_prefix(tokens, len(prefix)) for tokens in hashes]

    def close(self) -> None:
        """Fail waiting requests and wait for the thread. May be called again."""
        self._queue.close()

    def _encode(
        self, texts: Sequence[str]
    ) -> tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]:
        """What SentenceTransformer.encode does, without its bookkeeping (a fifth of the time)."""
        few = len(texts) < PARALLEL_TEXTS and sum(map(len, texts)) < PARALLEL_CHARACTERS
        cores = self._threads.limit(limits=1 if few else None, user_api="openmp")
        with torch.inference_mode(), cores:
            features = self._model.preprocess(list(texts))
            features = {
                key: value.to(self._model.device) if isinstance(value, torch.Tensor) else value
                for key, value in features.items()
            }
            found = self._model(features)
            vectors = found["sentence_embedding"].float()
            unit = torch.nn.functional.normalize(vectors, dim=1).cpu().numpy()
            tokens = found.get("token_embeddings")
        hashes = [NO_TOKENS] * len(texts)
        if tokens is not None and self._tokenizer is not None:
            states = tokens.float().cpu().numpy()
            encoded = self._tokenizer.encode_batch(list(texts))
            hashes = [
                self._hasher(vectors, each.offsets[: len(vectors)])
                for vectors, each in zip(states, encoded, strict=True)
            ]
        return np.asarray(unit, dtype=np.float32), hashes


def _estimated_tokens(text: str) -> int:
    """At least one per word, per four characters, and per three bytes (scripts without spaces)."""
    return max(len(text.split()), len(text) // 4, len(text.encode(errors="replace")) // 3)
