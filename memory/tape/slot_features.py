"""What is known of each row's slot besides its key and its words, as arrays."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64

from memory.tape.query import asks
from memory.types import Slot

# Lengths that differ less than this much (in natural logs) are not worth telling apart.
_LEAST_SPREAD = 0.3
# Log lengths are kept as whole numbers of 1/_ONE: the squares of ten million of them add up to less
# than 2⁶³.
_ONE = 2**16


class Facts:
    """Rows as in the indexes beside it. Not thread-safe."""

    def __init__(self) -> None:
        self.is_user: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self.asks: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        # Seconds since 1970, UTC.
        self.time: Float64[np.ndarray, " rows"] = np.zeros(0, np.float64)
        self.speakers: Counter[str] = Counter()
        """The speakers that have a name, with how many slots of theirs are live."""
        self._speaker: list[str | None] = []
        self._log_length: Int32[np.ndarray, " rows"] = np.zeros(0, np.int32)
        # Of the assistants, of the users.
        self._lengths_of = (_Lengths(), _Lengths())

    @property
    def nbytes(self) -> int:
        arrays = self.is_user.nbytes + self.asks.nbytes + self.time.nbytes
        return arrays + self._log_length.nbytes + 8 * len(self._speaker)

    @property
    def assistant_share(self) -> float:
        """How much of the tape an assistant said, 0 to 1."""
        by_assistants, by_users = (lengths.count for lengths in self._lengths_of)
        live = by_assistants + by_users
        return by_assistants / live if live else 0.0

    def write(
        self,
        rows: Sequence[int],
        slots: Sequence[Slot],
        lengths: Float32[np.ndarray, " slots"],
    ) -> None:
        """Note these slots, and their lengths in words, under these rows, which are not in use;
        rows past the end make the arrays longer.
        """
        missing = max(rows, default=-1) + 1 - len(self.time)
        if missing > 0:
            for name in ("is_user", "asks", "time", "_log_length"):
                array = getattr(self, name)
                setattr(self, name, np.concatenate([array, np.zeros(missing, array.dtype)]))
            self._speaker += [None] * missing
        where = np.array(rows, dtype=np.int64)
        self.is_user[where] = [slot.role == "user" for slot in slots]
        self.asks[where] = [asks(slot.text) for slot in slots]
        self.time[where] = [slot.created_at.timestamp() for slot in slots]
        self._log_length[where] = np.rint(np.log1p(lengths) * _ONE)
        self._count(where, 1)
        for row, slot in zip(rows, slots, strict=True):
            self._speaker[row] = slot.speaker
        self.speakers.update(slot.speaker for slot in slots if slot.speaker)

    def erase(self, rows: Sequence[int]) -> None:
        """Forget what was known of these rows."""
        self._count(np.array(rows, dtype=np.int64), -1)
        self.speakers.subtract(name for row in rows if (name := self._speaker[row]))
        self.speakers = +self.speakers
        for row in rows:
            self._speaker[row] = None

    def _count(self, rows: Int64[np.ndarray, " some"], sign: int) -> None:
        for is_user, lengths in enumerate(self._lengths_of):
            lengths.add(self._log_length[rows[self.is_user[rows] == bool(is_user)]], sign)

    def speaker_of(self, rows: Int64[np.ndarray, " some"]) -> list[str | None]:
        """Who said what lies in these rows."""
        return [self._speaker[row] for row in rows.tolist()]

    def relative_length(self, rows: Int64[np.ndarray, " some"]) -> Float32[np.ndarray, " some"]:
        """Log lengths in standard deviations from the mean of all that the same role said."""
        scale = np.array([role.mean_and_spread() for role in self._lengths_of], np.float32)
        mean, spread = scale[self.is_user[rows].astype(np.int64)].T
        logs = self._log_length[rows].astype(np.float32) / np.float32(_ONE)
        relative: Float32[np.ndarray, " some"] = (logs - mean) / (
            spread + np.float32(_LEAST_SPREAD)
        )
        return relative


@dataclass(slots=True)
class _Lengths:
    """Of all that one role said: how many turns, and the sums of their log lengths and of the
    squares. Whole numbers, so that a tape of the same slots has the same, in whatever order they
    came and went.
    """

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, logs: Int32[np.ndarray, " slots"], sign: int = 1) -> None:
        exact = logs.astype(np.int64)
        self.count += sign * len(exact)
        self.total += sign * int(exact.sum())
        self.squares += sign * int((exact * exact).sum())

    def mean_and_spread(self) -> tuple[float, float]:
        """In natural logs; two zeros where nothing was said."""
        if not self.count:
            return 0.0, 0.0
        variance = self.count * self.squares - self.total**2
        return self.total / self.count / _ONE, math.sqrt(variance) / self.count / _ONE
