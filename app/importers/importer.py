"""Taking a memory in: bytes → lines → records → keys → rows, a batch at a time.

A bad line ends the import, and everything before it is stored. Such a line mostly means a file that
is broken, or another than was meant; to pass it over would leave a hole that nobody sees. The file
is mended and sent again: what is there already is left alone.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from app.errors import BadLine
from app.importers.archive_format import BadItem
from app.importers.archive_reader import ArchiveReader, HeaderLine
from app.importers.conversion import Foreign
from app.work_pools import WorkPools
from memory import embedding
from memory.repositories.export import ArchivedMemory, Record
from memory.repositories.restore import Restore, Restored
from memory.repositories.slot_rows import StoredEmbedding
from memory.types import with_speaker
from models.embedder import Embedder

# Memories that are embedded and stored together. A chat waits for none of it: the embedder takes a
# few texts at a time, the shortest requests first. Long ones are fewer, so that memory stays flat.
BATCH = 256
_LETTERS = 1_000_000
_FEW = 500  # records of other kinds than memories that are stored together
# What tells one kind of file from another: the bracket of a list, or the first key of an object.
_FEW_BYTES = 1024
_ZIP = b"PK\x03\x04"
_FIRST_KEY = re.compile(rb'(\xef\xbb\xbf)?\s*(\[|\{\s*"[^"]*"|[^\s\[{\xef])')
_OF_ELSEWHERE = re.compile(rb'\[|\{\s*"(?!(?:%b)")' % "|".join(HeaderLine.model_fields).encode())


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it got. ``whole``: the file told its end, and has as many memories as that says."""

    imported: int = 0
    kept: int = 0
    done: bool = False
    whole: bool = False


@dataclass(slots=True)
class Import:
    """One import of one user. Iterate over ``run`` once."""

    restore: Restore
    embedder: Embedder
    pools: WorkPools
    foreign: Foreign
    user_id: str
    longest: int
    """Bytes that a line may have: one that never ends shall not fill the memory."""
    progress: Progress = field(default_factory=Progress)
    _restored: Restored | None = None
    _whole: bool = False

    async def run(self, body: AsyncIterator[bytes]) -> AsyncGenerator[Progress]:
        """Store what the body holds; tells the progress after each batch, and when it is done.

        Raises BadLine, StorageFull, ForgottenMeanwhile, and what the body raises; what came before
        is stored. Close it where it is left early.
        """
        batch: list[Record] = []
        memories = letters = 0
        fault: Exception | None = None
        async with aclosing(self._records(body)) as found:
            while True:
                try:
                    records = await anext(found, None)
                except Exception as error:  # noqa: BLE001 - raised again, once all before it is stored
                    records, fault = None, error
                for record in records or ():
                    batch.append(record)
                    if isinstance(record, ArchivedMemory):
                        memories += 1
                        letters += len(record.text)
                    if memories >= BATCH or letters >= _LETTERS or len(batch) >= _FEW:
                        await self._store(batch)
                        yield self.progress
                        batch, memories, letters = [], 0, 0
                if records is None:
                    break
        if batch:
            await self._store(batch)
            yield self.progress
        if fault is not None:
            raise fault
        self.progress = replace(self.progress, done=True, whole=self._whole)
        yield self.progress

    async def _store(self, batch: list[Record]) -> None:
        texts = {
            each.id: with_speaker(each.speaker, each.text)
            for each in batch
            if isinstance(each, ArchivedMemory) and each.status == "complete"
        }
        missing = await self.pools.imports.run(self.restore.missing, self.user_id, list(texts))
        new = [(slot_id, text) for slot_id, text in texts.items() if slot_id in missing]
        vectors = await embedding.keys(self.embedder, [text for _, text in new])
        keys: dict[str, StoredEmbedding | None] = {
            slot_id: key for (slot_id, _), key in zip(new, vectors, strict=True)
        }
        self._restored = await self.pools.imports.run(
            self.restore.put, self.user_id, batch, keys, self._restored
        )
        self.progress = replace(
            self.progress,
            imported=self.progress.imported + self._restored.imported,
            kept=self.progress.kept + self._restored.kept,
        )

    async def _records(self, body: AsyncIterator[bytes]) -> AsyncGenerator[Sequence[Record]]:
        """The records of either kind of file: ours begins with its header, others with a list."""
        begun = b""
        async for piece in body:
            begun += piece
            if _FIRST_KEY.match(begun) or len(begun) > _FEW_BYTES:
                break
        begun = begun.removeprefix(b"\xef\xbb\xbf").lstrip()
        if begun.startswith(_ZIP):
            raise BadLine("the file", "is a ZIP archive: unpack it, and send conversations.json")
        if begun and begun[:1] not in b"{[":
            raise BadLine("the file", "is no export: those begin with { or [")
        whole = _after(begun, body)
        if _OF_ELSEWHERE.match(begun):
            whole = self.foreign.converted(whole)
        reader = ArchiveReader(self.longest)
        async with aclosing(whole):
            async for piece in whole:
                records, fault = await self.pools.imports.run(_read, self.user_id, reader, piece)
                yield records
                if fault is not None:
                    raise fault
        records, fault = await self.pools.imports.run(_read, self.user_id, reader, None)
        self._whole = reader.whole
        yield records
        if fault is not None:
            raise fault


async def _after(begun: bytes, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield begun
    async for piece in body:
        yield piece


def _read(
    _user: str, reader: ArchiveReader, piece: bytes | None
) -> tuple[list[Record], BadLine | None]:
    """The records of one more piece, or of the end, and what is wrong behind them."""
    found: list[Record] = []
    try:
        for record in reader.close() if piece is None else reader.push(piece):
            found.append(record)  # noqa: PERF402 - those before a fault are wanted
    except BadItem as fault:
        return found, BadLine(fault.place, fault.message)
    return found, None
