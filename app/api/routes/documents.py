"""Documents: texts to remember that are longer than a message."""

from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import TypeAdapter, ValidationError

from app.api.dependencies import CurrentUser, Service
from app.api.schemas.memories import DocumentList, DocumentOut
from app.documents import reader
from app.errors import Unsupported
from app.field_types import Identifier
from app.maintenance import BATCH
from memory import embedding
from memory.repositories.slot_rows import NewMemory

router = APIRouter(prefix="/v1/documents", tags=["documents"])
# A name of 128 characters, each as twelve bytes of percent-encoding, twice. The parser's time grows
# with the square of what it is given.
_LONGEST_HEADER = 4096
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)
PASSAGES_A_WRITE = 100
"""A document counts as one write, and as one more for each further hundred passages."""


async def place(parts: Service, user: CurrentUser) -> AsyncIterator[None]:
    """Held from before the body is read until the answer is sent."""
    with parts.pools.document_places.take(user):
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
    parts: Service,
    user: CurrentUser,
    content_disposition: Annotated[
        str, Header(description="Its name, which its passages begin with: attachment; filename=…")
    ] = "",
) -> DocumentOut:
    """Remember a text, Markdown or PDF file. It is cut into passages, each a memory of its own.

    It is stored whole or not at all, once all its keys are made.
    """
    parts.chat.admission.write(user)
    title = _title(content_disposition)
    kind = reader.kind_of(http.headers.get("Content-Type", ""))
    texts = await reader.read(parts.pools, user, await http.body(), kind, title)
    if more := (len(texts) - 1) // PASSAGES_A_WRITE:
        parts.chat.admission.write(user, more)
    memories: list[NewMemory] = []
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        keys = await embedding.keys(parts.embedder, some)
        memories += [
            NewMemory(text, "document", "user", embedding=key)
            for text, key in zip(some, keys, strict=True)
        ]
    document = await parts.pools.documents.run(parts.documents.add, user, title, memories)
    return DocumentOut.of(document)


def _title(content_disposition: str) -> str:
    """The file's name. Not in the address, for addresses end up in logs. Raises Unsupported."""
    if len(content_disposition) > _LONGEST_HEADER:
        raise Unsupported(
            "Content-Disposition", f"the header is longer than {_LONGEST_HEADER} bytes"
        )
    header = Message()
    header["Content-Disposition"] = content_disposition or "attachment"
    name = header.get_filename()
    if not name:
        raise Unsupported(
            "Content-Disposition",
            "the header Content-Disposition must name the file: attachment; filename=letter.txt, "
            "or filename*=UTF-8''… where that is not ASCII",
        )
    with suppress(UnicodeError):  # in filename* it says so itself
        name = name.encode("latin-1").decode("utf-8")
    try:
        return _identifier.validate_python(name)
    except ValidationError:
        message = "the file's name must be 1 to 128 printable characters"
        raise Unsupported("Content-Disposition", message) from None


@router.get("")
async def list_documents(
    parts: Service,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> DocumentList:
    """The newest first. Its passages are memories whose `conversation_id` is the document's id."""
    found = await parts.run(parts.documents.list, user, limit=limit, offset=offset)
    return DocumentList(results=[DocumentOut.of(each) for each in found])


@router.delete("/{document_id}", status_code=204)
async def forget_document(document_id: Identifier, parts: Service, user: CurrentUser) -> None:
    """Erase a document with all its passages."""
    await parts.run(parts.documents.forget, user, document_id)
