"""Documents: files that are stored as memories, passage by passage."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from app.api.dependencies import AppServices, CurrentUser
from app.api.schemas.memories import AddedDocument, DocumentList, DocumentOut
from app.documents.formats.kinds import FORMATS, kind_of
from app.documents.reader import File, read
from app.errors import Unsupported
from app.field_types import Identifier

router = APIRouter(prefix="/v1/documents", tags=["documents"])
# Enough for 128 characters of twelve percent-encoded bytes, twice. The parser takes quadratic time.
_LONGEST_HEADER = 4096
_FORM = "multipart/form-data"
_FIELDS = 20
"""Of a form, beside its file. They are ignored."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM_SCHEMA = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


async def place(services: AppServices, user: CurrentUser) -> AsyncIterator[None]:
    """Held from before the body is read until the response is sent."""
    async with services.pools.document_places.slot(user):
        yield


@router.post(
    "",
    status_code=201,
    dependencies=[Depends(place)],
    responses={200: {"model": AddedDocument, "description": "The same file is there already."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                **{known.media_types[0]: _BINARY for known in FORMATS.values()},
                _FORM: {"schema": _FORM_SCHEMA},
            },
        }
    },
)
async def add_document(
    http: Request,
    response: Response,
    services: AppServices,
    user: CurrentUser,
    content_disposition: Annotated[
        str, Header(description="Name of the document: `attachment; filename=letter.txt`.")
    ] = "",
) -> AddedDocument:
    """Add a file: PDF, Word, EPUB, HTML, Markdown, text, CSV, JSON or e-mail. Each of its passages
    becomes a memory.

    A document is stored completely, or not at all. Send the file as the body, or in a form.
    """
    services.admission.write(user)
    file = await _file(http, content_disposition)
    found = await read(services.pools, user, file)
    document = await services.memory.add_document(user, file.title, found.passages, _digest(file))
    if not document.is_new:
        response.status_code = 200
    return AddedDocument(
        **DocumentOut.of(document).model_dump(),
        is_new=document.is_new,
        unread_pages=found.unread_pages,
        unread_parts=found.unread_parts,
    )


async def _file(http: Request, content_disposition: str) -> File:
    """The file of the body, or of the form that the body is. Raises Unsupported."""
    declared = Message()
    sent = http.headers.get("Content-Type", "")
    declared["Content-Type"] = sent[:_LONGEST_HEADER]
    if declared.get_content_type() != _FORM:
        return _described(declared, _title(content_disposition), await http.body())
    if len(sent) > _LONGEST_HEADER:
        raise Unsupported("Content-Type", f"Content-Type is longer than {_LONGEST_HEADER} bytes.")
    if _names_charset(declared):
        raise Unsupported("Content-Type", "A form has no charset: its parts may have one.")
    async with http.form(max_files=1, max_fields=_FIELDS) as form:
        uploads = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
        if not uploads:
            raise Unsupported("body", "The form has no file.")
        return await _uploaded(uploads[0], content_disposition)


async def _uploaded(upload: UploadFile, content_disposition: str) -> File:
    declared = Message()
    declared["Content-Type"] = (upload.content_type or "")[:_LONGEST_HEADER]
    title = _title(content_disposition) if content_disposition else _valid(upload.filename or "")
    return _described(declared, title, await upload.read())


def _described(declared: Message, title: str, content: bytes) -> File:
    # An absent or broken header is "text/plain" for the standard library.
    media_type = declared.get_content_type() if declared["Content-Type"] else ""
    kind = kind_of(media_type, title, content[:1024])
    return File(title, kind, content, _charset(declared))


def _names_charset(form: Message) -> bool:
    """Also for a header that the standard library fails at."""
    try:
        return form.get_param("charset") is not None
    except (TypeError, ValueError):
        return True


def _charset(declared: Message) -> str | None:
    """The declared encoding; None for a header that the standard library fails at."""
    try:
        return declared.get_content_charset()
    except (TypeError, ValueError):
        return None


def _digest(file: File) -> bytes:
    """Tells whether it is the same file, read in the same way."""
    return hashlib.sha256(f"{file.kind} {file.charset}\n".encode() + file.content).digest()


def _title(content_disposition: str) -> str:
    """The file's name. It is not in the URL, because proxies log URLs. Raises Unsupported."""
    if len(content_disposition) > _LONGEST_HEADER:
        raise Unsupported(
            "Content-Disposition", f"Content-Disposition is longer than {_LONGEST_HEADER} bytes."
        )
    header = Message()
    header["Content-Disposition"] = content_disposition or "attachment"
    try:
        name = header.get_filename()
    except (TypeError, ValueError):  # broken continuations and encodings
        name = None
    if not name:
        raise Unsupported(
            "Content-Disposition",
            "Content-Disposition must name the file: attachment; filename=letter.txt, "
            "or filename*=UTF-8''… for names outside ASCII.",
        )
    with suppress(UnicodeError):  # filename* is decoded already
        name = name.encode("latin-1").decode("utf-8")
    return _valid(name)


def _valid(name: str) -> str:
    """Raises Unsupported."""
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
