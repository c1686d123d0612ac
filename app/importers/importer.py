"""An import into a user's memory: bytes → lines → records → embeddings → rows, a batch at a time.

A bad line of our own export ends the import, and everything before it is stored: such a file is
damaged. Of another service's export, what cannot be read is left out and reported. A file can be
sent again; what is there already is left alone.
"""

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from app.errors import InvalidImport
from app.fair_pools import WorkPools
from app.importers.archive import ArchiveReader, BadItem
from app.importers.archive_records import record_of
from app.importers.export_conversion import ExportConverter
from app.importers.import_report import ImportReport
from memory.repositories.export import ArchivedMemory, Record
from memory.repositories.restore import Restored
from memory.service import MemoryService

# Memories that are embedded and stored together. A chat waits for none of it: the embedder takes a
# few texts at a time, the shortest requests first. Long ones are fewer, so that memory stays flat.
BATCH = 256
_BATCH_CHARACTERS = 1_000_000
_BATCH_RECORDS = 500  # of all kinds
# An import embeds in its first seconds. Maintenance embeds the rest, so that nobody waits for it.
EMBEDDING_SECONDS = 3.0
_WAITING = "memories are still being embedded; until then only their words find them"
# The first bytes of a file show whether it is ours: the first key of an object, and its value.
_FIRST_BYTES = 1024
_BOM = b"\xef\xbb\xbf"
_FIRST_VALUE = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:[^\s{\xef]|\{\s*"[^"]*"\s*:\s*(?:"[^"]*"|[^\s"]))'
)
_TYPES = b"header|conversation|document|memory|feedback|end"
_OURS = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*"(?:type"\s*:\s*"(?:%b)"|format"|exported_at")|$)' % _TYPES
)


@dataclass(frozen=True, slots=True)
class Progress:
    """imported, kept:  memories that are new, and that were there already
    whole:             whether the file was read to its end; None until then
    skipped, reasons:  items of another service's export that were left out, and why
    notes:             what else the user should know
    """

    imported: int = 0
    kept: int = 0
    done: bool = False
    whole: bool | None = None
    skipped: int = 0
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Import:
    """One import of one user. Iterate over ``run`` once.

    ``me`` is the name of the speaker who is the user, where several people talk. ``zone`` is that
    of dates without one.
    """

    memory: MemoryService
    pools: WorkPools
    converter: ExportConverter
    user_id: str
    max_line_bytes: int
    me: str | None = None
    zone: tzinfo = UTC
    progress: Progress = field(default_factory=Progress)
    _is_cut: bool = False
    _seconds: float = 0.0
    _waiting: int = 0
    _restored: Restored | None = None

    async def run(self, body: AsyncIterator[bytes]) -> AsyncGenerator[Progress]:
        """Store what the body holds; yields the progress after each batch and at the end.

        Raises InvalidImport, StorageFull, ForgottenMeanwhile, and what the body raises; what came
        before is stored. Close it where it is left early.
        """
        reader = ArchiveReader(self.max_line_bytes)
        batch: list[Record] = []
        memories = characters = 0
        error: Exception | None = None
        try:
            async with aclosing(self._records(reader, body)) as records:
                async for record in records:
                    batch.append(record)
                    if isinstance(record, ArchivedMemory):
                        memories += 1
                        characters += len(record.text)
                    full = memories >= BATCH or characters >= _BATCH_CHARACTERS
                    if full or len(batch) >= _BATCH_RECORDS:
                        stored, batch, memories, characters = batch, [], 0, 0
                        await self._store(stored)
                        yield self.progress
        except Exception as raised:  # noqa: BLE001 - raised again, once all before it is stored
            error = raised
        if batch:
            await self._store(batch)
            yield self.progress
        if error is not None:
            raise error
        whole = reader.whole and not self._is_cut
        notes = self.progress.notes
        if self._waiting:
            notes += (f"{self._waiting} {_WAITING}",)
        self.progress = replace(self.progress, done=True, whole=whole, notes=notes)
        yield self.progress

    async def _store(self, batch: list[Record]) -> None:
        begun = time.monotonic()
        self._restored = await self.memory.restore(
            self.user_id, batch, self._restored, EMBEDDING_SECONDS - self._seconds
        )
        self._seconds += time.monotonic() - begun
        self._waiting += self._restored.waiting
        self.progress = replace(
            self.progress,
            imported=self.progress.imported + self._restored.imported,
            kept=self.progress.kept + self._restored.kept,
        )

    async def _records(
        self, reader: ArchiveReader, body: AsyncIterator[bytes]
    ) -> AsyncGenerator[Record]:
        async with aclosing(self._archive(body)) as pieces:
            async for piece in pieces:
                for record in await self.pools.imports.run(_read, self.user_id, reader, piece):
                    if isinstance(record, InvalidImport):
                        raise record
                    yield record

    async def _archive(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes | None]:
        """The file in our own format, which another service's is converted to. Then None."""
        begun = b""
        async for piece in body:
            begun += piece
            if _FIRST_VALUE.match(begun) or len(begun) > _FIRST_BYTES:
                break
        if _OURS.match(begun):
            async with aclosing(_joined(begun.removeprefix(_BOM).lstrip(), body)) as ours:
                async for piece in ours:
                    yield piece
        else:
            converted = self.converter.convert(_joined(begun, body), self.me, self.zone)
            async with aclosing(converted) as parts:
                async for part in parts:
                    if isinstance(part, ImportReport):
                        self._report(part)
                    else:
                        yield part
        yield None

    def _report(self, report: ImportReport) -> None:
        self._is_cut = not report.whole
        self.progress = replace(
            self.progress,
            skipped=report.skipped,
            reasons=tuple(report.reasons),
            notes=tuple(report.notes),
        )


async def _joined(begun: bytes, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield begun
    async for piece in body:
        yield piece


def _read(_user: str, reader: ArchiveReader, piece: bytes | None) -> list[Record | InvalidImport]:
    """The records of one more piece, or of the end (None); the error behind them, if any."""
    found: list[Record | InvalidImport] = []
    try:
        for line in reader.close() if piece is None else reader.push(piece):
            found.append(record_of(line))  # noqa: PERF401 - those before an error are wanted
    except BadItem as error:
        found.append(InvalidImport(error.place, error.message))
    return found
