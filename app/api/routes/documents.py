"""Documents: files that are stored as memories, passage by passage."""

from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import DocumentList, DocumentOut
from app.documents import reader
from app.errors import Unsupported
from app.field_types import Identifier

router = APIRouter(prefix="/v1/documents", tags=["documents"])
# Enough for 128 characters of twelve percent-encoded bytes, twice. The parser takes quadratic time.
_LONGEST_HEADER = 4096
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


async def place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held from before the body is read until the response is sent."""
    async with services.pools.document_places.slot(user):
        yield


@router.post(
    "",
    status_code=201,
    dependencies=[Depends(place)],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in reader.KINDS
            },
        }
    },
)
async def add_document(
    http: Request,
    services: AppServices,
    user: CurrentUser,
    content_disposition: Annotated[
        str, Header(description="Name of the document: `attachment; filename=letter.txt`.")
    ] = "",
) -> DocumentOut:
    """Add a text, Markdown or PDF file. Each of its passages becomes a memory.

    A document is stored completely, or not at all.
    """
    services.admission.write(user)
    title = _title(content_disposition)
    kind = reader.kind_of(http.headers.get("Content-Type", ""))
    texts = await reader.read(services.pools, user, await http.body(), kind, title)
    return DocumentOut.of(await services.memory.add_document(user, title, texts))


def _title(content_disposition: str) -> str:
    """The file's name. It is not in the URL, because proxies log URLs. Raises Unsupported."""
    if len(content_disposition) > _LONGEST_HEADER:
        raise Unsupported(
            "Content-Disposition", f"Content-Disposition is longer than {_LONGEST_HEADER} bytes."
        )
    header = Message()
    header["Content-Disposition"] = content_disposition or "attachment"
    name = header.get_filename()
    if not name:
        raise Unsupported(
            "Content-Disposition",
            "Content-Disposition must name the file: attachment; filename=letter.txt, "
            "or filename*=UTF-8''… for names outside ASCII.",
        )
    with suppress(UnicodeError):  # filename* is decoded already
        name = name.encode("latin-1").decode("utf-8")
    try:
        return _identifier.validate_python(name)
    except ValidationError:
        message = "The file's name must be 1 to 128 printable characters."
        raise Unsupported("Content-Disposition", message) from None


@router.get("")
async def list_documents(
    services: AppServices,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> DocumentList:
    """List documents, newest first. The `conversation_id` of a passage is the document's id."""
    found = await services.run(services.documents.list, user, limit=limit, offset=offset)
    return DocumentList(results=[DocumentOut.of(each) for each in found])


@router.delete("/{document_id}", status_code=204)
async def forget_document(
    document_id: Identifier, services: AppServices, user: CurrentUser
) -> None:
    """Erase a document with all its passages."""
    await services.run(services.documents.forget, user, document_id)
