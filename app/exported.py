"""What other services export: a list of conversations, or of memories, told by what is in it.

ChatGPT     ``conversations.json`` of its data export
Claude      ``conversations.json`` of its data export
Open WebUI  its chats, as a list or one a line, as its page and its API export them
mem0        what ``get_all`` and its API answer: a list, or an object with ``results``
"""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import ijson

from app import archive_lines, chatgpt, claude, mem0_export, open_webui
from app.errors import BadLine
from app.told import Json, Told
from memory.archive import Record

# Keys of an object around a list, as mem0 answers; the lists are under these two.
_LISTS = ("results", "memories")
_AROUND = ("count", "next", "previous", "relations", *_LISTS)
_LIST = re.compile(rb'\[|\{\s*"(?:%b)"' % "|".join(_AROUND).encode())
_DEEPEST = 100  # of objects in objects: theirs have a dozen
# What makes the ids of messages: the same file gives the same ids each time.
_NAMESPACE = uuid.UUID("6f0f5d4e-5f0a-4c0e-9d53-6b8f6f8f2a11")
# By the key that only its conversations have.
_CONVERSATIONS: dict[str, tuple[str, Callable[[Json], Told]]] = {
    "mapping": ("ChatGPT", chatgpt.read),
    "chat_messages": ("Claude", claude.read),
    "chat": ("Open WebUI", open_webui.read),
}
_NOT_SO = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


class Reader:
    """Takes the file in pieces, and keeps of it what was said.

    The newest is mostly told first, and a tape begins with the oldest: so all of it has to be there
    before the first record is.
    """

    def __init__(self, begun: bytes) -> None:
        """``begun``: its first bytes, with the first key if that comes first. They tell whether it
        is a list, or has an item on each line.
        """
        lines = not _LIST.match(begun)
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True, multiple_values=lines)
        self._depth = 0
        self._key = ""
        # The depth of the list's items, once it has begun.
        self._items_at: int | None = 0 if lines else None
        self._listed = lines
        self._building = ijson.ObjectBuilder()
        self._seen = 0
        self._owners: set[str] = set()
        self._told: list[tuple[datetime, list[Record]]] = []
        self.push(begun)

    def push(self, piece: bytes) -> None:
        """Raises BadLine."""
        if not piece:
            return  # to the parser it would be the end
        self._parse(lambda: self._parser.send(piece))
        for event, value in self._events:
            self._follow(event, value)
        del self._events[:]

    def records(self) -> Iterator[Record]:
        """Everything, once the last piece was pushed. Raises BadLine."""
        self._parse(self._parser.close)
        if not self._listed:
            raise BadLine("the file", f"has no list under {' or '.join(_LISTS)}")
        for _, records in sorted(self._told, key=lambda each: each[0]):
            yield from records

    def _parse(self, step: Any) -> None:
        try:
            step()
        except (ijson.JSONError, UnicodeDecodeError):
            raise BadLine(
                f"after conversation {self._seen}", "is not the JSON of an export"
            ) from None

    def _follow(self, event: str, value: Json) -> None:
        """One step through the file: its items are built, and taken when they are whole."""
        begins, ends = event.startswith("start_"), event.startswith("end_")
        if self._items_at is None:
            if event == "map_key" and self._depth == 1:
                self._key = value
            in_object = self._depth == 1 and self._key in _LISTS
            if event == "start_array" and (self._depth == 0 or in_object):
                self._items_at, self._listed = self._depth + 1, True
            self._deeper(begins - ends)
            return
        self._deeper(begins - ends)
        if self._depth < self._items_at:
            self._items_at = None
            return
        self._building.event(event, value)
        if self._depth == self._items_at:
            self._take(self._building.value)
            self._building = ijson.ObjectBuilder()

    def _deeper(self, step: int) -> None:
        self._depth += step
        if self._depth > _DEEPEST:
            raise BadLine(f"conversation {self._seen + 1}", "is nested too deeply")

    def _take(self, item: Json) -> None:
        self._seen += 1
        keys = item if isinstance(item, dict) else ()
        kind = next((key for key in _CONVERSATIONS if key in keys), None)
        place = f"{'memory' if 'memory' in keys and kind is None else 'conversation'} {self._seen}"
        if kind is not None:
            service, read = _CONVERSATIONS[kind]
            try:
                told = _lines(read(item))
            except _NOT_SO:
                raise BadLine(place, f"is not a conversation of {service}'s export") from None
        elif "memory" in keys:
            try:
                told = _line(item)
            except _NOT_SO:
                raise BadLine(place, "is not a memory of mem0's") from None
            self._owners.add(str(item.get("user_id")))
            if len(self._owners) > 1:
                raise BadLine(place, "is another user's than those before it; one user a file")
        else:
            raise BadLine(
                place,
                "is not a conversation of ChatGPT's export, of Claude's or of Open WebUI's, nor a "
                "memory of mem0's",
            )
        at, lines = told
        self._told.append((at, [archive_lines.checked(place, **line).record() for line in lines]))


def _lines(told: Told) -> tuple[datetime, list[dict[str, Any]]]:
    """A conversation and its messages, as lines of ours; none of one in which nothing was said."""
    times = [said.at for said in told.said if said.at is not None]
    first = told.began or min(times, default=datetime.fromtimestamp(0, UTC))
    if not told.said:
        return first, []
    conversation = {
        "type": "conversation",
        "id": told.id,
        "title": (told.title or "").strip()[:200] or None,
        "created_at": first,
        "updated_at": max(times, default=first),
    }
    messages = [
        {
            "type": "memory",
            "id": str(uuid.uuid5(_NAMESPACE, f"{told.id}/{said.id}")),
            "kind": "turn",
            "role": said.role,
            "text": said.text,
            "conversation_id": told.id,
            "created_at": said.at or first,
        }
        for said in told.said
    ]
    return first, [conversation, *messages]


def _line(item: Json) -> tuple[datetime, list[dict[str, Any]]]:
    at, line = mem0_export.read(item)
    return at, [line]
