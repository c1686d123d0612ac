"""One user's tape in process: a cache of what SQL holds, from which a read's candidates come.

It keeps keys, terms and places, never a text: texts are fetched from SQL by position, with the user
in the statement. A tape that is behind can cost recall; it cannot show what was deleted.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.exact import units
from memory.index import KeyIndex
from memory.lexical import LexicalIndex, terms
from memory.records import Candidates, Change, Slot

# The neighbours on the tape of this many of the best by key, and by words, are candidates too: the
# answer to a remembered question is often the turn after it, or the same speaker's next one.
SURROUNDED = 16
REACH = 2
# Slots are taken in this many at a time, so that a long tape is never copied whole.
BATCH = 16_384
# A slot's place in the dicts and lists of this file, by tracemalloc.
BYTES_PER_SLOT = 150


@dataclass(slots=True)
class Conversation:
    id: str
    number: int
    positions: list[int] = field(default_factory=list)


class Conversations:
    """Which slot follows which: the live positions of each conversation, in order."""

    def __init__(self) -> None:
        self._by_id: dict[str, Conversation] = {}
        self._of: dict[int, Conversation] = {}
        self._numbers = 0

    def add(self, position: int, conversation_id: str | None) -> None:
        if conversation_id is None:
            return
        if conversation_id not in self._by_id:
            self._by_id[conversation_id] = Conversation(conversation_id, self._numbers)
            self._numbers += 1
        conversation = self._of[position] = self._by_id[conversation_id]
        insort(conversation.positions, position)

    def remove(self, position: int) -> None:
        conversation = self._of.pop(position, None)
        if conversation is None:
            return
        del conversation.positions[bisect_left(conversation.positions, position)]
        if not conversation.positions:
            del self._by_id[conversation.id]

    def around(self, position: int) -> list[int]:
        """The positions at most ``REACH`` places away in the same conversation, itself included."""
        conversation = self._of.get(position)
        if conversation is None:
            return [position]
        place = bisect_left(conversation.positions, position)
        return conversation.positions[max(place - REACH, 0) : place + REACH + 1]

    def locate(self, position: int) -> tuple[int, int]:
        """A number that only the slots of its conversation have, and its place there from 0."""
        conversation = self._of.get(position)
        if conversation is None:
            return -1 - position, 0
        return conversation.number, bisect_left(conversation.positions, position)


class Tape:
    """All live slots of one user: which are like a key, which share words, which are neighbours.

    ``epoch``, ``change_seq`` and ``embedder`` say what in SQL it equals; who catches it up sets
    them. Every method may be called from any thread: searches and changes exclude each other.

    A slot has a row in the arrays for as long as it lives; the row is then used again. A slot whose
    key is missing, of another dimension, zero or not finite keeps its row, and only words find it.
    """

    def __init__(self, dimension: int, approximate_above: int = 50_000) -> None:
        self.epoch = 0
        self.change_seq = 0
        self.embedder = ""
        self.dimension = dimension
        self._index = KeyIndex(dimension, approximate_above)
        self._lock = self._index.lock
        self._lexical = LexicalIndex()
        self._conversations = Conversations()
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        # The position in each row, or -1.
        self._positions: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use, in bytes."""
        with self._lock:
            arrays = self._index.nbytes + self._positions.nbytes
            return arrays + self._lexical.nbytes + BYTES_PER_SLOT * len(self._rows)

    @property
    def approximate(self) -> bool:
        """Whether keys are searched for approximately now; cosines are exact always."""
        return self._index.approximate is not None

    def settle(self, timeout: float | None = None) -> None:
        """Wait, at most ``timeout`` seconds, for the approximate index that is being built."""
        builder = self._index.builder
        if builder is not None:
            builder.join(timeout)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take over what changed. A position's last change holds; told again, it is harmless."""
        if not changes:
            return
        latest = {change.position: change.slot for change in changes}
        slots = [(position, slot) for position, slot in latest.items() if slot is not None]
        with self._lock:
            self._forget([position for position in latest if position in self._rows])
            for start in range(0, len(slots), BATCH):
                self._remember(slots[start : start + BATCH])

    def find(
        self,
        key: Float32[np.ndarray, " dim"] | None,
        text: str,
        *,
        exclude: Collection[int] = (),
        previous: Mapping[int, float] | None = None,
        allowed: Collection[int] | None = None,
        limit: int = 64,
    ) -> Candidates:
        """The slots that a read should weigh, with the signals of each, by falling cosine.

        They are the ``limit`` best by key, the ``limit`` best by words (of equals, the latest),
        those of ``previous`` (position → weight in the last reading) that still live, and the
        neighbours of the best. Never a position in ``exclude``, nor one outside ``allowed``.

        Without a key, or with one that cannot be a key, every cosine is 0 and words alone find.
        """
        query = terms(text)
        unit = self._unit(key)
        previous = previous or {}
        with self._lock:
            eligible = self._eligible(exclude, allowed)
            by_key = self._index.search(unit, limit, eligible).tolist() if unit.any() else []
            shares = self._lexical.scores(query)
            by_words = self._best(shares, eligible, limit).tolist()
            near = self._around([*by_key[:SURROUNDED], *by_words[:SURROUNDED]])
            found = np.array(
                sorted({*by_key, *by_words, *near, *self._rows_of(previous)}), dtype=np.int64
            )
            rows = found[eligible[found]]
            # Row by row, unlike a product of BLAS: equal keys have equal cosines to the last bit.
            cosines = np.einsum("rd,d->r", self._index.exact.keys[rows], unit)
            positions = self._positions[rows]
            order = np.lexsort((positions, -cosines))
            positions = positions[order]
            signals = np.stack([cosines, shares[rows]], axis=1)[order]
            places = [self._conversations.locate(position) for position in positions.tolist()]
        conversation, place = np.array(places, dtype=np.int64).reshape(-1, 2).T
        return Candidates(
            positions=positions,
            signals=signals,
            conversation=conversation,
            place=place,
            previous=np.array([previous.get(p, 0.0) for p in positions.tolist()], np.float32),
        )

    def _forget(self, positions: Sequence[int]) -> None:
        rows = [self._rows.pop(position) for position in positions]
        if not rows:
            return
        self._index.erase(np.array(rows))
        self._lexical.remove(rows)
        self._positions[rows] = -1
        self._free.extend(rows)
        for position in positions:
            self._conversations.remove(position)

    def _remember(self, slots: Sequence[tuple[int, Slot]]) -> None:
        end = len(self._positions)
        reused = [self._free.pop() for _ in slots[: len(self._free)]]
        rows = [*reused, *range(end, end + len(slots) - len(reused))]
        self._positions = np.concatenate([self._positions, np.full(len(rows) - len(reused), -1)])

        keys = np.zeros((len(slots), self.dimension), np.float32)
        for i, (position, slot) in enumerate(slots):
            if slot.key is not None and len(slot.key) == self.dimension:
                keys[i] = slot.key
            self._conversations.add(position, slot.conversation_id)
        self._index.write(np.array(rows), keys)
        self._lexical.add(
            rows,
            [f"{slot.speaker}: {slot.text}" if slot.speaker else slot.text for _, slot in slots],
        )
        positions = [position for position, _ in slots]
        self._positions[rows] = positions
        self._rows.update(zip(positions, rows, strict=True))

    def _unit(self, key: Float32[np.ndarray, " dim"] | None) -> Float32[np.ndarray, " unit"]:
        """The query's key at length 1, or zeros where there is none."""
        if key is None or len(key) != self.dimension:
            return np.zeros(self.dimension, np.float32)
        unit: Float32[np.ndarray, " unit"] = units(key[None])[0][0]
        return unit

    def _eligible(
        self, exclude: Collection[int], allowed: Collection[int] | None
    ) -> Bool[np.ndarray, " rows"]:
        eligible = self._positions >= 0
        if allowed is not None:
            wanted = np.zeros_like(eligible)
            wanted[self._rows_of(allowed)] = True
            eligible &= wanted
        eligible[self._rows_of(exclude)] = False
        return eligible

    def _rows_of(self, positions: Iterable[int]) -> list[int]:
        return [self._rows[position] for position in positions if position in self._rows]

    def _around(self, rows: Iterable[int]) -> list[int]:
        positions = self._positions[list(rows)].tolist()
        return self._rows_of(
            near for position in positions for near in self._conversations.around(position)
        )

    def _best(
        self, scores: Float32[np.ndarray, " rows"], eligible: Bool[np.ndarray, " rows"], limit: int
    ) -> Int64[np.ndarray, " best"]:
        """The eligible rows with the highest scores above 0, best first; of equals, the latest."""
        rows = np.flatnonzero((scores > 0) & eligible)
        if len(rows) > limit:
            least = np.partition(scores[rows], -limit)[-limit]
            rows = rows[scores[rows] >= least]
        order = np.lexsort((-self._positions[rows], -scores[rows]))
        best: Int64[np.ndarray, " best"] = rows[order][:limit]
        return best
