"""Taking a whole memory away, and bringing it back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app import archive_lines
from app.archive_lines import EndLine
from app.deps import CurrentUser, Service
from app.errors import body_of, look_of
from app.importing import Import, Progress
from memory.archive import Archive, ArchivedMemory

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/memories", tags=["moving"])

JSON_LINES = "application/x-ndjson"
# A client that sends the whole file before it reads must not choke on what it is told meanwhile.
TELL_EVERY_SECONDS = 1.0
# A character of a text that came in a body takes at most six in JSON.
_EXPANSION = 8


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"description": "One JSON object a line.", "content": {JSON_LINES: {}}}},
)
async def export_memories(parts: Service, user: CurrentUser) -> StreamingResponse:
    """Everything of this user: conversations, documents, memories in their order, feedback.

    The last line is the end; without it the file is not whole.
    """
    return StreamingResponse(
        _lines(parts.archive, user),
        media_type=JSON_LINES,
        headers={"Content-Disposition": 'attachment; filename="memory.jsonl"'},
    )


def _lines(archive: Archive, user: str) -> Iterator[bytes]:
    """Runs in threads, a page at a time."""
    yield archive_lines.header()
    memories = 0
    for page in archive.pages(user):
        memories += sum(isinstance(record, ArchivedMemory) for record in page)
        yield b"".join(map(archive_lines.line_of, page))
    yield archive_lines.dump(EndLine(memories=memories))


class WhileItIsSent(StreamingResponse):
    """A response that begins before its request is at its end: nobody else may read that."""

    async def listen_for_disconnect(self, receive: Receive) -> None:  # noqa: ARG002 - left alone
        await anyio.sleep_forever()


@router.post(
    "/import",
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON_LINES: {"schema": {"type": "string", "format": "binary"}},
                "application/json": {"schema": {"type": "array", "items": {}}},
            },
        }
    },
    responses={
        200: {
            "description": "A line for how far it got, about once a second; the last one says "
            "`done`, or holds an `error`.",
            "content": {JSON_LINES: {}},
        }
    },
)
async def import_memories(http: Request, parts: Service, user: CurrentUser) -> StreamingResponse:
    """Bring a memory here: what `/export` wrote, or what another service exported.

    That is `conversations.json` of ChatGPT or Claude, the chats that Open WebUI exports, or the
    memories of one user as mem0 lists them: what it is, is seen from what is in it.

    What is there already is left alone, so that a file may be sent again. What was forgotten comes
    back. A bad line ends the import; everything before it is stored. A list of another service is
    taken as a whole, or not at all.
    """
    parts.chat.admission.write(user)
    running = Import(
        parts.restoring, parts.embedder, user, longest=_EXPANSION * parts.settings.max_body_bytes
    )
    news: asyncio.Queue[Progress | Exception] = asyncio.Queue()
    # A task of its own: the generator of a response never writes to the database.
    task = asyncio.create_task(_see_through(running, http, news))
    try:
        first = await news.get()
    except asyncio.CancelledError:
        task.cancel()
        raise
    if isinstance(first, Exception):
        raise first
    return WhileItIsSent(_tell(first, news, task), media_type=JSON_LINES)


async def _see_through(
    running: Import, http: Request, news: "asyncio.Queue[Progress | Exception]"
) -> None:
    try:
        async for progress in running.run(http.stream()):
            news.put_nowait(progress)
    except ClientDisconnect as left:
        news.put_nowait(left)
    except Exception as error:
        if look_of(error).status >= 500:
            log.error("an import failed: %s", type(error).__name__, exc_info=error)
        news.put_nowait(error)


async def _tell(
    first: Progress,
    news: "asyncio.Queue[Progress | Exception]",
    task: "asyncio.Task[None]",
) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    told_at, item = clock(), first
    try:
        yield _line(asdict(item))
        while not item.done:
            told = await news.get()
            if isinstance(told, Exception):
                yield _line(body_of(told) | asdict(item))
                return
            item = told
            if item.done or clock() - told_at >= TELL_EVERY_SECONDS:
                told_at = clock()
                yield _line(asdict(item))
    finally:
        task.cancel()  # nobody listens: a batch under way is stored whole, or not at all


def _line(content: dict[str, Any]) -> bytes:
    return to_json(content) + b"\n"
