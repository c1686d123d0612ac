"""Features of each row's slot other than its embedding and its words, as arrays."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int32, Int64

from memory.messages.attributes import ATTRIBUTES, stated_attributes
from memory.messages.corrections import is_correction
from memory.messages.instructions import instruction_in
from memory.messages.message_kinds import states_preference
from memory.tape.query import is_question
from memory.tape.rows import extended
from memory.types import Slot

# Added to the standard deviation of log lengths: smaller differences do not matter.
_LEAST_SPREAD = 0.3
# Log lengths are stored in units of 1/_ONE. The squares of ten million sum to less than 2⁶³.
_ONE = 2**16

_FLAGS = ("is_user", "is_question", "is_correction", "is_preference")


class SlotFeatures:
    """Role, form, time, speaker and length of the slot in each row. Not thread-safe."""

    def __init__(self) -> None:
        self.is_user: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self.is_question: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self.is_correction: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        self.is_preference: Bool[np.ndarray, " rows"] = np.zeros(0, bool)
        # Values of ``Instruction``.
        self.instruction: Int8[np.ndarray, " rows"] = np.zeros(0, np.int8)
        # A bit for each of ``ATTRIBUTES`` that it tells about.
        self._attributes: Int32[np.ndarray, " rows"] = np.zeros(0, np.int32)
        # Seconds since 1970, UTC.
        self.time: Float64[np.ndarray, " rows"] = np.zeros(0, np.float64)
        self.speakers: Counter[str] = Counter()
        """The named speakers, with the number of their live slots."""
        self._speaker: list[str | None] = []
        self._log_length: Int32[np.ndarray, " rows"] = np.zeros(0, np.int32)
        # Of assistants, of users.
        self._lengths_by_role = (_LengthStatistics(), _LengthStatistics())

    @property
    def nbytes(self) -> int:
        flags: int = sum(getattr(self, name).nbytes for name in _FLAGS)
        arrays = flags + self.time.nbytes + self.instruction.nbytes
        arrays += self._attributes.nbytes
        return arrays + self._log_length.nbytes + 8 * len(self._speaker)

    @property
    def assistant_share(self) -> float:
        """The share of live slots by an assistant, 0 to 1."""
        by_assistants, by_users = (lengths.count for lengths in self._lengths_by_role)
        live = by_assistants + by_users
        return by_assistants / live if live else 0.0

    def write(
        self,
        rows: Sequence[int],
        slots: Sequence[Slot],
        lengths: Float32[np.ndarray, " slots"],
    ) -> None:
        """Add slots, with their lengths in words, in unused rows.

        Rows beyond the end are created.
        """
        end = max(rows, default=-1) + 1
        for name in (*_FLAGS, "instruction", "time", "_log_length", "_attributes"):
            setattr(self, name, extended(getattr(self, name), end))
        self._speaker += [None] * (end - len(self._speaker))
        where = np.array(rows, dtype=np.int64)
        self.is_user[where] = [slot.role == "user" for slot in slots]
        self.is_question[where] = [is_question(slot.text) for slot in slots]
        own = [slot.text if slot.role == "user" else "" for slot in slots]
        self.is_correction[where] = list(map(is_correction, own))
        self.is_preference[where] = list(map(states_preference, own))
        self.instruction[where] = list(map(instruction_in, own))
        self._attributes[where] = list(map(_attribute_bits, own))
        self.time[where] = [slot.created_at.timestamp() for slot in slots]
        self._log_length[where] = np.rint(np.log1p(lengths) * _ONE)
        self._count(where, 1)
        for row, slot in zip(rows, slots, strict=True):
            self._speaker[row] = slot.speaker
        self.speakers.update(slot.speaker for slot in slots if slot.speaker)

    def erase(self, rows: Sequence[int]) -> None:
        """Remove the slots of these rows."""
        self._count(np.array(rows, dtype=np.int64), -1)
        self.speakers.subtract(name for row in rows if (name := self._speaker[row]))
        self.speakers = +self.speakers
        for row in rows:
            self._speaker[row] = None

    def _count(self, rows: Int64[np.ndarray, " some"], sign: int) -> None:
        for is_user, lengths in enumerate(self._lengths_by_role):
            lengths.add(self._log_length[rows[self.is_user[rows] == bool(is_user)]], sign)

    def tells_about(self, attribute: str | None) -> Bool[np.ndarray, " rows"]:
        """Which rows tell about this attribute of the user's life; with None, none."""
        bit = 0 if attribute is None else 1 << ATTRIBUTES.index(attribute)
        return self._attributes & bit > 0

    def speakers_of(self, rows: Int64[np.ndarray, " some"]) -> list[str | None]:
        return [self._speaker[row] for row in rows.tolist()]

    def relative_length(self, rows: Int64[np.ndarray, " some"]) -> Float32[np.ndarray, " some"]:
        """Log lengths in standard deviations from the mean of the same role."""
        scale = np.array([role.mean_and_std() for role in self._lengths_by_role], np.float32)
        mean, std = scale[self.is_user[rows].astype(np.int64)].T
        logs = self._log_length[rows].astype(np.float32) / np.float32(_ONE)
        relative: Float32[np.ndarray, " some"] = (logs - mean) / (std + np.float32(_LEAST_SPREAD))
        return relative


def _attribute_bits(text: str) -> int:
    return sum(1 << ATTRIBUTES.index(each) for each in stated_attributes(text))


@dataclass(slots=True)
class _LengthStatistics:
    """The number, sum and sum of squares of one role's log lengths.

    As integers, so that the same slots give the same values in any order of changes.
    """

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, logs: Int32[np.ndarray, " slots"], sign: int) -> None:
        exact = logs.astype(np.int64)
        self.count += sign * len(exact)
        self.total += sign * int(exact.sum())
        self.squares += sign * int((exact * exact).sum())

    def mean_and_std(self) -> tuple[float, float]:
        """In natural logs; zeros without slots."""
        if not self.count:
            return 0.0, 0.0
        variance = self.count * self.squares - self.total**2
        return self.total / self.count / _ONE, math.sqrt(variance) / self.count / _ONE
