"""Exports of other services as lines of our own.

An item that cannot be read is skipped and counted, and the others are taken. Runs in a worker
process, so it imports little.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import BinaryIO

from pydantic import ValidationError

from app.importers.archive import BadItem, MemoryLine, describe, dump
from app.importers.export_files import ExportFile, files_of
from app.importers.exported import Exported, ExportedConversation, Json, Odd, clean_title
from app.importers.foreign_formats import (
    SERVICES,
    Context,
    Format,
    format_of,
    may_be_split,
)
from app.importers.formats.sillytavern import joined
from app.importers.formats.whatsapp import read_whatsapp
from app.importers.import_report import ImportReport
from app.importers.json_items import Damaged, Item, JsonItems
from app.importers.lines_of_exports import Speakers, lines_of
from app.importers.spool import Spool

# Of a file; memories, where it has those.
MAX_CONVERSATIONS = 1_000_000
_TOLD_TITLE_LENGTH = 60
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(slots=True)
class Conversion:
    """The conversion of one file into ``spool``. ``report`` says what was left out.

    max_line_bytes, max_bytes:  of one line, and of all
    speakers:  who is the user, where several people talk
    zone:      that of dates without one
    memories:  how many were read so far
    """

    spool: Spool
    max_line_bytes: int
    max_bytes: int
    speakers: Speakers = field(default_factory=Speakers)
    zone: tzinfo = UTC
    memories: int = 0
    report: ImportReport = field(default_factory=ImportReport)
    _fault: BadItem | None = None  # the first
    _left_out: int = 0
    _owners: set[str] = field(default_factory=set)

    def read(self, file: BinaryIO) -> None:
        """Put a whole file into the spool.

        The order of exports is mostly newest first, that of memories is oldest first: so nothing
        can be stored before the file's end. Raises BadItem if nothing can be taken, or if the file
        has memories of two users or more than one file may hold; and OSError when the disk is full.
        """
        recognised = False
        with closing(files_of(file, self.spool.folder, self.max_bytes)) as files:
            for each in files:
                recognised |= self._read_file(each)
        if not recognised and self._fault is None:
            raise BadItem("the file", f"is a ZIP archive without an export of {SERVICES}")
        if self._fault is not None and not self.memories:
            raise self._fault
        if self._left_out:
            self.report.notes.append(f"{self._left_out} messages of an unknown kind were left out")
        self.report.notes += self.speakers.notes()

    def _read_file(self, file: ExportFile) -> bool:
        """Returns whether something in it was recognised. Raises BadItem."""
        recognised = file.is_text
        try:
            if file.is_text:
                for part in read_whatsapp(file.opened, file.stem, self.zone):
                    self._take_part(file, part)
                return True
            with file.opened() as content:
                for item in joined(JsonItems(content, may_be_split)):
                    kind = format_of(item.value)
                    recognised |= kind is not None
                    if recognised or not file.is_member:
                        self._read_item(item, kind, file)
        except Damaged as damage:
            if recognised or not file.is_member:
                self._fault = self._fault or damage
                self.report.cut(file.place(damage.place), damage.message)
        return recognised

    def _read_item(self, item: Item, kind: Format | None, file: ExportFile) -> None:
        """Take one item, or skip it. Raises BadItem."""
        noun = "conversation" if kind is None else kind.noun
        place = f"{noun} {item.number}"
        try:
            if item.fault:
                raise Odd(item.fault)
            if kind is None:
                raise Odd(f"is not of {SERVICES}")
            if noun == "memory":
                self._check_owner(place, item.value)
            self._take(place, kind.read(item.value, Context(item.around, self.zone)))
        except Odd as odd:
            self._skip(place, str(odd), item.value, file)
        except ValidationError as error:
            self._skip(place, describe(error), item.value, file)
        except _UNREADABLE:
            service = "" if kind is None else kind.service
            self._skip(place, f"is not a {noun} of {service}", item.value, file)

    def _take_part(self, file: ExportFile, part: ExportedConversation) -> None:
        try:
            self._take("conversation 1", [part])
        except Odd as odd:
            self._skip("conversation 1", str(odd), None, file)

    def _skip(self, place: str, reason: str, item: Json, file: ExportFile) -> None:
        self._fault = self._fault or BadItem(place, reason)
        title = clean_title(item.get("title")) if isinstance(item, dict) else None
        if title is not None and place.startswith("conversation"):
            place = f"{place} ({title[:_TOLD_TITLE_LENGTH]!r})"
        self.report.skip(file.place(place), reason)

    def _check_owner(self, place: str, item: Json) -> None:
        self._owners.add(str(item.get("user_id")))
        if len(self._owners) > 1:
            raise BadItem(place, "is another user's than those before it; one user a file")

    def _take(self, place: str, exported: Iterable[Exported]) -> None:
        """All of an item, or nothing. Raises Odd, BadItem, ValidationError and what readers do."""
        pieces = []
        for each in exported:
            date, lines = lines_of(each, self.speakers)
            content = [dump(line) for line in lines]
            if content and max(map(len, content)) > self.max_line_bytes:
                raise Odd(f"has a message of more than {self.max_line_bytes:,} bytes")
            if isinstance(each, ExportedConversation) and each.left_out:
                if not lines:
                    raise Odd("has only messages of an unknown kind")
                self._left_out += each.left_out
            if lines:
                memories = sum(isinstance(line, MemoryLine) for line in lines)
                pieces.append((date, b"".join(content), memories))
        for date, piece, memories in pieces:
            if self.spool.size + len(piece) > self.max_bytes:
                raise BadItem(place, "is more than one file may hold; send it in parts")
            if len(self.spool) == MAX_CONVERSATIONS:
                raise BadItem(place, f"is more than {MAX_CONVERSATIONS:,}; send it in parts")
            self.spool.add(date, piece)
            self.memories += memories
