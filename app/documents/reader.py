"""From a file to passages, read in a process that can be killed."""

import asyncio
import json
import logging
from dataclasses import dataclass

from app.documents.formats.kinds import FORMATS, Kind
from app.errors import DocumentTooLarge, UnreadableDocument
from app.fair_pools import WorkPools
from app.worker_process import worker

log = logging.getLogger(__name__)

# A text of the largest size takes two to ten seconds of processor time. Chats go before it, so it
# may have to wait for its core: it is ended after so many times as long.
_WALL_CLOCK_FACTOR = 3
_OUT_OF_TIME = -24  # the signal SIGXCPU: Windows has no name for it, and no such limit


@dataclass(frozen=True, slots=True)
class File:
    """A document as it was sent. ``charset`` is the declared encoding, if one is."""

    title: str
    kind: Kind
    content: bytes
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Its passages, the numbers of pages without text, and the names of parts that are not read."""

    passages: list[str]
    unread_pages: list[int]
    unread_parts: list[str]


async def read(pools: WorkPools, user: str, file: File) -> ReadFile:
    """Raises UnreadableDocument, DocumentTooLarge."""
    its = FORMATS[file.kind]
    task = {
        "kind": file.kind,
        "charset": file.charset,
        "title": file.title,
        "seconds": max(1, its.seconds),
    }
    too_long = f"the {its.name} takes longer than {its.seconds} seconds to read"
    async with (
        pools.document_readers.slot(user),
        worker("app.documents.worker") as process,
    ):
        try:
            async with asyncio.timeout(_WALL_CLOCK_FACTOR * its.seconds):
                answer, _ = await process.communicate(
                    json.dumps(task).encode() + b"\n" + file.content
                )
        except TimeoutError:
            raise UnreadableDocument(too_long) from None
    if process.returncode == _OUT_OF_TIME:
        raise UnreadableDocument(too_long)
    if process.returncode != 0:
        log.warning("a worker that read a document ended with %s", process.returncode)
        raise UnreadableDocument(f"the {its.name} is broken: the reader died of it")
    found = await pools.documents.run(_parse, user, answer)
    if not found.passages:
        scanned = "; a scanned one needs text recognition first" if file.kind == "pdf" else ""
        raise UnreadableDocument(f"the document holds no text{scanned}")
    return found


def _parse(_user: str, answer: bytes) -> ReadFile:
    """The worker's lines; it may be megabytes. Raises UnreadableDocument, DocumentTooLarge."""
    first, *rest = answer.splitlines()
    result = json.loads(first)
    if result["error"] == "too_large":
        raise DocumentTooLarge(result["message"])
    if result["error"] is not None:
        raise UnreadableDocument(result["message"])
    passages = [json.loads(line) for line in rest]
    return ReadFile(passages, result["unread_pages"], result["unread_parts"])
