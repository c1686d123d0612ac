"""Texts → unit vectors. One thread embeds the texts of concurrent requests in common batches."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # no stubs

from models.cpu_linear import pack
from models.embedder_names import WITH_TOKENS, name_with_digest, prompt_for
from models.token_hashes import NO_TOKENS, TokenHasher, Tokens, without_prefix

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

# Texts in one batch. More are not faster, and a message waits for the batch that is running.
BATCH = 32
# Tokens in one batch: what recently took BATCH_SECONDS, within these bounds.
BATCH_TOKENS, FEWEST_TOKENS = 2_048, 256
BATCH_SECONDS = 0.5
# For CHAT_SECONDS after a request for a single text, which is probably a chat message, batches have
# 1/CHAT_DIVISOR of the tokens. This costs up to half of the throughput.
CHAT_SECONDS, CHAT_DIVISOR = 10.0, 4
# The most tokens of a text in a batch, as a multiple of the first and shortest: padding costs time.
MAX_LENGTH_RATIO = 4
# Characters that the tokenizer reads for each token of the model's limit. It would otherwise spend
# seconds on 8 MB of text and then discard all but the beginning.
CHARACTERS_PER_TOKEN = 64
# Fewer texts of fewer characters run on one core. They gain little from a second one, and would
# wait for the slower core when it is busy with another request.
PARALLEL_TEXTS, PARALLEL_CHARACTERS = 8, 4_000


class EmbedderError(Exception):
    """A text has no usable vector, or the embedder is closed or failed."""


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


@dataclass(eq=False, slots=True)
class _Request:
    texts: Sequence[str]
    order: Sequence[int]
    """The index of each text in the caller's list."""
    tokens: Sequence[int]
    """An estimate for each text."""
    vectors: Float32[np.ndarray, "texts dim"]
    hashes: list[Tokens]
    """Of each text, in the caller's order; empty until then."""
    done: int = 0
    result: "Future[None]" = field(default_factory=Future)

    def size(self) -> tuple[int, int]:
        """Remaining texts, and the tokens of the next: the smallest requests go first."""
        left = len(self.texts) - self.done
        return left, self.tokens[self.done] if left else 0

    def finish(self, error: Exception | None = None) -> None:
        """Tell that all is there, or the error, unless the request was cancelled."""
        if self.result.done() or not self.result.set_running_or_notify_cancel():
            return
        if error is None:
            self.result.set_result(None)
        else:
            self.result.set_exception(error)


class SentenceEmbedder:
    """A sentence-transformers model, owned by one thread.

    Each batch takes texts of all waiting requests, the smallest request first, so that one message
    does not wait for a document. Texts longer than the model's limit
    (``SentenceTransformer.max_seq_length`` tokens) are embedded by their beginning.

    Queries and passages begin with the model's prompts for them, where its folder names such
    (config_sentence_transformers.json). Without prompts the embedder is symmetric.

    ``name`` is, for a folder, its name and a digest of its files; for a hub id, the id and commit.
    """

    def __init__(self, model: "SentenceTransformer", name: str) -> None:
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
        self._tokens_per_second = BATCH_TOKENS / BATCH_SECONDS
        self._chat_until = 0.0
        self._threads = ThreadpoolController()
        # None ends the thread.
        self._arrivals: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="embedder", daemon=True)
        self._thread.start()

    @classmethod
    def load(cls, path_or_id: str | Path, *, revision: str | None = None) -> "SentenceEmbedder":
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
            return cls(model, name_with_digest(folder))
        commit = getattr(model[0].auto_model.config, "_commit_hash", None)
        return cls(model, f"{path_or_id}@{commit or revision or 'main'}")

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
        request = _Request(cut, order, tokens, vectors, hashes)
        with self._closing:
            if self._closed:
                raise EmbedderError("the embedder is closed")
            self._arrivals.put(request)
        await asyncio.wrap_future(request.result)
        return vectors, [without_prefix(tokens, len(prefix)) for tokens in hashes]

    def close(self) -> None:
        """Fail waiting requests and wait for the thread. May be called again."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._arrivals.put(None)
        self._thread.join()

    def _run(self) -> None:
        waiting: list[_Request] = []
        open_ = True
        while open_:
            arrived = [] if waiting else [self._arrivals.get()]
            while not self._arrivals.empty():
                arrived.append(self._arrivals.get())
            open_ = None not in arrived
            requests = [request for request in arrived if request is not None]
            waiting += requests
            if any(len(request.texts) == 1 for request in requests):
                self._chat_until = time.monotonic() + CHAT_SECONDS
            if open_:
                self._embed_batch([each for each in waiting if not each.result.cancelled()])
                waiting = [each for each in waiting if not each.result.done()]
        for request in waiting:
            request.finish(EmbedderError("the embedder was closed"))

    def _embed_batch(self, waiting: list[_Request]) -> None:
        """Embed the next texts of these requests, and finish the requests that are complete."""
        batch, tokens = self._next_batch(waiting)
        if not batch:
            return
        began = time.monotonic()
        try:
            vectors, hashes = self._encode(
                [
                    text
                    for request, count in batch.items()
                    for text in request.texts[request.done : request.done + count]
                ]
            )
        except Exception as error:  # noqa: BLE001
            if len(batch) == 1:
                log.warning("a text could not be embedded (%s)", type(error).__name__)
                failure = EmbedderError(f"the embedder failed: {type(error).__name__}")
                next(iter(batch)).finish(failure)
                return
            # One by one, so that only the request whose text cannot be embedded fails.
            for request in batch:
                self._embed_batch([request])
            return
        self._measure(tokens, time.monotonic() - began)
        start = 0
        for request, count in batch.items():
            indexes = request.order[request.done : request.done + count]
            request.vectors[indexes] = vectors[start : start + count]
            for index, found in zip(indexes, hashes[start : start + count], strict=True):
                request.hashes[index] = found
            start += count
            request.done += count
            if request.done == len(request.texts):
                # A vector whose length is not 1 is zero or NaN.
                valid = np.isclose(np.linalg.norm(request.vectors, axis=1), 1, atol=1e-3).all()
                request.finish(None if valid else EmbedderError("a text has no direction"))

    def _next_batch(self, waiting: list[_Request]) -> tuple[dict[_Request, int], int]:
        """How many of its next texts each request gets into the batch, and all their tokens."""
        budget = self._budget()
        costs = (
            (request, cost)
            for request in sorted(waiting, key=_Request.size)
            for cost in request.tokens[request.done : request.done + BATCH]
        )
        batch: dict[_Request, int] = {}
        tokens = shortest = 0
        for request, cost in islice(costs, BATCH):
            shortest = shortest or cost
            if tokens and (tokens + cost > budget or cost > MAX_LENGTH_RATIO * shortest):
                break
            batch[request] = batch.get(request, 0) + 1
            tokens += cost
        return batch, tokens

    def _budget(self) -> int:
        """Tokens for the next batch."""
        most = min(BATCH_TOKENS, int(self._tokens_per_second * BATCH_SECONDS))
        divisor = CHAT_DIVISOR if time.monotonic() < self._chat_until else 1
        return max(FEWEST_TOKENS, most // divisor)

    def _measure(self, tokens: int, seconds: float) -> None:
        """Update the rate by this batch. In a small batch the fixed cost dominates: ignore it."""
        if tokens >= FEWEST_TOKENS // 2:
            rate = tokens / max(seconds, 1e-6)
            self._tokens_per_second += (rate - self._tokens_per_second) / 2

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
