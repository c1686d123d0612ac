"""The order of turns in conversations: which row precedes and follows which."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from jaxtyping import Int64

from memory.tape.rows import extended

# Neighbours of a good candidate within this distance are candidates, too.
REACH = 2
# A row in conversations of twenty turns, measured with tracemalloc.
BYTES_PER_ROW = 92


@dataclass(eq=False, slots=True)
class _Conversation:
    """The positions of its live slots in order, and their rows."""

    id: str
    number: int
    positions: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class Neighbours:
    """The conversation, the turn index and the neighbours of each row. Not thread-safe.

    ``conversation`` is the number of a conversation (a slot without one gets its own),
    ``turn_index`` counts from 0, ``before`` and ``after`` are rows or -1. Entries of unused rows
    are undefined.
    """

    def __init__(self) -> None:
        self.conversation: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.turn_index: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.before: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self.after: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        self._by_id: dict[str, _Conversation] = {}
        self._by_row: dict[int, _Conversation] = {}
        self._numbers = 0

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use."""
        return BYTES_PER_ROW * len(self.turn_index)

    def write(
        self,
        rows: Sequence[int],
        positions: Sequence[int],
        conversation_ids: Sequence[str | None],
    ) -> None:
        """Add slots in unused rows. Rows beyond the end are created."""
        for name in ("conversation", "turn_index", "before", "after"):
            setattr(self, name, extended(getattr(self, name), max(rows, default=-1) + 1))
        where = np.array(rows, dtype=np.int64)
        self.conversation[where] = -1 - where
        self.turn_index[where], self.before[where], self.after[where] = 0, -1, -1
        changed: dict[_Conversation, int] = {}
        for row, position, conversation_id in zip(rows, positions, conversation_ids, strict=True):
            if conversation_id is None:
                continue
            conversation = self._by_row[row] = self._open(conversation_id)
            index = bisect_left(conversation.positions, position)
            conversation.positions.insert(index, position)
            conversation.rows.insert(index, row)
            changed[conversation] = min(index, changed.get(conversation, index))
        self._link(changed)

    def erase(self, rows: Sequence[int], positions: Sequence[int]) -> None:
        """Remove slots. Their neighbours become neighbours of each other."""
        changed: dict[_Conversation, int] = {}
        for row, position in zip(rows, positions, strict=True):
            conversation = self._by_row.pop(row, None)
            if conversation is None:
                continue
            index = bisect_left(conversation.positions, position)
            del conversation.positions[index], conversation.rows[index]
            changed[conversation] = min(index, changed.get(conversation, index))
            if not conversation.rows:
                del self._by_id[conversation.id], changed[conversation]
        self._link(changed)

    def around(self, rows: Int64[np.ndarray, " some"]) -> Int64[np.ndarray, " around"]:
        """These rows and their neighbours up to ``REACH``, possibly with duplicates."""
        found = [rows]
        for links in (self.before, self.after):
            linked = rows
            for _ in range(REACH):
                linked = links[linked]
                linked = linked[linked >= 0]
                found.append(linked)
        around: Int64[np.ndarray, " around"] = np.concatenate(found)
        return around

    def _open(self, conversation_id: str) -> _Conversation:
        if conversation_id not in self._by_id:
            self._by_id[conversation_id] = _Conversation(conversation_id, self._numbers)
            self._numbers += 1
        return self._by_id[conversation_id]

    def _link(self, changed: dict[_Conversation, int]) -> None:
        """Renumber and relink these conversations, each from the first index that changed."""
        # And from one index before it, whose neighbour changed.
        starts = [max(first - 1, 0) for first in changed.values()]
        parts = [each.rows[start:] for each, start in zip(changed, starts, strict=True)]
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        rows = np.fromiter(chain.from_iterable(parts), np.int64, int(sizes.sum()))
        ends = np.cumsum(sizes)
        firsts = ends - sizes
        self.conversation[rows] = np.repeat([each.number for each in changed], sizes)
        self.turn_index[rows] = np.arange(len(rows)) + np.repeat(starts - firsts, sizes)
        none = np.full(1, -1)
        before, after = np.concatenate([none, rows[:-1]]), np.concatenate([rows[1:], none])
        # The row before the first part of a conversation did not change.
        before[firsts] = np.where(np.equal(starts, 0), -1, self.before[rows[firsts]])
        after[ends - 1] = -1
        self.before[rows], self.after[rows] = before, after
