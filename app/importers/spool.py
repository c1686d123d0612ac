"""Conversations on the disk until all of them are there: then they come out in order."""

import os
import tempfile
from array import array
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_EPOCH = datetime.fromtimestamp(0, UTC)


class Spool:
    """Keeps pieces of bytes, each with a date, in an unlinked file in ``folder``.

    In memory it keeps 20 bytes of each. Writing raises OSError where the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as this
        self._dates = array("d")
        self._offsets = array("Q")
        self._lengths = array("L")
        self.size = 0
        """Bytes kept."""

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._dates)

    def add(self, at: datetime, content: bytes) -> None:
        """Keep ``content``."""
        self._file.write(content)
        self._dates.append((at - _EPOCH).total_seconds())
        self._offsets.append(self.size)
        self._lengths.append(len(content))
        self.size += len(content)

    def write_to(self, out: BinaryIO) -> None:
        """Everything, the oldest first; of the same date in the order in which it came."""
        self._file.flush()
        for place in sorted(range(len(self)), key=self._dates.__getitem__):
            out.write(os.pread(self._file.fileno(), self._lengths[place], self._offsets[place]))
