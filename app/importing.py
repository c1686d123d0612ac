"""Taking a memory in: bytes → lines → records → keys → rows, a batch at a time.

A bad line ends the import, and everything before it is stored. Such a line mostly means a file that
is broken, or another than was meant; to pass it over would leave a hole that nobody sees. The file
is mended and sent again: what is there already is left alone.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from app import archive_lines, keying
from app.archive_lines import EndLine, HeaderLine
from app.errors import BadLine
from app.exported import Reader
from memory.archive import ArchivedMemory, Record
from memory.records import said
from memory.restoring import Restored, Restoring
from memory.slots import StoredKey
from models.embedder import Embedder

log = logging.getLogger(__name__)

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

    restoring: Restoring
    embedder: Embedder
    user_id: str
    longest: int
    """Bytes that a line may have: one that never ends shall not fill the memory."""
    progress: Progress = field(default_factory=Progress)
    _restored: Restored | None = None
    _whole: bool = False

    async def run(self, body: AsyncIterator[bytes]) -> AsyncIterator[Progress]:
        """Store what the body holds; tells the progress after each batch, and when it is done.

        Raises BadLine, ForgottenMeanwhile, and what the body raises; what came before is stored.
        """
        batch: list[Record] = []
        memories = letters = 0
        records = self._records(body)
        while True:
            fault: Exception | None = None
            try:
                record = await anext(records, None)
            except Exception as error:  # noqa: BLE001 - raised again, once what came before is stored
                record, fault = None, error
            if record is not None:
                batch.append(record)
                if isinstance(record, ArchivedMemory):
                    memories += 1
                    letters += len(record.text)
            full = memories >= BATCH or letters >= _LETTERS or len(batch) >= _FEW
            if record is None or full:
                if batch:
                    await self._store(batch)
                    yield self.progress
                batch, memories, letters = [], 0, 0
            if fault is not None:
                raise fault
            if record is None:
                break
        self.progress = replace(self.progress, done=True, whole=self._whole)
        yield self.progress

    async def _store(self, batch: list[Record]) -> None:
        texts = {
            each.id: said(each.speaker, each.text)
            for each in batch
            if isinstance(each, ArchivedMemory) and each.status == "complete"
        }
        missing = await asyncio.to_thread(self.restoring.missing, self.user_id, list(texts))
        new = [(slot_id, text) for slot_id, text in texts.items() if slot_id in missing]
        vectors = await keying.keys(self.embedder, [text for _, text in new])
        keys: dict[str, StoredKey | None] = {
            slot_id: key for (slot_id, _), key in zip(new, vectors, strict=True)
        }
        self._restored = await asyncio.to_thread(
            self.restoring.put, self.user_id, batch, keys, self._restored
        )
        self.progress = replace(
            self.progress,
            imported=self.progress.imported + self._restored.imported,
            kept=self.progress.kept + self._restored.kept,
        )

    async def _records(self, body: AsyncIterator[bytes]) -> AsyncIterator[Record]:
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
        found = self._of_elsewhere if _OF_ELSEWHERE.match(begun) else self._of_lines
        async for record in found(begun, body):
            yield record

    async def _of_elsewhere(
        self, begun: bytes, body: AsyncIterator[bytes]
    ) -> AsyncIterator[Record]:
        reader = Reader(begun)
        async for piece in body:
            reader.push(piece)
        for record in reader.records():
            yield record
        self._whole = True

    async def _of_lines(self, begun: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[Record]:
        number = memories = 0
        async for line in _lines(begun, body, self.longest):
            number += 1
            place = f"line {number}"
            if not line.strip():
                continue
            if len(line) > self.longest:
                raise BadLine(place, f"is longer than {self.longest} bytes")
            read = archive_lines.parse(place, line)
            if isinstance(read, HeaderLine) != (number == 1):
                raise BadLine(place, "the header has to be the first line, and no other")
            if self._whole:
                raise BadLine(place, "comes after the end")
            if isinstance(read, EndLine):
                if read.memories != memories:
                    raise BadLine(place, f"there should be {read.memories} memories before it")
                self._whole = True
            elif not isinstance(read, HeaderLine):
                record = read.record()
                memories += isinstance(record, ArchivedMemory)
                yield record
        if number == 0:
            raise BadLine("line 1", "the header has to be the first line, and no other")


async def _lines(begun: bytes, body: AsyncIterator[bytes], longest: int) -> AsyncIterator[bytes]:
    """The lines of a stream; of one that is too long its beginning, which is the last then."""
    held = begun
    while True:
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line
        if len(held) > longest:
            break
        piece = await anext(body, None)
        if piece is None:
            break
        held += piece
    if held.strip():
        yield held
