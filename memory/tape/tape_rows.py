"""The rows of a tape: the indexes of one user's live slots, kept up to date.

They have embeddings, terms and features, but no texts: these are fetched from SQL by position and
user. So an outdated tape can cost recall, but cannot reveal what was deleted.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import Int64

from memory.tape.copies import Copies, copy_key
from memory.tape.indexes.bm25 import LexicalIndex
from memory.tape.indexes.late_interaction import TokenIndex
from memory.tape.indexes.vector_index import VectorIndex
from memory.tape.neighbours import Neighbours
from memory.tape.rows import extended
from memory.tape.slot_features import SlotFeatures
from memory.types import Change, Slot, with_speaker

# The most slots, and characters, that are added at a time: this limits copies and times without GIL
# release.
BATCH = 16_384
BATCH_CHARACTERS = 1_000_000
# A slot in the dicts and lists of this module, measured with tracemalloc.
BYTES_PER_SLOT = 150


class TapeRows:
    """All live slots of one user. Thread-safe.

    ``epoch``, ``change_seq`` and ``embedder`` identify the state of SQL that it equals; the caller
    of ``apply`` sets them. A live slot has a row in the arrays, and the rows of deleted slots are
    reused. A slot without a valid embedding of this dimension is found by its words only.
    """

    def __init__(self, dimension: int, approximate_above: int = 50_000) -> None:
        self.epoch = 0
        self.change_seq = 0
        self.embedder = ""
        self.dimension = dimension
        self._index = VectorIndex(dimension, approximate_above)
        self._lock = self._index.lock
        self._lexical = LexicalIndex()
        self._features = SlotFeatures()
        self._neighbours = Neighbours()
        self._copies = Copies()
        self._tokens = TokenIndex()
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        # The position in each row, or -1.
        self._positions: Int64[np.ndarray, " rows"] = np.zeros(0, np.int64)
        # The same in order of dates, or None until it is needed.
        self._places: Int64[np.ndarray, " rows"] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use."""
        with self._lock:
            return (
                self._index.nbytes
                + self._lexical.nbytes
                + self._features.nbytes
                + self._neighbours.nbytes
                + self._copies.nbytes
                + self._tokens.nbytes
                + self._positions.nbytes
                + BYTES_PER_SLOT * len(self._rows)
            )

    @property
    def approximate(self) -> bool:
        """Whether the search by cosine is approximate now. Cosines are always exact."""
        return self._index.approximate is not None

    def settle(self, timeout: float | None = None) -> None:
        """Wait, at most ``timeout`` seconds, until no approximate index is being built."""
        builder = self._index.builder
        if builder is not None:
            builder.join(timeout)

    def apply(self, changes: Sequence[Change]) -> None:
        """Apply changes, of which the last for a position counts. Repeating it is harmless."""
        if not changes:
            return
        latest = {change.position: change.slot for change in changes}
        slots = [(position, slot) for position, slot in latest.items() if slot is not None]
        with self._lock:
            self._places = None
            self._remove([position for position in latest if position in self._rows])
            for batch in _batches(slots):
                self._add(batch)

    def _remove(self, positions: Sequence[int]) -> None:
        rows = [self._rows.pop(position) for position in positions]
        if not rows:
            return
        self._index.erase(np.array(rows))
        self._lexical.remove(rows)
        self._features.erase(rows)
        self._neighbours.erase(rows, positions)
        self._copies.erase(rows)
        self._tokens.erase(rows)
        self._positions[rows] = -1
        self._free.extend(rows)

    def _add(self, items: Sequence[tuple[int, Slot]]) -> None:
        positions = [position for position, _ in items]
        slots = [slot for _, slot in items]
        end = len(self._positions)
        reused = [self._free.pop() for _ in slots[: len(self._free)]]
        rows = [*reused, *range(end, end + len(slots) - len(reused))]
        self._positions = extended(self._positions, max(rows) + 1)

        vectors = np.zeros((len(slots), self.dimension), np.float32)
        for i, slot in enumerate(slots):
            if slot.embedding is not None and len(slot.embedding) == self.dimension:
                vectors[i] = slot.embedding
        self._index.write(np.array(rows), vectors)
        self._lexical.add(rows, [with_speaker(slot.speaker, slot.text) for slot in slots])
        self._features.write(rows, slots, self._lexical.lengths[rows])
        self._neighbours.write(rows, positions, [slot.conversation_id for slot in slots])
        self._tokens.write(rows, [slot.tokens for slot in slots])
        keys = [copy_key(slot) for slot in slots]
        self._copies.write(rows, keys, [slot.created_at.timestamp() for slot in slots], positions)
        self._positions[rows] = positions
        self._rows.update(zip(positions, rows, strict=True))

    def _rows_of(self, positions: Iterable[int]) -> list[int]:
        return [self._rows[position] for position in positions if position in self._rows]


def _batches(slots: Sequence[tuple[int, Slot]]) -> Iterator[Sequence[tuple[int, Slot]]]:
    start = characters = 0
    for end, (_, slot) in enumerate(slots):
        characters += len(slot.text)
        if end - start == BATCH or (characters > BATCH_CHARACTERS and end > start):
            yield slots[start:end]
            start, characters = end, len(slot.text)
    if start < len(slots):
        yield slots[start:]
