"""Rows with the same words, role and speaker: only the latest of them takes part in a read.

Forty copies of a sentence would otherwise divide its weight by forty, and push other memories out
of the candidates.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float64, Int64

from memory.tape.rows import extended
from memory.types import Slot

# A row without copies, measured with tracemalloc.
BYTES_PER_ROW = 90


class Copies:
    """Which rows have a later copy. Not thread-safe.

    The latest has the greatest time, and of equal times the greatest position.
    """

    def __init__(self) -> None:
        self.has_later: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self._key: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self._time: Float64[np.ndarray, " rows"] = np.zeros(0, np.float64)
        self._position: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        # By key: the latest row, and the rows of each group of two and more as an ordered set.
        self._latest: dict[int, int] = {}
        self._groups: dict[int, dict[int, None]] = {}

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use."""
        return BYTES_PER_ROW * len(self._key)

    def write(
        self,
        rows: Sequence[int],
        keys: Sequence[int],
        times: Sequence[float],
        positions: Sequence[int],
    ) -> None:
        """Add unused rows. Equal ``keys`` (hashes) mean copies. Rows beyond the end are created."""
        end = max(rows, default=-1) + 1
        for name in ("has_later", "_key", "_time", "_position"):
            setattr(self, name, extended(getattr(self, name), end))
        where = np.array(rows, dtype=np.int64)
        self.has_later[where] = False
        self._key[where], self._time[where], self._position[where] = keys, times, positions
        for row, key in zip(rows, keys, strict=True):
            latest = self._latest.setdefault(key, row)
            if latest != row:
                self._groups.setdefault(key, {latest: None})[row] = None
                earlier, self._latest[key] = sorted((latest, row), key=self._order)
                self.has_later[earlier], self.has_later[self._latest[key]] = True, False

    def erase(self, rows: Sequence[int]) -> None:
        """Remove rows. The latest copy that is left takes part again."""
        without_latest: set[int] = set()
        for row in rows:
            key = int(self._key[row])
            group = self._groups.get(key)
            if group is None:
                del self._latest[key]
                continue
            del group[row]
            if row == self._latest[key]:
                without_latest.add(key)
            if len(group) == 1:
                self._latest[key] = next(iter(group))
                del self._groups[key]
                without_latest.discard(key)
                self.has_later[self._latest[key]] = False
        for key in without_latest:
            self._latest[key] = max(self._groups[key], key=self._order)
            self.has_later[self._latest[key]] = False

    def _order(self, row: int) -> tuple[float, int]:
        return float(self._time[row]), int(self._position[row])


def copy_key(slot: Slot) -> int:
    """Equal for copies: the same text but for case, spaces and the mark at its end."""
    words = " ".join(slot.text.casefold().split()).rstrip(" .!…。！")
    return hash((slot.kind, slot.role, slot.speaker, words) if words else slot.id)
