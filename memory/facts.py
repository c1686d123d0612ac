"""What is known of each row's slot besides its key and its words, as arrays."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from memory.question import asks
from memory.records import Slot

# Lengths that differ less than this much (in natural logs) are not worth telling apart.
_LEAST_SPREAD = 0.3


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
        self._live: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self._length_scale: Float32[np.ndarray, "roles 2"] | None = None

    @property
    def nbytes(self) -> int:
        arrays = self.is_user.nbytes + self.asks.nbytes + self.time.nbytes + self._live.nbytes
        return arrays + 8 * len(self._speaker)

    @property
    def assistant_share(self) -> float:
        """How much of the tape an assistant said, 0 to 1."""
        live = np.count_nonzero(self._live)
        return float(np.count_nonzero(self._live & ~self.is_user) / live) if live else 0.0

    def write(self, rows: Sequence[int], slots: Sequence[Slot]) -> None:
        """Note these slots under these rows; rows past the end make the arrays longer."""
        missing = max(rows, default=-1) + 1 - len(self._live)
        if missing > 0:
            for name in ("is_user", "asks", "time", "_live"):
                array = getattr(self, name)
                setattr(self, name, np.concatenate([array, np.zeros(missing, array.dtype)]))
            self._speaker += [None] * missing
        where = np.array(rows, dtype=np.int64)
        self.is_user[where] = [slot.role == "user" for slot in slots]
        self.asks[where] = [asks(slot.text) for slot in slots]
        self.time[where] = [slot.created_at.timestamp() for slot in slots]
        self._live[where] = True
        for row, slot in zip(rows, slots, strict=True):
            self._speaker[row] = slot.speaker
        self.speakers.update(slot.speaker for slot in slots if slot.speaker)
        self._length_scale = None

    def erase(self, rows: Sequence[int]) -> None:
        """Forget what was known of these rows."""
        self._live[rows] = False
        self.speakers.subtract(name for row in rows if (name := self._speaker[row]))
        self.speakers = +self.speakers
        for row in rows:
            self._speaker[row] = None
        self._length_scale = None

    def speaker_of(self, rows: Int64[np.ndarray, " some"]) -> list[str | None]:
        """Who said what lies in these rows."""
        return [self._speaker[row] for row in rows.tolist()]

    def relative_length(
        self, rows: Int64[np.ndarray, " some"], lengths: Float32[np.ndarray, " rows"]
    ) -> Float32[np.ndarray, " some"]:
        """Log lengths in standard deviations from the mean of all that the same role said.

        ``lengths`` are those of all rows, in words.
        """
        if self._length_scale is None:
            scale = np.zeros((2, 2), np.float32)
            logs = np.log1p(lengths)
            for role in (0, 1):
                of_role = logs[self._live & (self.is_user == bool(role))]
                scale[role] = (of_role.mean(), of_role.std()) if len(of_role) else (0, 0)
            self._length_scale = scale
        mean, spread = self._length_scale[self.is_user[rows].astype(np.int64)].T
        relative: Float32[np.ndarray, " some"] = (np.log1p(lengths[rows]) - mean) / (
            spread + np.float32(_LEAST_SPREAD)
        )
        return relative
