"""Exports of other services as lines of our own, recognised by their content.

ChatGPT     ``conversations.json`` of its data export
Claude      ``conversations.json`` of its data export
Open WebUI  its chats, as a list or one a line, as its page and its API export them
mem0        what ``get_all`` and its API answer: a list, or an object with ``results``

Runs in a worker process, so it imports little.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO

import ijson
from pydantic import ValidationError

from app.importers.archive import BadItem, ConversationLine, MemoryLine, describe, dump
from app.importers.foreign_formats import (
    READERS,
    ExportedConversation,
    ExportedMessage,
    Json,
)
from app.importers.spool import Spool
from app.thoughts import without_thoughts

# Keys of an object around a list, as mem0 answers; the lists are under these two.
_LISTS = ("results", "memories")
_AROUND = ("count", "next", "previous", "relations", *_LISTS)
_LIST = re.compile(rb'\[|\{\s*"(?:%b)"' % "|".join(_AROUND).encode())
_LIST_BYTES = 1024  # of the file's beginning, which show whether it is a list
_PIECE = 65_536
_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
_MAX_DEPTH = 100  # of nested objects and lists: exports have a dozen
# Of one conversation. The longest that are known have a hundredth of it.
MAX_VALUES = 500_000
MAX_CHARACTERS = 8_000_000
# Of a file; memories, where it has those.
MAX_CONVERSATIONS = 1_000_000
# Message ids are made in it, so the same file gives the same ids each time.
_NAMESPACE = uuid.UUID("6f0f5d4e-5f0a-4c0e-9d53-6b8f6f8f2a11")


def read_export(file: BinaryIO, spool: Spool, *, max_line_bytes: int, max_bytes: int) -> int:
    """Put a whole file into ``spool`` as lines of ours; returns the number of memories.

    The order of exports is mostly newest first, that of memories is oldest first: so nothing can be
    stored before the file's end. ``max_line_bytes`` bounds a line, ``max_bytes`` all of them.
    Raises BadItem; and OSError when the disk is full.
    """
    memories = 0
    owners: set[str] = set()
    for number, item in enumerate(_Items(file), start=1):
        keys = item if isinstance(item, dict) else ()
        key = next((key for key in READERS if key in keys), None)
        if key is None:
            raise BadItem(
                f"conversation {number}",
                "is not a conversation of ChatGPT's export, of Claude's or of Open WebUI's, nor a "
                "memory of mem0's",
            )
        noun, service, read = READERS[key]
        place = f"{noun} {number}"
        try:
            date, lines = _lines(read(item))
        except ValidationError as error:
            raise BadItem(place, describe(error)) from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadItem(place, f"is not a {noun} of {service}") from None
        if noun == "memory":
            owners.add(str(item.get("user_id")))
            if len(owners) > 1:
                raise BadItem(place, "is another user's than those before it; one user a file")
        if not lines:
            continue
        content = [dump(line) for line in lines]
        if max(map(len, content)) > max_line_bytes:
            raise BadItem(place, f"has a message of more than {max_line_bytes:,} bytes")
        if spool.size + sum(map(len, content)) > max_bytes:
            raise BadItem(place, "is more than one file may hold; send it in parts")
        if len(spool) == MAX_CONVERSATIONS:
            raise BadItem(place, f"is more than {MAX_CONVERSATIONS:,}; send it in parts")
        spool.add(date, b"".join(content))
        memories += sum(isinstance(line, MemoryLine) for line in lines)
    return memories


class _Items:
    """The items of the file's list, or its JSON values if it is no list. Each item is bounded."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._complete = 0  # items
        self._silent = 0  # bytes since a value ended

    def __iter__(self) -> Iterator[Json]:
        yield from ijson.items(self._events(), "item")

    def _pieces(self, begun: bytes) -> Iterator[bytes]:
        piece = begun
        while piece:
            self._silent += len(piece)
            if self._silent > 3 * MAX_CHARACTERS:  # a character has at most so many bytes in memory
                raise self._too_large(f"{MAX_CHARACTERS:,} characters")
            yield piece
            piece = self._file.read(_PIECE)

    def _events(self) -> Iterator[tuple[str, str, Json]]:
        """The parser's events within items, all with the prefix "item".

        The prefixes of ``ijson.parse`` repeat all keys above a value: long keys would make them
        grow with the square of the file.
        """
        begun = self._file.read(_LIST_BYTES)
        listed = bool(_LIST.match(begun))
        items_at = None if listed else 0  # their depth; None: outside of a list
        depth = values = characters = 0
        found = not listed
        key = ""
        source = ijson.from_iter(self._pieces(begun))
        events = ijson.basic_parse(source, use_float=True, multiple_values=not listed)
        try:
            for event, value in events:
                self._silent = 0
                depth += _STEPS.get(event, 0)
                if depth > _MAX_DEPTH:
                    raise BadItem(self._place(), "is nested too deeply")
                if items_at is None:
                    if event == "map_key" and depth == 1:
                        key = value
                    in_list = depth == 1 or (depth == 2 and key in _LISTS)
                    if event == "start_array" and in_list:
                        items_at, found = depth, True
                    continue
                if depth < items_at:
                    items_at = None
                    continue
                values += 1
                if values > MAX_VALUES:
                    raise self._too_large(f"{MAX_VALUES:,} values")
                if event in ("string", "map_key"):
                    characters += len(value)
                    if characters > MAX_CHARACTERS:
                        raise self._too_large(f"{MAX_CHARACTERS:,} characters")
                yield "item", event, value
                if depth == items_at:
                    self._complete += 1
                    values = characters = 0
        except (ijson.JSONError, ValueError):  # no JSON, no UTF-8, a number of 5,000 digits
            place = f"after conversation {self._complete}"
            raise BadItem(place, "is not the JSON of an export") from None
        if not found:
            raise BadItem("the file", f"has no list under {' or '.join(_LISTS)}")

    def _place(self) -> str:
        return f"conversation {self._complete + 1}"

    def _too_large(self, what: str) -> BadItem:
        return BadItem(self._place(), f"has more than {what}")


def _lines(
    exported: ExportedConversation | MemoryLine,
) -> tuple[datetime, list[ConversationLine | MemoryLine]]:
    """The lines of a memory, or of a conversation and its messages, with their date.

    A conversation without messages has no lines. Raises ValidationError.
    """
    if isinstance(exported, MemoryLine):
        return exported.created_at, [exported]
    times = [each.created_at for each in exported.messages if each.created_at is not None]
    first = exported.created_at or min(times, default=datetime.fromtimestamp(0, UTC))
    said = [each for each in map(_without_thoughts, exported.messages) if each.text.strip()]
    if not said:
        return first, []
    # Before its messages: their ids are made of its own, which may be as long as the file.
    conversation = ConversationLine(
        id=exported.id,
        title=(exported.title or "").strip()[:200] or None,
        created_at=first,
        updated_at=max(times, default=first),
    )
    messages = [
        MemoryLine(
            id=str(uuid.uuid5(_NAMESPACE, f"{exported.id}/{message.id}")),
            kind="turn",
            role="assistant" if message.role == "assistant" else "user",
            text=message.text,
            conversation_id=exported.id,
            created_at=message.created_at or first,
        )
        for message in said
    ]
    return first, [conversation, *messages]


def _without_thoughts(message: ExportedMessage) -> ExportedMessage:
    if message.role == "user":
        return message
    return replace(message, text=without_thoughts(message.text))
