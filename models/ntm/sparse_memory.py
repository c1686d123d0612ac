"""The memory of ``sam``: rows in an index, written in place, with gradients to what was written."""

from collections.abc import Sequence
from typing import Any

import faiss
import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

# A slot counts as used in a step in which its weight exceeds this (δ in the paper).
USED = 0.005
# Slots for each list of the approximate index, and how many lists a search visits.
SLOTS_PER_LIST = 256
PROBES = 8

_Found = Int64[np.ndarray, "keys found"]


class SparseMemory:
    """``slots`` rows of ``width`` numbers, initially 0, for one sequence at a time.

    With ``exact`` a search compares every row, which is fast below some 10,000 slots. Otherwise it
    is approximate and finds only rows that were written.
    """

    def __init__(self, slots: int, width: int, *, exact: bool = True) -> None:
        self.slots, self.width = slots, width
        self._values: Float[np.ndarray, "slots width"] = np.zeros((slots, width), np.float32)
        self._written: dict[int, Float[Tensor, " width"]] = {}
        self._index = _Exact(slots, width) if exact else _Approximate(slots, width)
        self._usage = _Usage(slots)

    @property
    def nbytes(self) -> int:
        """Bytes of the memory with index and usage, without the autograd graph."""
        return self._values.nbytes + self._index.nbytes + self._usage.nbytes

    def nearest(self, keys: Float[Tensor, "heads width"], most: int) -> list[list[int]]:
        """For each key the ``most`` slots of greatest cosine.

        If the index finds fewer, the least used slots are added.
        """
        most = min(most, self.slots)
        rows = self._index.search(_units(keys.detach().numpy()), most)
        found = [[slot for slot in row if slot >= 0] for row in rows.tolist()]
        return [row + self._usage.least(most - len(row), besides=set(row)) for row in found]

    def rows(self, slots: Sequence[int]) -> Float[Tensor, "some width"]:
        """The current rows of these slots, with gradients to what was written."""
        values = torch.from_numpy(self._values[np.asarray(slots, np.int64)])
        own = [self._written.get(slot) for slot in slots]
        if not any(each is not None for each in own):
            return values
        return torch.stack(
            [value if one is None else one for value, one in zip(values, own, strict=True)]
        )

    def put(self, slots: Sequence[int], rows: Float[Tensor, "some width"]) -> None:
        """Replace the rows of these slots, which must be distinct."""
        self._written.update(zip(slots, rows.unbind(0), strict=True))
        values, ids = rows.detach().numpy(), np.asarray(slots, np.int64)
        self._values[ids] = values
        self._index.put(ids, values)

    def touch(self, slots: Sequence[int], weights: Sequence[float]) -> None:
        """Mark the slots that a step used."""
        self._usage.touch([s for s, weight in zip(slots, weights, strict=True) if weight > USED])

    def least_used(self) -> int:
        return self._usage.least(1)[0]

    def forget_gradients(self) -> None:
        """Detach: the values stay, and gradients reach back no further."""
        self._written.clear()


class _Usage:
    """The slots in order of last use: a doubly linked list in two arrays."""

    def __init__(self, slots: int) -> None:
        # The last entry precedes the first slot and follows the last.
        self._after: Int64[np.ndarray, " slots1"] = np.roll(np.arange(slots + 1), -1)
        self._before: Int64[np.ndarray, " slots1"] = np.roll(np.arange(slots + 1), 1)
        self._end = slots

    @property
    def nbytes(self) -> int:
        return self._after.nbytes + self._before.nbytes

    def touch(self, slots: Sequence[int]) -> None:
        """Move these slots to the end, in their order."""
        after, before, end = self._after, self._before, self._end
        for slot in slots:
            after[before[slot]], before[after[slot]] = after[slot], before[slot]
            last = before[end]
            after[last], before[slot], after[slot], before[end] = slot, last, end, slot

    def least(self, most: int, besides: set[int] | frozenset[int] = frozenset()) -> list[int]:
        """The least recently used slots, in order of last use."""
        found: list[int] = []
        slot = int(self._after[self._end])
        while len(found) < most and slot != self._end:
            if slot not in besides:
                found.append(slot)
            slot = int(self._after[slot])
        return found


class _Exact:
    """A flat index whose storage is written in place. It has a row for every slot."""

    def __init__(self, slots: int, width: int) -> None:
        self._index = faiss.IndexFlatIP(width)
        self._index.add(np.zeros((slots, width), np.float32))
        self._rows = faiss.rev_swig_ptr(self._index.get_xb(), slots * width).reshape(slots, width)

    @property
    def nbytes(self) -> int:
        return int(self._rows.nbytes)

    def search(self, units: Float[np.ndarray, "keys width"], most: int) -> _Found:
        found: _Found = self._index.search(units, most)[1]
        return found

    def put(self, ids: Int64[np.ndarray, " some"], rows: Float[np.ndarray, "some width"]) -> None:
        self._rows[ids] = _units(rows)


class _Approximate:
    """Inverted lists around random directions: there are no data yet to learn centroids from."""

    def __init__(self, slots: int, width: int) -> None:
        lists = max(1, slots // SLOTS_PER_LIST)
        self._quantiser = faiss.IndexFlatIP(width)  # kept alive for the index
        directions = np.random.default_rng(0).normal(size=(lists, width)).astype(np.float32)
        self._quantiser.add(_units(directions))
        index: Any = faiss.IndexIVFFlat(self._quantiser, width, lists, faiss.METRIC_INNER_PRODUCT)
        index.is_trained = True
        index.nprobe = PROBES
        kind: Any = faiss.DirectMap  # type: ignore[attr-defined]  # not in its stubs
        index.set_direct_map_type(kind.Hashtable)  # otherwise a removal scans every list
        self._index = index
        self._indexed: set[int] = set()

    @property
    def nbytes(self) -> int:
        row = 4 * self._index.d + 8
        return int(self._index.ntotal * row + self._index.nlist * 4 * self._index.d)

    def search(self, units: Float[np.ndarray, "keys width"], most: int) -> _Found:
        found: _Found = self._index.search(units, most)[1]
        return found

    def put(self, ids: Int64[np.ndarray, " some"], rows: Float[np.ndarray, "some width"]) -> None:
        outdated = [slot for slot in ids.tolist() if slot in self._indexed]
        if outdated:
            selector: Any = faiss.IDSelectorArray
            self._index.remove_ids(selector(outdated))
        # A row of zeros has no direction and is not indexed.
        nonzero = np.einsum("rw,rw->r", rows, rows) > 0
        self._index.add_with_ids(_units(rows[nonzero]), ids[nonzero])
        self._indexed.difference_update(outdated)
        self._indexed.update(ids[nonzero].tolist())


def _units(vectors: Float[np.ndarray, "some width"]) -> Float[np.ndarray, "some width"]:
    lengths = np.sqrt(np.einsum("rw,rw->r", vectors, vectors))[:, None]
    units: Float[np.ndarray, "some width"] = vectors / np.where(lengths > 0, lengths, 1)
    return np.ascontiguousarray(units, np.float32)
