"""Texts → unit vectors. Requests that arrive together are embedded together, in one thread."""

import asyncio
import hashlib
import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float32
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # no stubs

from models.cpu_linear import pack

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

# Texts that go through the network at a time. More are not faster, and those who wait, wait longer.
BATCH = 32
# And so many tokens of them, or fewer on a busy machine: as many as took BATCH_SECONDS lately. A
# message that comes meanwhile waits for them.
BATCH_TOKENS, FEWEST_TOKENS = 2_048, 256
BATCH_SECONDS = 0.5
# Where single texts came in the last TALK_SECONDS, people are talking, and more may come: batches
# are then a quarter as large, which costs up to half of the throughput.
TALK_SECONDS, TALK_SHARE = 10.0, 4
# Short texts do not wait for long ones in the same batch: none has so many times the tokens of the
# first, which is the shortest.
ALIKE = 4
# Characters of a text for each token that the model reads. What comes after them is cut off before
# the tokenizer sees it: it would read all of 8 MB, for seconds, and then leave it.
CHARACTERS_PER_TOKEN = 64
# Fewer texts than this, of fewer characters, go through it on one core: they hardly gain from a
# second, and a step that is shared between cores waits for the slower one, which is busy with
# another request.
MANY, MANY_CHARACTERS = 8, 4_000


class EmbedderError(Exception):
    """A text has no usable vector, or the embedder is closed or failed."""


