"""What the readers of other services' exports return, and what they have in common."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter, ValidationError

Json = Any
MAX_ID_LENGTH = 36
# An id that is too long or cannot be printed is replaced by one made in this namespace.
_NAMESPACE = uuid.UUID("0d9c3a52-7a1c-4c8e-8d67-7c0f5b1f3f6e")
_MAX_NAME_LENGTH = 128
_MAX_TITLE_LENGTH = 200


class Odd(Exception):
    """An item cannot be read. The message says why and does not quote it."""


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    """A message of a conversation.

    ``id`` is unique in its conversation. ``role`` is user or assistant. Without ``created_at`` the
    time of the conversation is used. ``speaker`` is a name where several people or characters talk.
    """

    id: str
    role: str
    text: str
    created_at: datetime | None
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedConversation:
    """A conversation, or a part of a long one: parts have the same ``id`` and other messages.

    messages:  those of the branch that was shown last, oldest first
    left_out:  messages of an unknown kind
    owner:     the speaker who exported the file, if the file tells
    """

    id: str
    title: str | None
    created_at: datetime | None
    messages: list[ExportedMessage]
    left_out: int = 0
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedFact:
    """A fact about the user, not a turn. ``created_at`` None: now."""

    id: str
    role: str
    text: str
    created_at: datetime | None


Exported = ExportedConversation | ExportedFact


def branch(leaf: str | None, nodes: Mapping[str, Json], parent_key: str) -> list[str]:
    """The ids from the root to ``leaf``. Raises Odd for a cycle."""
    path: dict[str, None] = {}
    while leaf is not None and leaf in nodes:
        if leaf in path:
            raise Odd("has messages that answer each other in a circle")
        path[leaf] = None
        leaf = nodes[leaf].get(parent_key)
    return list(path)[::-1]


def newest_leaf(nodes: Mapping[str, Json], parent_key: str, time_key: str) -> str | None:
    """The id of the newest message that no other answers; of equally new ones, the last.

    Raises Odd if every message is answered.
    """
    answered = {node.get(parent_key) for node in nodes.values()}
    leaves = [own for own in nodes if own not in answered]
    if nodes and not leaves:
        raise Odd("has messages that answer each other in a circle")
    return max(reversed(leaves), key=lambda own: _sortable(nodes[own].get(time_key)), default=None)


def _sortable(value: Json) -> datetime:
    return time_of(value) or datetime.min.replace(tzinfo=UTC)


def _with_zone(time: datetime) -> datetime:
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


_TIME: TypeAdapter[datetime] = TypeAdapter(Annotated[datetime, AfterValidator(_with_zone)])


def time_of(value: Json) -> datetime | None:
    """Seconds, milliseconds or ISO 8601, in UTC where no zone is given; None for no value.

    Raises Odd.
    """
    if value is None or value == "" or value == 0:
        return None
    try:
        return _TIME.validate_python(value).astimezone(UTC)
    except (ValidationError, OverflowError):
        raise Odd("has a date that is not a date") from None


def texts_of(parts: Json, part_type: str) -> str:
    """The texts of a message's parts of this type, each on lines of its own."""
    return "\n".join(
        part["text"]
        for part in parts or ()
        if part.get("type") == part_type and isinstance(part.get("text"), str)
    )


def without_spans(text: str, begin: str, end: str) -> str:
    """The text without what stands from each ``begin`` to the next ``end``."""
    return "".join(_outside(text, begin, end)) if begin in text else text


def _outside(text: str, begin: str, end: str) -> Iterator[str]:
    at = 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start)) >= 0:
        yield text[at:start]
        at = stop + len(end)
    yield text[at:]


def clean(text: str) -> str:
    """The text without NUL. Halves of surrogate pairs are joined or replaced."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_name(name: Json) -> str | None:
    """A name on one line, of at most 128 characters; None if nothing of it can be printed."""
    if not isinstance(name, str):
        return None
    shown = "".join(each if each.isprintable() else " " for each in clean(name)[:1000])
    return " ".join(shown.split())[:_MAX_NAME_LENGTH].strip() or None


def clean_title(title: Json) -> str | None:
    """A title of at most 200 characters; None for an empty one and for what is no text."""
    if not isinstance(title, str):
        return None
    return clean(title[: 4 * _MAX_TITLE_LENGTH]).strip()[:_MAX_TITLE_LENGTH].strip() or None


def clean_id(value: Json) -> str:
    """The id of a conversation: as it is, or one made of it. Raises Odd if there is none."""
    if not isinstance(value, str | int) or value == "":
        raise Odd("has no id")
    text = str(value)
    if len(text) <= _MAX_NAME_LENGTH and text.isprintable():
        return text
    return str(uuid.uuid5(_NAMESPACE, clean(text)))
