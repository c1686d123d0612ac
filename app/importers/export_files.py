"""The files that an import has: itself, or those of a ZIP archive."""

import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from app.importers.archive import BadItem
from app.importers.exported import clean_name
from app.importers.foreign_formats import SERVICES
from app.importers.formats.whatsapp import is_whatsapp
from app.importers.json_items import Damaged

_ZIP = b"PK\x03\x04"
_BOM = b"\xef\xbb\xbf"
_BEGIN = 4_096  # bytes that show what a file is
_PIECE = 65_536
_JSON_ENDINGS = (".json", ".jsonl", ".af")
_TEXT_ENDING = ".txt"
_TOLD_NAME_LENGTH = 60
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file that may be an export. ``name`` is that of a member of an archive."""

    name: str | None
    is_text: bool
    opened: Callable[[], BinaryIO]

    @property
    def is_member(self) -> bool:
        return self.name is not None

    @property
    def stem(self) -> str | None:
        return None if self.name is None else PurePosixPath(self.name).stem

    def place(self, place: str) -> str:
        """A place in it, with its name in an archive."""
        name = clean_name(PurePosixPath(self.name).name) if self.name else None
        return place if name is None else f"{name[:_TOLD_NAME_LENGTH]}, {place}"


def files_of(file: BinaryIO, folder: Path, max_bytes: int) -> Generator[ExportFile]:
    """The file, or those of the archive that it is, by name. Close it.

    What is read more than once is kept in an unlinked file in ``folder``. ``max_bytes`` bounds
    that, and what an archive unpacks to. Raises BadItem, OSError.
    """
    begun = b""
    while len(begun) < _BEGIN and (piece := file.read(_BEGIN - len(begun))):
        begun += piece
    if begun.startswith(_ZIP):
        with _copy(begun, file, folder, max_bytes) as copy:
            yield from _members(copy, max_bytes)
    elif is_whatsapp(begun):
        with _copy(begun, file, folder, max_bytes) as copy:
            yield ExportFile(None, True, lambda: _reopened(copy))
    elif begun.removeprefix(_BOM).lstrip()[:1] not in (b"{", b"["):
        raise BadItem("the file", f"is no export of {SERVICES}")
    else:
        rest = _Pieces([begun], file.read)
        yield ExportFile(None, False, lambda: io.BufferedReader(rest))


def _copy(begun: bytes, file: BinaryIO, folder: Path, max_bytes: int) -> BinaryIO:
    copy = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the caller closes it
    piece = begun
    while piece:
        copy.write(piece)
        if copy.tell() > max_bytes:
            raise BadItem("the file", "is more than one file may hold; send it in parts")
        piece = file.read(_PIECE)
    copy.flush()
    return copy


def _reopened(copy: BinaryIO) -> BinaryIO:
    copy.seek(0)
    return os.fdopen(os.dup(copy.fileno()), "rb")


def _members(copy: BinaryIO, max_bytes: int) -> Iterator[ExportFile]:
    budget = _Budget(max_bytes)
    try:
        archive = zipfile.ZipFile(copy)
    except _UNPACKING:
        raise BadItem("the file", "is a damaged ZIP archive") from None
    with archive:
        for info in sorted(archive.infolist(), key=lambda each: each.filename):
            name = info.filename
            ending = PurePosixPath(name).suffix.casefold()
            if name.startswith("__MACOSX/") or ending not in (*_JSON_ENDINGS, _TEXT_ENDING):
                continue

            def opened(info: zipfile.ZipInfo = info) -> BinaryIO:
                return io.BufferedReader(_Pieces([], _Unpacking(archive, info, budget).read))

            is_text = ending == _TEXT_ENDING
            if is_text:
                try:
                    with opened() as member:
                        if not is_whatsapp(member.read(_BEGIN)):
                            continue
                except Damaged:
                    continue
            yield ExportFile(name, is_text, opened)


class _Pieces(io.RawIOBase):
    """A file of some bytes and of what a function reads after them."""

    def __init__(self, begun: list[bytes], read: Callable[[int], bytes]) -> None:
        self._begun = begun
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._begun and self._begun[0]:
            piece, self._begun[0] = self._begun[0][: len(buffer)], self._begun[0][len(buffer) :]
        else:
            piece = self._read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


@dataclass(slots=True)
class _Budget:
    """The bytes that may still be unpacked."""

    left: int


class _Unpacking:
    """A member of an archive. Raises Damaged, and BadItem for one that is too large."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> None:
        self._budget = budget
        try:
            self._file = archive.open(info)
        except _UNPACKING:
            raise Damaged("the file", "is damaged or encrypted") from None

    def read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except _UNPACKING:
            raise Damaged("the file", "is damaged") from None
        self._budget.left -= len(piece)
        if self._budget.left < 0:
            raise BadItem("the file", "is more than one file may hold; send it in parts")
        return piece
