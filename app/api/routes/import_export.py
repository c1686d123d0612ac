"""Taking a whole memory away, and bringing it back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app.api.dependencies import AppServices, CurrentUser
from app.errors import BadLine, body_of, look_of
from app.importers import archive_reader
from app.importers.archive_reader import EndLine
from app.importers.conversion import Foreign
from app.importers.importer import Import, Progress
from app.services import Services
from memory.repositories.export import ArchivedMemory, Record

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/memories", tags=["moving"])

JSON_LINES = "application/x-ndjson"
# A client that sends the whole file before it reads must not choke on what it is told meanwhile.
TELL_EVERY_SECONDS = 1.0
# A character of a text that came in a body takes at most six in JSON.
_EXPANSION = 8
# What a file of another service becomes, as our own: ids and dates are told with each message.
_GROWTH = 4


async def export_place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held until the last byte is sent, or the reader is gone."""
    async with services.pools.export_places.slot(user):
        yield


async def import_place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held from before the body is read until the answer is sent."""
    async with services.pools.import_places.slot(user):
        yield


@router.get(
    "/export",
    dependencies=[Depends(export_place)],
    response_class=StreamingResponse,
    responses={200: {"description": "One JSON object a line.", "content": {JSON_LINES: {}}}},
)
async def export_memories(services: AppServices, user: CurrentUser) -> StreamingResponse:
    """Everything of this user: conversations, documents, memories in their order, feedback.

    The last line is the end; without it the file is not whole.
    """
    return StreamingResponse(
        _lines(services, user),
        media_type=JSON_LINES,
        headers={"Content-Disposition": 'attachment; filename="memory.jsonl"'},
    )


async def _lines(services: Services, user: str) -> AsyncIterator[bytes]:
    """A page at a time. While the reader takes one, no thread and no connection is held."""
    yield archive_reader.header()
    memories = 0
    pages = services.archive.pages(user)
    while True:
        lines, more = await services.pools.exports.run(_page, user, pages)
        if not lines:
            break
        memories += more
        yield lines
    yield archive_reader.dump(EndLine(memories=memories))


def _page(_user: str, pages: Iterator[Sequence[Record]]) -> tuple[bytes, int]:
    """The next page as lines, and how many memories are among them. The last one is empty."""
    page = next(pages, ())
    memories = sum(isinstance(record, ArchivedMemory) for record in page)
    return b"".join(map(archive_reader.line_of, page)), memories


class WhileItIsSent(StreamingResponse):
    """A response that begins before its request is at its end: nobody else may read that.

    This lets a file be stored as it arrives, with its progress and its faults told meanwhile. A
    response after the upload would need the whole file on disk, and no less code.
    """

    async def listen_for_disconnect(self, receive: Receive) -> None:  # noqa: ARG002 - the body is ours to read
        await anyio.sleep_forever()


@router.post(
    "/import",
    dependencies=[Depends(import_place)],
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
async def import_memories(
    http: Request, services: AppServices, user: CurrentUser
) -> StreamingResponse:
    """Bring a memory here: what `/export` wrote, or what another service exported.

    That is `conversations.json` of ChatGPT or Claude, the chats that Open WebUI exports, or the
    memories of one user as mem0 lists them: what it is, is seen from what is in it.

    What is there already is left alone, so that a file may be sent again. What was forgotten comes
    back. A bad line ends the import; everything before it is stored. A list of another service is
    taken as a whole, or not at all.
    """
    services.admission.write(user)
    longest = _EXPANSION * services.settings.max_body_bytes
    room = _GROWTH * services.settings.max_import_bytes
    foreign = Foreign(services.settings.data_dir, longest, room)
    running = Import(services.memory, services.pools, foreign, user, longest)
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
        async with aclosing(running.run(http.stream())) as steps:
            async for progress in steps:
                news.put_nowait(progress)
    except ClientDisconnect:
        news.put_nowait(BadLine("the file", "broke off: the client left"))
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
