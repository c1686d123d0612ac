"""What a reader of a format gives: text, and what of the file it could not read."""

from dataclasses import dataclass, field

MAX_UNREAD = 50
"""Of pages and of parts: so many are named."""


class Unreadable(ValueError):
    """The file holds no text that can be read; the message says why."""


class TooLarge(ValueError):
    """The file holds more than a document may; the message says how much that is."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document's text, in Markdown if ``markdown``.

    ``unread_pages`` are the numbers, from 1, of pages without text: pictures, scans.
    ``unread_parts`` are the names of attached files.
    """

    text: str
    markdown: bool = False
    unread_pages: list[int] = field(default_factory=list)
    unread_parts: list[str] = field(default_factory=list)
