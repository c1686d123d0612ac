"""Another service's export as a file of our own, made in a process that can be killed."""

import asyncio
import json
import logging
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TypeVar

from app.errors import InvalidImport, StorageFull
from app.importers.import_report import ImportReport
from app.worker_process import worker

log = logging.getLogger(__name__)

T = TypeVar("T")
_PIECE = 65_536
_STALL_SECONDS = 120
"""For the worker to take or give one piece. It needs a tenth of a second unless chats take its
processor.
"""


@dataclass(frozen=True, slots=True)
class ExportConverter:
    """``folder`` holds the converted file, of at most ``max_bytes`` (/tmp may be in memory)."""

    folder: Path
    max_line_bytes: int
    max_bytes: int

    async def convert(
        self, body: AsyncIterator[bytes], me: str | None, zone: tzinfo
    ) -> AsyncGenerator[ImportReport | bytes]:
        """What was left out, then the converted file, once the whole body was read.

        ``me`` is the name of the speaker who is the user, ``zone`` that of dates without one. Close
        it if it is left early. Raises InvalidImport, StorageFull, and what the body raises.
        """
        # Not as arguments, which every user of the machine sees.
        options = {"me": me, "zone": str(zone).removeprefix("UTC") or "UTC"}
        given = str(self.folder.absolute()), str(self.max_line_bytes), str(self.max_bytes)
        async with worker("app.importers.worker", *given) as process:
            await _send(process, json.dumps(options).encode() + b"\n", body)
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            answer = await _in_time(process.stdout.readline())
            if not answer.endswith(b"\n"):
                raise await _died(process)
            result = json.loads(answer)
            if (error := result["error"]) is not None:
                raise InvalidImport(**error) if error["place"] else StorageFull
            yield ImportReport(**result["report"])
            while piece := await _in_time(process.stdout.read(_PIECE)):
                yield piece
            if await process.wait() != 0:
                raise await _died(process)


async def _send(process: Process, options: bytes, body: AsyncIterator[bytes]) -> None:
    """The body, as fast as the worker takes it, until the worker finds an error."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    process.stdin.write(options)
    async for piece in body:
        try:
            process.stdin.write(piece)
            await _in_time(process.stdin.drain())
        except (BrokenPipeError, ConnectionResetError):
            return  # its answer says which error
    process.stdin.close()


async def _in_time(step: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(_STALL_SECONDS):
            return await step
    except TimeoutError:
        raise InvalidImport("the file", "takes too long to read") from None


async def _died(process: Process) -> InvalidImport:
    code = await process.wait()
    log.warning("a worker that read an import ended with %s", code)
    return InvalidImport("the file", "cannot be read: the reader died of it")
