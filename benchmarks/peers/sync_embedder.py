"""A synchronous interface to this project's embedder, for the systems that are compared."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import numpy as np

from models.embedder import SentenceEmbedder

T = TypeVar("T")


class SyncEmbedder:
    """Thread-safe. Texts in ``precomputed`` are looked up, for tasks that are not timed."""

    def __init__(self, folder: str, precomputed: Mapping[str, np.ndarray] | None = None) -> None:
        self.model = SentenceEmbedder.load(folder)
        self.precomputed = precomputed or {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def embed(self, text: str) -> np.ndarray:
        embedding = self.precomputed.get(text)
        return self._run(self.model.embed([text]))[0] if embedding is None else embedding
