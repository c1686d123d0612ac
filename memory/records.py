"""The nouns of memory as plain, frozen values. No SQL, no HTTP, no networks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64

Role = Literal["user", "assistant"]
Kind = Literal["turn", "fact", "document", "summary"]
Status = Literal["pending", "complete", "aborted", "failed", "deleted"]

# The signals of a candidate, in the order of the columns of ``Candidates.signals``.
SIGNALS: dict[str, str] = {
    "cosine": "cosine of the message's key and the slot's key, -1 to 1",
    "bm25": "BM25 score as a share of the best that this question could get, 0 to 1",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of a user's memory matrix.

    ``position`` is its place on the tape: given once, never reused, and the id that FAISS knows.
    ``key`` is a unit vector, or None while the slot waits to be embedded: then only words find it.
    """

    position: int
    id: str
    kind: Kind
    role: Role
    text: str
    created_at: datetime
    conversation_id: str | None = None
    speaker: str | None = None
    key: Float32[np.ndarray, " dim"] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one position: it now holds ``slot``, or nothing (deleted)."""

    position: int
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sparse support of a read: a few hundred slots of one tape, as arrays.

    ``conversation`` numbers the conversations (a slot without one is alone in its own), and
    ``place`` counts the slots within one, so that neighbours on the tape have the same
    conversation and places that differ by one. ``previous`` is the weight that this conversation's
    last reading gave each candidate, or 0.
    """

    positions: Int64[np.ndarray, " candidates"]
    signals: Float32[np.ndarray, "candidates signals"]
    conversation: Int64[np.ndarray, " candidates"]
    place: Int64[np.ndarray, " candidates"]
    previous: Float32[np.ndarray, " candidates"]

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, slots=True)
class ReadSlot:
    """One slot of a reading: its weight, and each signal's value and share in that weight."""

    position: int
    weight: float
    signals: dict[str, float]
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a read. ``slots`` are in order of weight; they and ``null_weight`` sum to 1."""

    id: str
    head: str
    null_weight: float
    parameters: dict[str, float | list[float]]
    slots: tuple[ReadSlot, ...]

    def truncated(self, most: int) -> "Reading":
        """The same reading with its heaviest slots only, for keeping."""
        return replace(self, slots=self.slots[:most])


@dataclass(frozen=True, slots=True)
class TapeState:
    """Where a user's memory stands in SQL: (0, 0) for a user who has none yet."""

    epoch: int
    change_seq: int
