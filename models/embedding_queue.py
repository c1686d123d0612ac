"""The queue of an embedder: one thread embeds the texts of all requests in common batches."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from jaxtyping import Float32

from models.token_hashes import Tokens

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

Encode = Callable[[Sequence[str]], tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]]
"""The unit vectors of texts, and the tokens of each."""


class EmbedderError(Exception):
    """A text has no usable vector, or the embedder is closed or failed."""


@dataclass(eq=False, slots=True)
class EmbeddingRequest:
    """Texts to embed, and where their vectors go."""

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


class EmbeddingQueue:
    """Requests, and the thread that calls ``encode``. Each batch takes texts of all waiting
    requests, the smallest request first, so that one message does not wait for a document.

    ``steady`` batches do not depend on the machine's speed. A vector's last bits depend on its
    batch, so the same texts then have the same vectors every time.
    """

    def __init__(self, encode: Encode, *, steady: bool = False) -> None:
        self._encode = encode
        self._steady = steady
        self._tokens_per_second = BATCH_TOKENS / BATCH_SECONDS
        self._chat_until = 0.0
        # None ends the thread.
        self._arrivals: queue.SimpleQueue[EmbeddingRequest | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="embedder", daemon=True)
        self._thread.start()

    def put(self, request: EmbeddingRequest) -> None:
        """Raises EmbedderError when the queue is closed."""
        with self._closing:
            if self._closed:
                raise EmbedderError("the embedder is closed")
            self._arrivals.put(request)

    def close(self) -> None:
        """Fail waiting requests and wait for the thread. May be called again."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._arrivals.put(None)
        self._thread.join()

    def _run(self) -> None:
        waiting: list[EmbeddingRequest] = []
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

    def _embed_batch(self, waiting: list[EmbeddingRequest]) -> None:
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

    def _next_batch(
        self, waiting: list[EmbeddingRequest]
    ) -> tuple[dict[EmbeddingRequest, int], int]:
        """How many of its next texts each request gets into the batch, and all their tokens."""
        budget = self._budget()
        costs = (
            (request, cost)
            for request in sorted(waiting, key=EmbeddingRequest.size)
            for cost in request.tokens[request.done : request.done + BATCH]
        )
        batch: dict[EmbeddingRequest, int] = {}
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
        if self._steady:
            return BATCH_TOKENS
        most = min(BATCH_TOKENS, int(self._tokens_per_second * BATCH_SECONDS))
        divisor = CHAT_DIVISOR if time.monotonic() < self._chat_until else 1
        return max(FEWEST_TOKENS, most // divisor)

    def _measure(self, tokens: int, seconds: float) -> None:
        """Update the rate by this batch. In a small batch the fixed cost dominates: ignore it."""
        if tokens >= FEWEST_TOKENS // 2:
            rate = tokens / max(seconds, 1e-6)
            self._tokens_per_second += (rate - self._tokens_per_second) / 2