@runtime_checkable
class Embedder(Protocol):
    """Texts in, unit vectors out."""

    @property
    def name(self) -> str:
        """The model and its revision. Vectors under different names cannot be compared."""

    @property
    def dimension(self) -> int:
        """The length of every vector."""

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per text, in order. Raises EmbedderError."""

    def close(self) -> None:
        """Fail what is waiting and give everything back."""


@dataclass(eq=False, slots=True)
class _Request:
    texts: Sequence[str]
    order: Sequence[int]
    """Where each of the texts stood when it was asked for."""
    tokens: Sequence[int]
    """About how many each of the texts has."""
    vectors: Float32[np.ndarray, "texts dim"]
    done: int = 0
    result: "Future[Float32[np.ndarray, 'texts dim']]" = field(default_factory=Future)

    def size(self) -> tuple[int, int]:
        """Texts that are left, and the tokens of the next: the smallest requests go first."""
        left = len(self.texts) - self.done
        return left, self.tokens[self.done] if left else 0

    def finish(self, error: Exception | None = None) -> None:
        """Hand over the vectors or the error, unless nobody waits any more."""
        if self.result.done() or not self.result.set_running_or_notify_cancel():
            return
        if error is None:
            self.result.set_result(self.vectors)
        else:
            self.result.set_exception(error)


class SentenceEmbedder:
    """A sentence-transformers model, owned by one thread.

    The thread takes texts of all waiting requests into each batch, those of the smallest requests
    first, so that one message does not wait for a document or for long messages. Texts longer than
    the model reads (``SentenceTransformer.max_seq_length`` tokens) are embedded by their beginning;
    nothing beyond ``CHARACTERS_PER_TOKEN`` for each of these tokens is looked at.
    """

    def __init__(self, model: "SentenceTransformer", name: str) -> None:
        self._model = model.eval()
        pack(self._model)
        self._name = name
        self._dimension = int(model.get_embedding_dimension())
        self._most_tokens = int(model.max_seq_length or 8192)  # that it reads of a text
        self._tokens_per_second = BATCH_TOKENS / BATCH_SECONDS
        self._talk_until = 0.0
        self._threads = ThreadpoolController()
        # None in the queue means that it was closed.
        self._arrivals: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="embedder", daemon=True)
        self._thread.start()

    @classmethod
    def load(cls, path_or_id: str | Path, *, revision: str | None = None) -> "SentenceEmbedder":
        """Load a local folder or a hub id: safetensors only, and no code from the model's folder.

        Nothing is fetched when it is a folder.
        """
        from sentence_transformers import SentenceTransformer  # brings along half of what we import

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
            return cls(model, name_of(folder))
        commit = getattr(model[0].auto_model.config, "_commit_hash", None)
        return cls(model, f"{path_or_id}@{commit or revision or 'main'}")

    @property
    def name(self) -> str:
        """For a folder its name and a digest of its files; for a hub id the id and the commit."""
        return self._name

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        return self._dimension

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector per text, in order. Cancelling withdraws the request.

        Raises EmbedderError if the model fails, or gives a text no direction (NaN or zeros).
        """
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        if not texts:
            return vectors
        # Texts of a length go through the network together: what a batch is padded with costs time.
        order: Sequence[int] = range(len(texts))
        if len(texts) > BATCH:
            order = sorted(order, key=lambda place: len(texts[place]))
        longest = CHARACTERS_PER_TOKEN * self._most_tokens
        cut = [texts[place][:longest] for place in order]
        tokens = [min(_tokens(text), self._most_tokens) for text in cut]
        request = _Request(cut, order, tokens, vectors)
        with self._closing:
            if self._closed:
                raise EmbedderError("the embedder is closed")
            self._arrivals.put(request)
        return await asyncio.wrap_future(request.result)

    def close(self) -> None:
        """Fail what is waiting, and wait for the thread. May be called again."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._arrivals.put(None)
        self._thread.join()

    def _run(self) -> None:
        waiting: list[_Request] = []
        open_ = True
        while open_:
            # Sleep only when nothing is left to do; take all that has arrived.
            arrived = [] if waiting else [self._arrivals.get()]
            while not self._arrivals.empty():
                arrived.append(self._arrivals.get())
            open_ = None not in arrived
            waiting += [request for request in arrived if request is not None]
            if any(request is not None and len(request.texts) == 1 for request in arrived):
                self._talk_until = time.monotonic() + TALK_SECONDS
            if open_:
                self._embed_batch([each for each in waiting if not each.result.cancelled()])
                waiting = [each for each in waiting if not each.result.done()]
        for request in waiting:
            request.finish(EmbedderError("the embedder was closed"))

    def _embed_batch(self, waiting: list[_Request]) -> None:
        """Embed the next texts of these requests, and finish those that are complete."""
        room, budget, first = BATCH, self._budget(), 0
        tokens = budget
        batch: list[tuple[_Request, Sequence[str]]] = []
        for request in sorted(waiting, key=_Request.size):
            taken: list[str] = []
            begin = request.done
            for text, cost in zip(
                request.texts[begin : begin + room],
                request.tokens[begin : begin + room],
                strict=True,
            ):
                first = first or cost
                if tokens < budget and (cost > tokens or cost > ALIKE * first):
                    room = 0
                    break
                taken.append(text)
                tokens -= cost
                room -= 1
            if taken:
                batch.append((request, taken))
        began = time.monotonic()
        try:
            vectors = self._encode([text for _, texts in batch for text in texts])
        except Exception as error:  # noqa: BLE001 - whatever the model raises, nobody waits for ever
            if len(batch) == 1:
                log.warning("a text could not be embedded (%s)", type(error).__name__)
                batch[0][0].finish(EmbedderError(f"the embedder failed: {type(error).__name__}"))
            # Only the request whose text cannot be embedded shall fail.
            for request, _ in batch if len(batch) > 1 else ():
                self._embed_batch([request])
            return
        self._note(budget - tokens, time.monotonic() - began)
        start = 0
        for request, texts in batch:
            places = request.order[request.done : request.done + len(texts)]
            request.vectors[places] = vectors[start : start + len(texts)]
            start += len(texts)
            request.done += len(texts)
            if request.done == len(request.texts):
                # A vector without a length of 1 is all zeros, or not a number.
                sound = np.isclose(np.linalg.norm(request.vectors, axis=1), 1, atol=1e-3).all()
                request.finish(None if sound else EmbedderError("a text has no direction"))

    def _budget(self) -> int:
        """Tokens for the next batch."""
        most = min(BATCH_TOKENS, int(self._tokens_per_second * BATCH_SECONDS))
        return max(
            FEWEST_TOKENS, most // (TALK_SHARE if time.monotonic() < self._talk_until else 1)
        )

    def _note(self, tokens: int, seconds: float) -> None:
        """So long a batch took. Small ones tell little: what each costs besides counts most."""
        if tokens >= FEWEST_TOKENS // 2:
            rate = tokens / max(seconds, 1e-6)
            self._tokens_per_second += (rate - self._tokens_per_second) / 2

    def _encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """What SentenceTransformer.encode does, without its bookkeeping (a fifth of the time)."""
        few = len(texts) < MANY and sum(map(len, texts)) < MANY_CHARACTERS
        cores = self._threads.limit(limits=1 if few else None, user_api="openmp")
        with torch.inference_mode(), cores:
            features = self._model.preprocess(list(texts))
            features = {
                key: value.to(self._model.device) if isinstance(value, torch.Tensor) else value
                for key, value in features.items()
            }
            vectors = self._model(features)["sentence_embedding"].float()
            unit = torch.nn.functional.normalize(vectors, dim=1).cpu().numpy()
        return np.asarray(unit, dtype=np.float32)


def _tokens(text: str) -> int:
    """About how many a tokenizer makes of a text: of a word at least one, and of four letters.

    Of scripts without spaces each character is one, which takes three bytes.
    """
    return max(len(text.split()), len(text) // 4, len(text.encode(errors="replace")) // 3)


def name_of(folder: Path) -> str:
    """The folder's name and a digest of what decides its vectors: configuration and weights."""
    digest = hashlib.sha256()
    files = (path for kind in ("json", "txt", "safetensors") for path in folder.rglob(f"*.{kind}"))
    for path in sorted(files):
        with path.open("rb") as content:
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(hashlib.file_digest(content, "sha256").digest())
    folder = folder.resolve()
    name = folder.name if folder.name != "model" else folder.parent.name
    return f"{name}@{digest.hexdigest()[:12]}"
