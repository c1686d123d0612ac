"""Pieces of bytes that come in any order and leave in that of their dates."""

import os
import tempfile
from array import array
from datetime import datetime
from pathlib import Path
from typing import BinaryIO


class Spool:
    """Keeps the pieces in an unlinked file in ``folder``, and 20 bytes of each in memory.

    Writing raises OSError when the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as this
        self._dates = array("d")
        self._offsets = array("Q")
        self._lengths = array("L")
        self.size = 0
        """Bytes of all pieces."""

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._dates)

    def add(self, date: datetime, content: bytes) -> None:
        self._file.write(content)
        self._dates.append(date.timestamp())
        self._offsets.append(self.size)
        self._lengths.append(len(content))
        self.size += len(content)

    def write_to(self, out: BinaryIO) -> None:
        """All pieces, oldest first; of the same date in the order in which they came."""
        self._file.flush()
        for place in sorted(range(len(self)), key=self._dates.__getitem__):
            out.write(os.pread(self._file.fileno(), self._lengths[place], self._offsets[place]))
