"""What other services export: a list of conversations, or of memories, told by what is in it.

ChatGPT     ``conversations.json`` of its data export
Claude      ``conversations.json`` of its data export
Open WebUI  its chats, as a list or one a line, as its page and its API export them
mem0        what ``get_all`` and its API answer: a list, or an object with ``results``

Runs in a worker process: it imports little.
"""

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import ijson

from app.importers import chatgpt, claude, mem0, open_webui
from app.importers.archive import BadItem, checked, dump
from app.importers.other_services import Json, Told
from app.importers.spool import Spool

# Keys of an object around a list, as mem0 answers; the lists are under these two.
_LISTS = ("results", "memories")
_AROUND = ("count", "next", "previous", "relations", *_LISTS)
_LIST = re.compile(rb'\[|\{\s*"(?:%b)"' % "|".join(_AROUND).encode())
_LIST_BYTES = 1024  # of the file's beginning, which tell whether it is a list
_DEEPEST = 100  # of objects in objects: theirs have a dozen
# Of one conversation. The longest that are known have a hundredth of it.
MOST_VALUES = 500_000
MOST_CHARACTERS = 8_000_000
# Of a file; memories, where it has those.
MOST_CONVERSATIONS = 1_000_000
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
    """Takes the file in pieces, and puts what was said into ``spool``, as lines of ours.

    The newest is mostly told first, and a tape begins with the oldest: so all of it has to be there
    before the first can be stored.
    """

    def __init__(self, spool: Spool, *, longest: int, room: int) -> None:
        """``longest``: bytes that a line of ours may have. ``room``: bytes of all of them."""
        self.spool = spool
        self._longest = longest
        self._room = room
        self._begun = b""
        self._events: Any = None
        self._parser: Any = None
        self._depth = 0
        self._key = ""
        # The depth of the list's items, once it has begun.
        self._items_at: int | None = None
        self._listed = False
        self._building = ijson.ObjectBuilder()
        self._values = self._characters = 0  # of this conversation
        self._silent = 0  # bytes since a value ended
        self._seen = 0
        self._memories = 0
        self._owners: set[str] = set()

    def push(self, piece: bytes) -> None:
        """Raises BadItem; and OSError where the disk is full."""
        if self._parser is None:
            self._begun += piece
            if not _LIST.match(self._begun) and len(self._begun) < _LIST_BYTES:
                return
            piece = self._begin()
        self._feed(piece)

    def _feed(self, piece: bytes) -> None:
        self._parse(lambda: self._parser.send(piece))
        self._silent = 0 if self._events else self._silent + len(piece)
        if self._silent > 3 * MOST_CHARACTERS:  # a character has at most so many bytes in memory
            raise self._too_large(f"{MOST_CHARACTERS:,} characters")
        for event, value in self._events:
            self._follow(event, value)
        del self._events[:]

    def close(self) -> int:
        """After the last piece: how many memories there are. Raises BadItem, OSError."""
        if self._parser is None and (begun := self._begin()):
            self._feed(begun)
        self._parse(self._parser.close)
        if not self._listed:
            raise BadItem("the file", f"has no list under {' or '.join(_LISTS)}")
        return self._memories

    def _begin(self) -> bytes:
        """The first bytes tell whether it is a list, or has an item on each line."""
        lines = not _LIST.match(self._begun)
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True, multiple_values=lines)
        self._listed = lines
        self._items_at = 0 if lines else None
        begun, self._begun = self._begun, b""
        return begun

    def _parse(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (ijson.JSONError, ValueError):  # no JSON, no UTF-8, a number of 5,000 digits
            raise BadItem(
                f"after conversation {self._seen}", "is not the JSON of an export"
            ) from None

    def _too_large(self, what: str) -> BadItem:
        return BadItem(f"conversation {self._seen + 1}", f"has more than {what}")

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
        self._values += 1
        if self._values > MOST_VALUES:
            raise self._too_large(f"{MOST_VALUES:,} values")
        if event in ("string", "map_key"):
            self._characters += len(value)
            if self._characters > MOST_CHARACTERS:
                raise self._too_large(f"{MOST_CHARACTERS:,} characters")
        self._building.event(event, value)
        if self._depth == self._items_at:
            self._take(self._building.value)
            self._building = ijson.ObjectBuilder()
            self._values = self._characters = 0

    def _deeper(self, step: int) -> None:
        self._depth += step
        if self._depth > _DEEPEST:
            raise BadItem(f"conversation {self._seen + 1}", "is nested too deeply")

    def _take(self, item: Json) -> None:
        self._seen += 1
        keys = item if isinstance(item, dict) else ()
        kind = next((key for key in _CONVERSATIONS if key in keys), None)
        place = f"{'memory' if 'memory' in keys and kind is None else 'conversation'} {self._seen}"
        if kind is not None:
            service, read = _CONVERSATIONS[kind]
            try:
                at, lines = _lines(place, read(item))
            except _NOT_SO:
                raise BadItem(place, f"is not a conversation of {service}'s export") from None
            self._keep(place, at, lines, len(lines) - 1)
        elif "memory" in keys:
            try:
                at, line = mem0.read(item)
            except _NOT_SO:
                raise BadItem(place, "is not a memory of mem0's") from None
            self._owners.add(str(item.get("user_id")))
            if len(self._owners) > 1:
                raise BadItem(place, "is another user's than those before it; one user a file")
            self._keep(place, at, [dump(checked(place, **line))], 1)
        else:
            raise BadItem(
                place,
                "is not a conversation of ChatGPT's export, of Claude's or of Open WebUI's, nor a "
                "memory of mem0's",
            )

    def _keep(self, place: str, at: datetime, lines: Sequence[bytes], memories: int) -> None:
        if not lines:
            return
        if max(map(len, lines)) > self._longest:
            raise BadItem(place, f"has a message of more than {self._longest:,} bytes")
        if self.spool.size + sum(map(len, lines)) > self._room:
            raise BadItem(place, "is more than one file may hold; send it in parts")
        if len(self.spool) == MOST_CONVERSATIONS:
            raise BadItem(place, f"is more than {MOST_CONVERSATIONS:,}; send it in parts")
        self.spool.add(at, b"".join(lines))
        self._memories += memories


def _lines(place: str, told: Told) -> tuple[datetime, list[bytes]]:
    """A conversation and its messages, as lines of ours; none of one in which nothing was said.

    Raises BadItem.
    """
    times = [said.at for said in told.said if said.at is not None]
    first = told.began or min(times, default=datetime.fromtimestamp(0, UTC))
    if not told.said:
        return first, []
    # Before its messages: their ids are made of its own, which may be as long as the file.
    conversation = checked(
        place,
        type="conversation",
        id=told.id,
        title=(told.title or "").strip()[:200] or None,
        created_at=first,
        updated_at=max(times, default=first),
    )
    messages = (
        checked(
            place,
            type="memory",
            id=str(uuid.uuid5(_NAMESPACE, f"{told.id}/{said.id}")),
            kind="turn",
            role=said.role,
            text=said.text,
            conversation_id=told.id,
            created_at=said.at or first,
        )
        for said in told.said
    )
    return first, [dump(line) for line in (conversation, *messages)]
