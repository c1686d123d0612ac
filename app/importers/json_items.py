"""The items of a JSON file, one at a time: conversations, memories, activities.

A file is a list of items, an object that has a list of them, or objects one after another. Each
item is bounded, and what is too large is dropped while it is read. A long chat whose messages are a
plain list comes in parts.
"""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import ijson

from app.importers.archive import BadItem
from app.importers.exported import Json

# Where an object has the list of its items: under a key, or under a key of an object under a key.
_LISTS = frozenset(
    (
        ("results",),
        ("memories",),
        ("conversations",),
        ("histories",),
        ("histories", "histories"),
        ("chats", "list"),
        ("left_chats", "list"),
    )
)
_MESSAGES = "messages"
_PIECE = 65_536
_STEPS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
_MAX_DEPTH = 100  # of nested objects and lists: exports have a dozen
# Of one item. The longest conversations that are known have a hundredth of it.
MAX_VALUES = 500_000
MAX_CHARACTERS = 8_000_000
# Of all items that are dropped.
MAX_DROPPED = 5_000_000
# A part of a long chat has about so many values.
PART_VALUES = 50_000


class Damaged(BadItem):
    """A file cannot be read on from here."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item, its number in the file, and what the file says before it.

    ``fault`` says why an item was dropped; its value is then None.
    """

    value: Json
    number: int
    around: dict[str, Json]
    fault: str | None = None


class _Building:
    """An item that is being read, from the depth at which it lies."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.fault: str | None = None
        self.key = ""
        self.values = self.characters = 0
        self._builder = ijson.ObjectBuilder()

    @property
    def value(self) -> Json:
        return None if self.fault else self._builder.value

    def add(self, event: str, value: Json, depth: int) -> bool:
        """Returns whether this made the item too large."""
        if event == "map_key" and depth == self.depth + 1:
            self.key = value
        self.values += 1
        if event in ("string", "map_key"):
            self.characters += len(value)
        if self.fault:
            return False
        if depth > _MAX_DEPTH:
            self.fault = "is nested too deeply"
        elif self.values > MAX_VALUES:
            self.fault = f"has more than {MAX_VALUES:,} values"
        elif self.characters > MAX_CHARACTERS:
            self.fault = f"has more than {MAX_CHARACTERS:,} characters"
        if self.fault:
            self._builder = ijson.ObjectBuilder()
            return True
        self._builder.event(event, value)
        return False

    def part(self) -> Json:
        """The item with the messages so far, which are taken out."""
        whole = self._builder.value
        part = whole | {_MESSAGES: list(whole[_MESSAGES])}
        whole[_MESSAGES].clear()
        self.values = self.characters = 0
        return part


class JsonItems:
    """Iterate once. Raises Damaged where the file cannot be read on.

    ``may_be_split`` tells for an item that is not complete whether its messages may come in parts.
    """

    def __init__(self, file: BinaryIO, may_be_split: Callable[[Json], bool]) -> None:
        self._file = file
        self._may_be_split = may_be_split
        self._complete = 0  # items
        self._silent = 0  # bytes since a value ended
        self._dropped = 0  # values

    def __iter__(self) -> Iterator[Item]:
        depth = 0
        root: _Building | None = None  # None: a list
        item: _Building | None = None
        list_depth: int | None = None  # of the list that is being read
        path: list[str] = ["", ""]
        found_list = False
        for event, value in self._events():
            before, depth = depth, depth + _STEPS.get(event, 0)
            if before == 0:
                root, found_list = None, event == "start_array"
                list_depth = 1 if found_list else None
                if found_list:
                    continue
                root = _Building(0)
            if list_depth is not None and depth < list_depth:  # the list ends
                list_depth = None
                continue
            if list_depth is not None:
                item = item or _Building(list_depth)
                yield from self._add(item, event, value, depth, root)
                if depth == list_depth:
                    item = None
                continue
            if root is None:  # the end of a file that is a list
                continue
            if event == "map_key" and depth <= len(path):
                path[depth - 1 :] = [value, ""][: len(path) - depth + 1]
            if event == "start_array" and depth <= 3 and tuple(path[: depth - 1]) in _LISTS:
                list_depth, found_list = depth, True
                event = "null"  # in place of the list
            if not found_list:
                yield from self._add(root, event, value, depth, None)
            else:
                root.add(event, value, depth)

    def _add(
        self, item: _Building, event: str, value: Json, depth: int, root: _Building | None
    ) -> Iterator[Item]:
        """The item if it ends here, a part of a long one, or why it is dropped."""
        number = self._complete + 1
        around = (root.value if root else None) or {}
        if item.add(event, value, depth):
            yield Item(None, number, around, item.fault)
        if item.fault:
            self._dropped += 1
            if self._dropped > MAX_DROPPED:
                raise Damaged(self._place(), f"{item.fault}, like others before it")
        elif (
            item.values > PART_VALUES
            and event == "end_map"
            and depth == item.depth + 2
            and item.key == _MESSAGES
            and self._may_be_split(item.value)
        ):
            yield Item(item.part(), number, around)
        if depth == item.depth:
            self._complete += 1
            if not item.fault:
                yield Item(item.value, number, around)

    def _events(self) -> Iterator[tuple[str, Json]]:
        source = ijson.from_iter(self._pieces())
        events = ijson.basic_parse(source, multiple_values=True)
        try:
            for event, value in events:
                self._silent = 0
                yield event, value
        except (ijson.JSONError, ValueError):  # no JSON, a number of 5,000 digits
            place = f"after conversation {self._complete}"
            raise Damaged(place, "is not the JSON of an export") from None

    def _pieces(self) -> Iterator[bytes]:
        """The file's bytes, without NUL and what is not UTF-8."""
        decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
        while piece := self._file.read(_PIECE):
            self._silent += len(piece)
            if self._silent > 3 * MAX_CHARACTERS:  # a character has at most so many bytes in memory
                raise Damaged(self._place(), f"has more than {MAX_CHARACTERS:,} characters")
            if text := decode(piece).replace("\0", ""):
                yield text.encode()
        if rest := decode(b"", final=True):
            yield rest.encode()

    def _place(self) -> str:
        return f"conversation {self._complete + 1}"
