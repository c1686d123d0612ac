"""A fake language model that emits words at a fixed rate, to load the rest of the service."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from models.language.base import Finish, Message, Piece, Sampling, Usage


class PacedLanguage:
    """Emits ``words`` numbers, ``rate`` per second. Implements ``LanguageModel``."""

    name = "paced"
    window = 4096

    def __init__(self, words: int, rate: float) -> None:
        self.words = words
        self.pause = 1 / rate
        self.alive = False
        self.restarts = 0

    def count_text(self, text: str) -> int:
        return len(text.split())

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(self.count_text(message.content) + 4 for message in messages)

    async def start(self) -> None:
        self.alive = True

    async def close(self) -> None:
        self.alive = False

    async def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        cache_salt: str | None = None,  # noqa: ARG002 - the protocol's
    ) -> AsyncIterator[Piece | Finish]:
        words = min(self.words, sampling.max_tokens)
        for number in range(words):
            await asyncio.sleep(self.pause)
            yield Piece(f"{number} ")
        yield Finish("stop", Usage(self.count_tokens(messages), words))
