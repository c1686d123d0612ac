"""Export and import of a user's whole memory."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app.api.dependencies import AppServices, ClientTimeZone, CurrentUser
from app.errors import InvalidImport, error_body, error_kind
from app.exporters.formats import FORMATS, ExportFormat, FormatName
from app.importers.archive import EndLine, dump
from app.importers.archive_records import header, line_of
from app.importers.export_conversion import ExportConverter
from app.importers.importer import Import, Progress
from app.services import Services
from memory.repositories.export import ArchivedMemory, Record

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/memories", tags=["moving"])

JSON_LINES = "application/x-ndjson"
# A client that sends the whole file before it reads must not choke on what it is told meanwhile.
TELL_EVERY_SECONDS = 1.0
_SENT_AT_ONCE = 65_536  # bytes
# A character of a text that came in a body takes at most six in JSON.
_EXPANSION = 8
# What a file of another service becomes, as our own: ids and dates are told with each message.
_GROWTH = 4


async def export_place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held until the last byte is sent, or the client disconnects."""
    async with services.pools.export_places.slot(user):
        yield


async def import_place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held from before the body is read until the response is sent."""
    async with services.pools.import_places.slot(user):
        yield


@router.get(
    "/export",
    dependencies=[Depends(export_place)],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "JSON Lines, unless `format` names another format.",
            "content": {JSON_LINES: {}, "application/json": {}, "application/zip": {}},
        }
    },
)
async def export_memories(
    services: AppServices,
    user: CurrentUser,
    format: Annotated[  # noqa: A002 - its name in the address
        FormatName,
        Query(
            description="`tapehead` is everything. The others have complete turns only: `messages` "
            "is a conversation a line as OpenAI's API takes it, `open-webui` can be imported "
            "there, `markdown` is a ZIP archive with a file for each conversation."
        ),
    ] = "tapehead",
) -> StreamingResponse:
    """Export the user's conversations, documents, memories and feedback as JSON Lines.

    The last line has the type end. A file without it is incomplete.
    """
    chosen = FORMATS.get(format)
    if chosen is not None:
        return _attachment(_pieces(services, user, chosen), chosen.media_type, chosen.file_name)
    return _attachment(_lines(services, user), JSON_LINES, "memory.jsonl")


def _attachment(content: AsyncIterator[bytes], kind: str, name: str) -> StreamingResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type=kind, headers=disposition)


async def _pieces(services: Services, user: str, chosen: ExportFormat) -> AsyncIterator[bytes]:
    """Pieces of a file, joined up to about 64 KiB: each step takes a thread for a moment."""
    pieces = chosen.pieces(services.export, user)
    while joined := await services.pools.exports.run(_some, user, pieces):
        yield joined


def _some(_user: str, pieces: Iterator[bytes]) -> bytes:
    """The next pieces; empty after the last one."""
    joined = bytearray()
    for piece in pieces:
        joined += piece
        if len(joined) >= _SENT_AT_ONCE:
            break
    return bytes(joined)


async def _lines(services: Services, user: str) -> AsyncIterator[bytes]:
    """A page at a time. While the reader takes one, no thread and no connection is held."""
    yield header()
    memories = 0
    pages = services.export.pages(user)
    while True:
        lines, more = await services.pools.exports.run(_page, user, pages)
        if not lines:
            break
        memories += more
        yield lines
    yield dump(EndLine(memories=memories))


def _page(_user: str, pages: Iterator[Sequence[Record]]) -> tuple[bytes, int]:
    """The next page as lines, and how many memories are among them. The last one is empty."""
    page = next(pages, ())
    memories = sum(isinstance(record, ArchivedMemory) for record in page)
    return b"".join(map(line_of, page)), memories


class FullDuplexResponse(StreamingResponse):
    """A response that is sent while the request still arrives.

    The import stores a file as it arrives and reports progress and errors meanwhile. A response
    after the upload would need the whole file on disk, and no less code.
    """

    # Starlette's own would read the request here, and take lines away from the import.
    async def listen_for_disconnect(self, receive: Receive) -> None:  # noqa: ARG002 - see above
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
                "application/zip": {"schema": {"type": "string", "format": "binary"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        }
    },
    responses={
        200: {
            "description": "A line of progress about once per second. The last line has `done` "
            "or an `error`.",
            "content": {JSON_LINES: {}},
        }
    },
)
async def import_memories(
    http: Request,
    services: AppServices,
    user: CurrentUser,
    zone: ClientTimeZone,
    me: Annotated[
        str | None,
        Query(
            max_length=128,
            description="The name of the speaker who is the user, in a chat of several people. "
            "Default: the owner of the file, if it tells.",
        ),
    ] = None,
) -> StreamingResponse:
    """Import a file of `/export`, or an export of another service.

    Other services: ChatGPT, Claude, DeepSeek, Gemini, Grok, Open WebUI, LibreChat, SillyTavern,
    Character.AI, Telegram, WhatsApp, Discord, mem0 and Letta. The format is detected, also in a ZIP
    archive as it was downloaded.

    Memories that exist already are kept as they are. Memories that were erased come back. An
    invalid line of `/export` ends the import, and everything before it is stored. Conversations of
    another service that cannot be read are left out: `skipped` counts them, `reasons` names the
    first of them. `whole` is false if a file ends before its end.
    """
    services.admission.write(user)
    longest = _EXPANSION * services.settings.max_body_bytes
    room = _GROWTH * services.settings.max_import_bytes
    converter = ExportConverter(services.settings.data_dir, longest, room)
    running = Import(services.memory, services.pools, converter, user, longest, me or None, zone)
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
    return FullDuplexResponse(_tell(first, news, task), media_type=JSON_LINES)


async def _see_through(
    running: Import, http: Request, news: "asyncio.Queue[Progress | Exception]"
) -> None:
    try:
        async with aclosing(running.run(http.stream())) as steps:
            async for progress in steps:
                news.put_nowait(progress)
    except ClientDisconnect:
        news.put_nowait(InvalidImport("the file", "is incomplete: the client disconnected"))
    except Exception as error:
        if error_kind(error).status >= 500:
            log.error("import failed: %s", type(error).__name__, exc_info=error)
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
                yield _line(error_body(told) | asdict(item))
                return
            item = told
            if item.done or clock() - told_at >= TELL_EVERY_SECONDS:
                told_at = clock()
                yield _line(asdict(item))
    finally:
        task.cancel()  # nobody listens: a batch under way is stored whole, or not at all


def _line(content: dict[str, Any]) -> bytes:
    return to_json(content) + b"\n"
