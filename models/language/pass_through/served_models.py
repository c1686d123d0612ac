"""The models of a remote engine that clients may name."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from models.language.base import LanguageModelError
from models.language.openai_client import OpenAIClient
from models.language.openai_types import ModelCard

# Seconds after which the engine is asked again: a model that it has just loaded is then found.
FRESH_SECONDS = 5.0
MOST_MODELS = 1000


@dataclass(frozen=True, slots=True)
class ServedModel:
    """``window`` is in tokens, and None if the engine does not report it."""

    id: str
    created: int
    owned_by: str
    window: int | None


class ServedModels:
    """What the engine lists; only ``allowed`` if any names are given, listed or not."""

    def __init__(self, client: OpenAIClient, allowed: Sequence[str] = ()) -> None:
        self._client = client
        self._allowed = tuple(dict.fromkeys(allowed))
        self._cards: dict[str, ModelCard] = {}
        self._asked_at = 0.0
        self._asking = asyncio.Lock()

    def update(self, cards: Sequence[ModelCard]) -> None:
        """Take a new list of the engine's."""
        self._cards = {card.id: card for card in cards[:MOST_MODELS]}
        self._asked_at = time.monotonic()

    async def all(self, default: str) -> list[ServedModel]:
        """The models, ``default`` first. An engine that does not answer keeps its last list."""
        await self.refresh()
        return self.known(default)

    def known(self, default: str) -> list[ServedModel]:
        """The same without asking the engine. An empty ``default`` is none."""
        names = dict.fromkeys((default, *(self._allowed or self._cards)))
        return [self._of(name) for name in names if name]

    async def find(self, name: str, default: str) -> ServedModel | None:
        """A model by the name that a client uses; None if it is not served."""
        found = self.find_known(name, default)
        if found is None:
            await self.refresh()
            found = self.find_known(name, default)
        return found

    def find_known(self, name: str, default: str) -> ServedModel | None:
        """The same without asking the engine."""
        for each in (name, f"{name}:latest"):  # Ollama leaves that out
            if each == default or each in (self._allowed or self._cards):
                return self._of(each)
        return None

    def _of(self, name: str) -> ServedModel:
        card = self._cards.get(name) or ModelCard(id=name)
        return ServedModel(name, int(card.created or 0), card.owned_by or "engine", card.window)

    async def refresh(self) -> None:
        """Ask the engine for its models, unless it was asked just now. Raises nothing."""
        async with self._asking:
            if time.monotonic() - self._asked_at < FRESH_SECONDS:
                return
            try:
                cards = await self._client.models()
            except LanguageModelError:
                self._asked_at = time.monotonic()
            else:
                self.update(cards or list(self._cards.values()))
