"""Where slots lie on a tape: which follows which in a conversation."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from jaxtyping import Int64

# How far on the tape the neighbours of a good candidate are candidates, too.
REACH = 2
# The numbers and the links of a row in conversations of twenty turns, by tracemalloc.
BYTES_PER_ROW = 92


@dataclass(eq=False, slots=True)
class _Conversation:
    """Its live positions in order, and the row of each."""

    id: str
    number: int
    positions: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class Places:
    """By row: its conversation, its place there, and its neighbours. Not thread-safe.

    ``conversation`` is a number that only the slots of one conversation have (a slot without one is
    alone in its own), ``place`` counts from 0, and ``before`` and ``after`` are rows, or -1. All
    are to be read at rows that are in use.
    """

    def __init__(self) -> None:
        self.conversation: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.place: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.before: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.after: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self._by_id: dict[str, _Conversation] = {}
        self._of: dict[int, _Conversation] = {}
        self._numbers = 0

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use, in bytes."""
        return BYTES_PER_ROW * len(self.place)

    def write(
        self,
        rows: Sequence[int],
        positions: Sequence[int],
        conversation_ids: Sequence[str | None],
    ) -> None:
        """Put rows that are not in use at their positions; rows past the end are made."""
        self._lengthen(max(rows, default=-1) + 1)
        where = np.array(rows, dtype=np.int64)
        self.conversation[where] = -1 - where
        self.place[where], self.before[where], self.after[where] = 0, -1, -1
        changed: dict[_Conversation, int] = {}
        for row, position, conversation_id in zip(rows, positions, conversation_ids, strict=True):
            if conversation_id is None:
                continue
            conversation = self._of[row] = self._open(conversation_id)
            place = bisect_left(conversation.positions, position)
            conversation.positions.insert(place, position)
            conversation.rows.insert(place, row)
            changed[conversation] = min(place, changed.get(conversation, place))
        self._link(changed)

    def erase(self, rows: Sequence[int], positions: Sequence[int]) -> None:
        """Take rows away from their positions: their neighbours become each other's."""
        changed: dict[_Conversation, int] = {}
        for row, position in zip(rows, positions, strict=True):
            conversation = self._of.pop(row, None)
            if conversation is None:
                continue
            place = bisect_left(conversation.positions, position)
            del conversation.positions[place], conversation.rows[place]
            changed[conversation] = min(place, changed.get(conversation, place))
            if not conversation.rows:
                del self._by_id[conversation.id], changed[conversation]
        self._link(changed)

    def around(self, rows: Int64[np.ndarray, " some"]) -> Int64[np.ndarray, " around"]:
        """These rows, and those at most ``REACH`` places away in the same conversation.

        One that is beside two of them comes twice.
        """
        found = [rows]
        for links in (self.before, self.after):
            there = rows
            for _ in range(REACH):
                there = links[there]
                there = there[there >= 0]
                found.append(there)
        around: Int64[np.ndarray, " around"] = np.concatenate(found)
        return around

    def _open(self, conversation_id: str) -> _Conversation:
        if conversation_id not in self._by_id:
            self._by_id[conversation_id] = _Conversation(conversation_id, self._numbers)
            self._numbers += 1
        return self._by_id[conversation_id]

    def _link(self, changed: dict[_Conversation, int]) -> None:
        """Number the places of these conversations anew, each from the place on that changed."""
        # One before it, too: its neighbour is another now.
        starts = [max(first - 1, 0) for first in changed.values()]
        parts = [each.rows[start:] for each, start in zip(changed, starts, strict=True)]
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        rows = np.fromiter(chain.from_iterable(parts), np.int64, int(sizes.sum()))
        ends = np.cumsum(sizes)
        firsts = ends - sizes
        self.conversation[rows] = np.repeat([each.number for each in changed], sizes)
        self.place[rows] = np.arange(len(rows)) + np.repeat(starts - firsts, sizes)
        outside = np.full(1, -1)
        before, after = np.concatenate([outside, rows[:-1]]), np.concatenate([rows[1:], outside])
        # What lies before the first part of a conversation did not change.
        before[firsts] = np.where(np.equal(starts, 0), -1, self.before[rows[firsts]])
        after[ends - 1] = -1
        self.before[rows], self.after[rows] = before, after

    def _lengthen(self, rows: int) -> None:
        missing = rows - len(self.place)
        if missing > 0:
            for name in ("conversation", "place", "before", "after"):
                array = getattr(self, name)
                setattr(self, name, np.concatenate([array, np.zeros(missing, np.int64)]))
