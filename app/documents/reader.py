"""From a file to passages: a text, Markdown or PDF, read in a process that can be killed."""

import asyncio
import json
import logging
from typing import Literal, get_args

from anyio import CapacityLimiter

from app.errors import DocumentTooLarge, UnreadableDocument, Unsupported
from app.fair_pools import WorkPools
from app.worker_process import worker

log = logging.getLogger(__name__)

Kind = Literal["text/plain", "text/markdown", "application/pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Of processor time, for a worker: a text of the largest size takes two to ten. Chats go before it,
# so it may have to wait for its core: it is ended after so many times as long.
_WALL_CLOCK_FACTOR = 3
_SECONDS: dict[Kind, int] = {"text/plain": 60, "text/markdown": 60, "application/pdf": 120}
_OUT_OF_TIME = -24  # the signal SIGXCPU: Windows has no name for it, and no such limit
# At once, of all users. Others wait; ``WorkPools.document_places`` bounds how many.
_workers = CapacityLimiter(2)


def kind_of(content_type: str) -> Kind:
    """Raises Unsupported."""
    name = content_type.partition(";")[0].strip().lower()
    if name not in KINDS:
        raise Unsupported("Content-Type", f"the Content-Type must be one of {', '.join(KINDS)}")
    return name


async def read(pools: WorkPools, user: str, content: bytes, kind: Kind, title: str) -> list[str]:
    """The passages of a file. Raises UnreadableDocument, DocumentTooLarge."""
    name = "PDF" if kind == "application/pdf" else "text"
    seconds = _SECONDS[kind]
    task = json.dumps({"kind": kind, "title": title, "seconds": max(1, seconds)}).encode() + b"\n"
    async with _workers, worker("app.documents.worker") as process:
        try:
            async with asyncio.timeout(_WALL_CLOCK_FACTOR * seconds):
                answer, _ = await process.communicate(task + content)
        except TimeoutError:
            raise UnreadableDocument(
                f"the {name} takes longer than {seconds} seconds to read"
            ) from None
    if process.returncode == _OUT_OF_TIME:
        raise UnreadableDocument(f"the {name} takes longer than {seconds} seconds to read")
    if process.returncode != 0:
        log.warning("a worker that read a document ended with %s", process.returncode)
        raise UnreadableDocument(f"the {name} is broken: the reader died of it")
    found = await pools.documents.run(_parse, user, answer)
    if not found:
        scanned = "; a scanned one needs text recognition first" if kind == KINDS[2] else ""
        raise UnreadableDocument(f"the document holds no text{scanned}")
    return found


def _parse(_user: str, answer: bytes) -> list[str]:
    """The worker's lines; it may be megabytes. Raises UnreadableDocument, DocumentTooLarge."""
    first, *rest = answer.splitlines()
    result = json.loads(first)
    if result["error"] == "too_large":
        raise DocumentTooLarge(result["message"])
    if result["error"] is not None:
        raise UnreadableDocument(result["message"])
    return [json.loads(line) for line in rest]
