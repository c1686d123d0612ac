"""Rows by likeness of key, on tapes of any length: exact, and approximate once that is slow.

The approximate index is FAISS's inverted file (Jégou et al. 2011; ``remove_ids`` is why it is not
HNSW) over codes of one bit a dimension (RaBitQ, Gao & Long 2024). It only proposes rows, many more
than are wanted: the exact keys choose among them, and cosines always come from those.
"""

import math
import threading

import faiss
import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.exact_index import ExactIndex, among

# Lists for each root of the number of keys, how many of them a search visits, and how many rows it
# proposes for each that is wanted: 0.99 of the 64 nearest are found, among 100,000 and among a
# million keys like real ones (``benchmarks.speed.scale``).
LISTS_PER_ROOT = 2
PROBES = 160
PROPOSED = 10
# K-means looks at this many keys for each list, and ten rounds of it are enough.
SAMPLE_PER_LIST = 64
ROUNDS = 10
# Rows that the builder copies under the lock at once (a millisecond), and how few may be left when
# it holds the lock while it adds the last of them.
CHUNK = 2048
LAST = 128


class KeyIndex:
    """The exact index, and beside it the approximate one of a tape above ``approximate_above``.

    The approximate one is built by a background thread while reads go on exactly, rebuilt when the
    tape has doubled or halved since, and given up at half of ``approximate_above``. Every method
    is called with ``lock`` held, which the thread too takes, a moment at a time.
    """

    def __init__(self, dimension: int, approximate_above: int) -> None:
        self.lock = threading.RLock()
        self.exact = ExactIndex(dimension)
        self.approximate: faiss.IndexIVF | None = None
        self.builder: threading.Thread | None = None
        self._approximate_above = approximate_above
        self._built_for = 0
        # While a builder runs: the rows that its index does not have as they are now.
        self._stale: Bool[np.ndarray, " rows"] = np.zeros(0, bool)

    @property
    def nbytes(self) -> int:
        total = self.exact.nbytes + self._stale.nbytes
        if (index := self.approximate) is not None:
            total += index.ntotal * (index.code_size + 8) + index.nlist * index.d * 4
        return total

    def write(
        self, rows: Int64[np.ndarray, " written"], keys: Float32[np.ndarray, "written dim"]
    ) -> None:
        """Give rows their keys; rows past the end make the index longer."""
        self.exact.lengthen(int(rows.max(initial=-1)) + 1)
        had_keys = rows[self.exact.keyed[rows]]
        self.exact.write(rows, keys)
        self._changed(rows, had_keys)

    def erase(self, rows: Int64[np.ndarray, " erased"]) -> None:
        """Take the keys of rows away, from both indexes."""
        had_keys = rows[self.exact.keyed[rows]]
        self.exact.erase(rows)
        self._changed(rows, had_keys)

    def search(
        self, query: Float32[np.ndarray, " dim"], limit: int, eligible: Bool[np.ndarray, " rows"]
    ) -> Int64[np.ndarray, " found"]:
        """Rows of great cosine among the eligible, best first; exact where few are eligible."""
        index = self.approximate
        if index is None or np.count_nonzero(eligible) <= self._approximate_above:
            return self.exact.search(query, limit, eligible)
        parameters = among(eligible & self.exact.keyed, faiss.SearchParametersIVF, nprobe=PROBES)
        _, found = index.search(query[None], PROPOSED * limit, params=parameters)
        rows: Int64[np.ndarray, " found"] = found[0][found[0] >= 0]
        cosines = np.einsum("rd,d->r", self.exact.keys(rows), query)
        return rows[np.argsort(-cosines, kind="stable")[:limit]]

    def _changed(
        self, rows: Int64[np.ndarray, " changed"], had_keys: Int64[np.ndarray, " known"]
    ) -> None:
        if self.approximate is not None:
            refresh(self.approximate, had_keys, *self._keys(rows))
        if self.builder is not None:
            missing = len(self.exact.keyed) - len(self._stale)
            self._stale = np.concatenate([self._stale, np.zeros(missing, bool)])
            self._stale[rows] = True
        keys = int(np.count_nonzero(self.exact.keyed))
        if keys <= self._approximate_above // 2:
            self.approximate, self._built_for = None, 0
        elif (
            self.builder is None
            and keys > self._approximate_above
            and not self._built_for / 2 < keys < self._built_for * 2
        ):
            self._built_for = keys
            self._stale = self.exact.keyed.copy()
            self.builder = threading.Thread(
                target=self._build,
                args=(int(LISTS_PER_ROOT * math.sqrt(keys)),),
                name="tape-index",
                daemon=True,
            )
            self.builder.start()

    def _keys(
        self, rows: Int64[np.ndarray, " some"]
    ) -> tuple[Int64[np.ndarray, " keyed"], Float32[np.ndarray, "keyed dim"]]:
        """Those of the rows that have a key, and a copy of their keys."""
        keyed = rows[self.exact.keyed[rows]]
        return keyed, self.exact.keys(keyed)

    def _build(self, lists: int) -> None:
        """The builder: train, add all rows chunk by chunk, add what changed meanwhile, swap."""
        faiss.omp_set_num_threads(1)  # of this thread alone: reads keep the other cores
        try:
            sample = self._sample(SAMPLE_PER_LIST * lists)
            if len(sample) < lists:  # nearly everything was deleted meanwhile
                return
            index = trained(sample, lists)
            while True:
                with self.lock:
                    rows = np.flatnonzero(self._stale)[:CHUNK]
                    self._stale[rows] = False
                    keyed, keys = self._keys(rows)
                    if len(rows) <= LAST:
                        refresh(index, rows, keyed, keys)
                        self.approximate = index
                        return
                refresh(index, rows, keyed, keys)
        finally:
            with self.lock:
                self.builder = None
                self._stale = np.zeros(0, bool)

    def _sample(self, size: int) -> Float32[np.ndarray, "sample dim"]:
        """At most ``size`` keys at random, copied bit by bit so that no read waits long."""
        with self.lock:
            rows = np.flatnonzero(self.exact.keyed)
        rows = np.random.default_rng(0).permutation(rows)[:size]
        chunks = []
        for start in range(0, len(rows), CHUNK):
            with self.lock:
                chunks.append(self.exact.keys(rows[start : start + CHUNK]))
        return np.concatenate(chunks)


def trained(sample: Float32[np.ndarray, "sample dim"], lists: int) -> faiss.IndexIVF:
    """An empty inverted file whose lists and codes fit the sample."""
    dimension = sample.shape[1]
    index = faiss.IndexIVFRaBitQ(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = ROUNDS
    index.cp.spherical = True
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = SAMPLE_PER_LIST
    index.train(sample)
    return index


def refresh(
    index: faiss.IndexIVF,
    outdated: Int64[np.ndarray, " outdated"],
    keyed: Int64[np.ndarray, " keyed"],
    keys: Float32[np.ndarray, "keyed dim"],
) -> None:
    """Take rows out of an approximate index, and put ``keyed`` in with these keys.

    Taking out looks through the whole index (24 ms at 100,000 keys), so a new turn must not.
    """
    if len(outdated):
        index.remove_ids(faiss.IDSelectorBatch(outdated))
    index.add_with_ids(keys, keyed)
