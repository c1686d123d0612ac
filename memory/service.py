"""The way into a user's memory for everybody: embed, then store or recall.

It knows neither HTTP nor threads. ``Pools`` says what it needs to run work fairly between users.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Concatenate, ParamSpec, Protocol, TypeVar, Unpack, runtime_checkable

from memory import embedding
from memory.recall import Recall
from memory.repositories.documents import Document, Documents
from memory.repositories.export import ArchivedMemory, Record
from memory.repositories.memories import Memories, Narrowing
from memory.repositories.restore import Restore, Restored
from memory.repositories.slot_rows import NewMemory, StoredEmbedding
from memory.types import Reading, Recalled, Slot, with_speaker
from models.embedder import Embedder

P = ParamSpec("P")
T = TypeVar("T")

PASSAGES_PER_WRITE = 100
"""A document counts as one write, and as one more for each further hundred passages."""


@runtime_checkable
class Pool(Protocol):
    """Runs blocking work for a user in a thread, or refuses it when too much is waiting."""

    async def run(
        self,
        work: Callable[Concatenate[str, P], T],
        user_id: str,
        *given: P.args,
        **named: P.kwargs,
    ) -> T: ...


@runtime_checkable
class Queue(Protocol):
    """Lets a bounded number of callers in, taking users in turn."""

    def slot(self, user_id: str) -> AbstractAsyncContextManager[None]: ...


@runtime_checkable
class Pools(Protocol):
    """A pool for each kind of work, so that none takes the threads of another."""

    @property
    def embedding(self) -> Queue: ...
    @property
    def requests(self) -> Pool: ...
    @property
    def tapes(self) -> Pool: ...
    @property
    def reads(self) -> Pool: ...
    @property
    def past(self) -> Pool: ...
    @property
    def documents(self) -> Pool: ...
    @property
    def imports(self) -> Pool: ...


@dataclass(frozen=True, slots=True)
class MemoryService:
    """The memories of all users, one user at a time.

    ``count_write`` counts that many writes of a user, or raises. Every method raises what it and
    the pools raise.
    """

    memories: Memories
    documents: Documents
    restoring: Restore
    recall: Recall
    embedder: Embedder
    pools: Pools
    count_write: Callable[[str, int], None]

    async def embed(self, user_id: str, text: str) -> StoredEmbedding | None:
        """The vector of a text that is stored; see ``embedding.embed``."""
        [found] = await self.embed_all(user_id, [text])
        return found

    async def embed_all(self, user_id: str, texts: Sequence[str]) -> list[StoredEmbedding | None]:
        """The vectors of texts that are stored; see ``embedding.embed``."""
        async with self.pools.embedding.slot(user_id):
            return await embedding.embed(self.embedder, texts)

    async def embed_query(self, user_id: str, text: str) -> StoredEmbedding | None:
        """The vector with which a text reads; see ``embedding.embed_query``."""
        async with self.pools.embedding.slot(user_id):
            return await embedding.embed_query(self.embedder, text)

    # Write

    async def add(self, user_id: str, memories: Sequence[NewMemory]) -> list[Slot]:
        """Store memories in the order given, in one transaction."""
        if not memories:
            return []
        self.count_write(user_id, len(memories))
        texts = [with_speaker(memory.speaker, memory.text) for memory in memories]
        found = await self.embed_all(user_id, texts)
        new = [
            replace(memory, embedding=each) for memory, each in zip(memories, found, strict=True)
        ]
        return await self.pools.requests.run(self.memories.add, user_id, new)

    async def edit(self, user_id: str, slot_id: str, text: str) -> Slot:
        """Replace a memory's text. Raises NotFound."""
        self.count_write(user_id, 1)
        slot = await self.pools.requests.run(self.memories.get, user_id, slot_id)
        key = await self.embed(user_id, with_speaker(slot.speaker, text))
        return await self.pools.requests.run(self.memories.edit, user_id, slot_id, text, key)

    async def forget(self, user_id: str, slot_id: str) -> None:
        """Erase one memory. Raises NotFound."""
        await self.pools.requests.run(self.memories.forget, user_id, slot_id)

    async def add_document(
        self, user_id: str, title: str, passages: Sequence[str], digest: bytes | None = None
    ) -> Document:
        """Store a document whole: all its passages in one transaction.

        The caller bounds how many are on their way, and counts the first write when the file
        arrives. Embedding them takes no place from the user's other requests. If the document of
        the same ``digest`` is there, it is returned, and nothing is stored.
        """
        if digest is not None and (
            known := await self.pools.documents.run(
                self.documents.find, user_id, digest, len(passages)
            )
        ):
            return known
        if more := (len(passages) - 1) // PASSAGES_PER_WRITE:
            self.count_write(user_id, more)
        memories: list[NewMemory] = []
        for start in range(0, len(passages), embedding.BATCH):
            batch = passages[start : start + embedding.BATCH]
            keys = await embedding.embed(self.embedder, batch)
            memories += [
                NewMemory(text, "document", "user", embedding=each)
                for text, each in zip(batch, keys, strict=True)
            ]
        return await self.pools.documents.run(self.documents.add, user_id, title, memories, digest)

    async def restore(
        self,
        user_id: str,
        batch: Sequence[Record],
        before: Restored | None = None,
        embed_seconds: float | None = None,
    ) -> Restored:
        """Store what of an archive's batch is not there; ``before`` is the result of the last one.

        What is not embedded after ``embed_seconds`` is stored without: maintenance embeds it. The
        caller bounds how many imports are on their way. Raises ForgottenMeanwhile.
        """
        texts = {
            each.id: with_speaker(each.speaker, each.text)
            for each in batch
            if isinstance(each, ArchivedMemory) and each.status == "complete"
        }
        missing = await self.pools.imports.run(self.restoring.missing, user_id, list(texts))
        new = {slot_id: text for slot_id, text in texts.items() if slot_id in missing}
        keys = await embedding.embed_for(self.embedder, list(new.values()), embed_seconds)
        restored = await self.pools.imports.run(
            self.restoring.put, user_id, batch, dict(zip(new, keys, strict=False)), before
        )
        return replace(restored, waiting=len(new) - len(keys))

    # Read

    async def search(
        self,
        user_id: str,
        query: str,
        *,
        most: int,
        as_of: datetime | None = None,
        zone: tzinfo = UTC,
        allowed: Collection[int] | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> Recalled:
        """The ``most`` heaviest memories, as a chat would read them now or at a past time.

        ``zone`` is that of the user's days. ``allowed`` are the positions of the memories that may
        be read, instead of narrowing.
        """
        key = await self.embed_query(user_id, query)
        if any(each is not None for each in narrowing.values()):
            allowed = await self.pools.requests.run(self.memories.positions, user_id, **narrowing)
        pool = self.pools.past
        if as_of is None:
            await self.prepare(user_id)
            pool = self.pools.reads
        reading = await pool.run(
            self.recall.read,
            user_id,
            query,
            None if key is None else key.array,
            tokens=b"" if key is None else key.tokens,
            allowed=allowed,
            most=most,
            at=as_of,
            now=as_of or datetime.now(UTC),
            zone=zone,
        )
        return await self._recalled(user_id, reading)

    async def prepare(self, user_id: str) -> None:
        """Bring the user's tape up to date. It may have to be built, which takes longest."""
        await self.pools.tapes.run(self.recall.prepare, user_id)

    async def replay(self, user_id: str, reading_id: str) -> tuple[Recalled, Recalled]:
        """A stored reading, and the same read once more; see ``Recall.replay``."""
        key = None
        if not self.embedder.symmetric:  # What is stored of the message is its vector as a passage.
            text = await self.pools.past.run(self.recall.question_of, user_id, reading_id)
            key = await self.embed_query(user_id, text)
        then, now = await self.pools.past.run(self.recall.replay, user_id, reading_id, key)
        return then, await self._recalled(user_id, now)

    async def _recalled(self, user_id: str, reading: Reading) -> Recalled:
        positions = [slot.position for slot in reading.slots]
        slots = await self.pools.requests.run(self.memories.fetch, user_id, positions)
        return Recalled(reading, slots)
