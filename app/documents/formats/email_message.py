"""The text of a saved e-mail (EML). Runs in a worker process."""

from email import message_from_bytes, policy
from email.message import MIMEPart

from app.documents.formats import html
from app.documents.formats.extracted import MAX_UNREAD, Extracted, Unreadable
from app.documents.formats.plain_text import decode

_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_MAX_NAME = 128


def extract(content: bytes) -> Extracted:
    """Who wrote to whom and when, and the text. Attached files are named, not read.

    Raises Unreadable.
    """
    try:
        mail = message_from_bytes(content, policy=policy.default)
        header = [f"{name}: {mail[name]}" for name in _HEADERS if mail[name]]
        body = mail.get_body(("plain", "html"))
        text = "" if body is None else _text_of(body)
        attached = [_name_of(part) for part in mail.iter_attachments()]
    except (Unreadable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken file breaks the reader in any way there is
        raise Unreadable("the e-mail is broken: no reader here makes sense of it") from None
    if not header:
        raise Unreadable("the e-mail is broken: it has no header")
    return Extracted("\n".join(header) + "\n\n" + text, unread_parts=attached[:MAX_UNREAD])


def _text_of(body: MIMEPart) -> str:
    content = body.get_payload(decode=True)
    if not isinstance(content, bytes):
        raise Unreadable("the e-mail is broken: its text cannot be decoded")
    charset = body.get_content_charset()
    if body.get_content_subtype() == "html":
        return html.extract(content, charset).text
    return decode(content, charset)


def _name_of(part: MIMEPart) -> str:
    return (part.get_filename() or part.get_content_type())[:_MAX_NAME]
