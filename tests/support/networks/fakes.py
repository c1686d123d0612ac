"""Stand-ins for the two networks, in tests of the service's logic. The real ones have their own."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache

import numpy as np
from jaxtyping import Float32

from models.embedding_queue import EmbedderError
from models.language.base import Finish, Message, Piece, Sampling, Usage
from models.token_hashes import TOKEN, Tokens


@cache
def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def _tokens(text: str) -> Tokens:
    found = [
        (np.frombuffer(_digest(word[0].lower())[:16], "<u8"), word.start())
        for word in re.finditer(r"\w+", text)
        if word.start() < 2**16
    ]
    return np.array(found, TOKEN)


class FakeEmbedder:
    """A bag of hashed words: texts that share words are near each other, and nothing else is."""

    name = "fake-words"
    dimension = 64
    symmetric = True

    def __init__(self) -> None:
        self.broken = False
        self.closed = False

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        if self.broken:
            raise EmbedderError("broken on purpose")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["?"]:
                digest = _digest(word)
                vectors[row, digest[0] % self.dimension] += 1 if digest[1] % 2 else -1
                vectors[row, digest[2] % self.dimension] += 0.5
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    async def embed_tokens(
        self, texts: Sequence[str], *, queries: bool = False
    ) -> tuple[Float32[np.ndarray, "texts dim"], list[Tokens]]:
        vectors = await (self.embed_queries if queries else self.embed)(texts)
        return vectors, [_tokens(text) for text in texts]

    async def embed_queries(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        return await self.embed(texts)

    def close(self) -> None:
        self.closed = True


class FakeLanguage:
    """Says ``answer`` (a text, or a function of the prompt) word by word.

    ``hold`` pauses it before each piece until the event is set (from piece ``hold_from`` on);
    ``fail_after`` raises after so many
    pieces; ``prompts`` are all that it was asked; ``cancelled`` counts streams closed early.
    """

    name = "fake"
    window = 2048

    def __init__(
        self, answer: str | Callable[[Sequence[Message]], str] = "Noted, thank you."
    ) -> None:
        self.answer = answer
        self.hold: asyncio.Event | None = None
        self.hold_from = 0
        self.fail_after: int | None = None
        self.error: Exception = RuntimeError("failed on purpose")
        self.prompts: list[list[Message]] = []
        self.samplings: list[Sampling] = []
        self.salts: list[str | None] = []
        self.cancelled = 0
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
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncIterator[Piece | Finish]:
        self.prompts.append(list(messages))
        self.samplings.append(sampling)
        self.salts.append(cache_salt)
        text = self.answer if isinstance(self.answer, str) else self.answer(messages)
        pieces = re.findall(r"\S+\s*", text)
        finished = False
        try:
            for number, piece in enumerate(pieces[: sampling.max_tokens]):
                if self.hold is not None and number >= self.hold_from:
                    await self.hold.wait()
                if number == self.fail_after:
                    raise self.error
                await asyncio.sleep(0)
                yield Piece(piece)
            reason = "length" if len(pieces) > sampling.max_tokens else "stop"
            finished = True
            yield Finish(reason, Usage(self.count_tokens(messages), len(pieces)))
        finally:
            if not finished:
                self.cancelled += 1
