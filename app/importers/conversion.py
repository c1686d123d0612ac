"""Another service's export as a stream of our own, made in a process that can be killed."""

import asyncio
import json
import logging
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.errors import InvalidImport, StorageFull
from app.worker_process import worker

log = logging.getLogger(__name__)

T = TypeVar("T")
_PIECE = 65_536
_STALL_SECONDS = 120
"""For the worker to take or give one piece: it needs a tenth of a second, where it is not starved
by chats.
"""


@dataclass(frozen=True, slots=True)
class Foreign:
    """How such files are read.

    folder:  where conversations lie meanwhile; not in memory, as /tmp may be
    longest: bytes of one message, as a line of ours
    room:    bytes that may lie in the folder
    """

    folder: Path
    longest: int
    room: int

    async def converted(self, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Our own export of what the body tells, once all of it was read.

        Raises InvalidImport, StorageFull, and what the body raises. Close it if left early.
        """
        given = str(self.folder.absolute()), str(self.longest), str(self.room)
        async with worker("app.importers.worker", *given) as process:
            await _send(process, body)
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            told = await _in_time(process.stdout.readline())
            if not told.endswith(b"\n"):
                raise await _died(process)
            error = json.loads(told)["error"]
            if error is not None:
                raise InvalidImport(**error) if error["place"] else StorageFull
            while piece := await _in_time(process.stdout.read(_PIECE)):
                yield piece
            if await process.wait() != 0:
                raise await _died(process)


async def _send(process: Process, body: AsyncIterator[bytes]) -> None:
    """All of the body, as fast as it is taken; or as much as the worker wants to know."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    async for piece in body:
        try:
            process.stdin.write(piece)
            await _in_time(process.stdin.drain())
        except (BrokenPipeError, ConnectionResetError):
            return  # it found a fault, and says which
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
