"""The one embedder of all systems that are compared: this project's, with its fast path."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import numpy as np

from models.embedder import SentenceEmbedder

T = TypeVar("T")


class Embedding:
    """Called from any thread. What is ``known`` is looked up instead: for what is not timed."""

    def __init__(self, folder: str, known: Mapping[str, np.ndarray] | None = None) -> None:
        self.model = SentenceEmbedder.load(folder)
        self.known = known or {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def of(self, text: str) -> np.ndarray:
        found = self.known.get(text)
        return self.wait(self.model.embed([text]))[0] if found is None else found
