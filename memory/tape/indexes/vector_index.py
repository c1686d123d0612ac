"""Rows by cosine, on tapes of any length: searched exactly, and approximately on long tapes.

The approximate index is FAISS's inverted file (Jégou et al. 2011; HNSW has no ``remove_ids``) with
one bit per dimension (RaBitQ, Gao & Long 2024). It only proposes rows, from which the exact index
chooses; cosines are always exact.
"""

import math
import threading

import faiss
import numpy as np
from jaxtyping import Bool, Float32, Int64

from memory.tape.indexes.exact_index import ExactIndex, among
from memory.tape.rows import extended

# The number of lists divided by the square root of the number of vectors, how many lists a search
# visits, and how many rows it proposes per wanted row. With realistic vectors, 100,000 or a million
# of them, 0.99 of the 64 nearest are found (``benchmarks.speed.scale``).
LISTS_PER_ROOT = 2
PROBES = 160
PROPOSED = 10
# Vectors per list for k-means, and its iterations.
SAMPLE_PER_LIST = 64
ITERATIONS = 10
# Rows that the builder copies in one hold of the lock (a millisecond), and the number of remaining
# rows at which it keeps the lock to finish.
CHUNK = 2048
LAST = 128


class VectorIndex:
    """The exact index, and the approximate one of a tape with more than ``approximate_above`` rows.

    A background thread builds the approximate one, while reads are exact. It is rebuilt when the
    tape has doubled or halved, and dropped at half of ``approximate_above``. Call every method with
    ``lock`` held; the thread takes it for short times.
    """

    def __init__(self, dimension: int, approximate_above: int) -> None:
        self.lock = threading.RLock()
        self.exact = ExactIndex(dimension)
        self.approximate: faiss.IndexIVF | None = None
        self.builder: threading.Thread | None = None
        self._approximate_above = approximate_above
        self._built_for = 0
        # While a builder runs: the rows that are outdated in its index.
        self._stale: Bool[np.ndarray, " rows"] = np.zeros(0, bool)

    @property
    def nbytes(self) -> int:
        total = self.exact.nbytes + self._stale.nbytes
        if (index := self.approximate) is not None:
            total += index.ntotal * (index.code_size + 8) + index.nlist * index.d * 4
        return total

    def write(
        self, rows: Int64[np.ndarray, " written"], vectors: Float32[np.ndarray, "written dim"]
    ) -> None:
        """Set the vectors of rows. Rows beyond the end are created."""
        self.exact.lengthen(int(rows.max(initial=-1)) + 1)
        outdated = rows[self.exact.embedded[rows]]
        self.exact.write(rows, vectors)
        self._update(rows, outdated)

    def erase(self, rows: Int64[np.ndarray, " erased"]) -> None:
        """Remove the vectors of rows from both indexes."""
        outdated = rows[self.exact.embedded[rows]]
        self.exact.erase(rows)
        self._update(rows, outdated)

    def search(
        self, query: Float32[np.ndarray, " dim"], limit: int, eligible: Bool[np.ndarray, " rows"]
    ) -> Int64[np.ndarray, " found"]:
        """The eligible rows of the greatest cosine, best first; exact if few are eligible."""
        index = self.approximate
        if index is None or np.count_nonzero(eligible) <= self._approximate_above:
            return self.exact.search(query, limit, eligible)
        parameters = among(eligible & self.exact.embedded, faiss.SearchParametersIVF, nprobe=PROBES)
        _, found = index.search(query[None], PROPOSED * limit, params=parameters)
        rows: Int64[np.ndarray, " found"] = found[0][found[0] >= 0]
        cosines = np.einsum("rd,d->r", self.exact.vectors(rows), query)
        return rows[np.argsort(-cosines, kind="stable")[:limit]]

    def _update(
        self, changed: Int64[np.ndarray, " changed"], outdated: Int64[np.ndarray, " outdated"]
    ) -> None:
        """Bring the approximate index up to date, and build or drop it when the size calls for it.

        ``outdated`` are the changed rows that had a vector before.
        """
        if self.approximate is not None:
            refresh(self.approximate, outdated, *self._embedded_among(changed))
        if self.builder is not None:
            self._stale = extended(self._stale, len(self.exact.embedded))
            self._stale[changed] = True
        size = int(np.count_nonzero(self.exact.embedded))
        if size <= self._approximate_above // 2:
            self.approximate, self._built_for = None, 0
        elif (
            self.builder is None
            and size > self._approximate_above
            and not self._built_for / 2 < size < self._built_for * 2
        ):
            self._built_for = size
            self._stale = self.exact.embedded.copy()
            self.builder = threading.Thread(
                target=self._build,
                args=(int(LISTS_PER_ROOT * math.sqrt(size)),),
                name="tape-index",
                daemon=True,
            )
            self.builder.start()

    def _embedded_among(
        self, rows: Int64[np.ndarray, " some"]
    ) -> tuple[Int64[np.ndarray, " embedded"], Float32[np.ndarray, "embedded dim"]]:
        """The rows that have a vector, and a copy of their vectors."""
        embedded = rows[self.exact.embedded[rows]]
        return embedded, self.exact.vectors(embedded)

    def _build(self, lists: int) -> None:
        """The builder: train, add all rows in chunks, add rows that changed meanwhile, swap."""
        faiss.omp_set_num_threads(1)  # for this thread only: reads need the other cores
        try:
            sample = self._sample(SAMPLE_PER_LIST * lists)
            if len(sample) < lists:  # nearly all rows were erased meanwhile
                return
            index = trained(sample, lists)
            while True:
                with self.lock:
                    rows = np.flatnonzero(self._stale)[:CHUNK]
                    self._stale[rows] = False
                    embedded, vectors = self._embedded_among(rows)
                    if len(rows) <= LAST:
                        refresh(index, rows, embedded, vectors)
                        self.approximate = index
                        return
                refresh(index, rows, embedded, vectors)
        finally:
            with self.lock:
                self.builder = None
                self._stale = np.zeros(0, bool)

    def _sample(self, size: int) -> Float32[np.ndarray, "sample dim"]:
        """At most ``size`` random vectors, copied in chunks so that no read waits long."""
        with self.lock:
            rows = np.flatnonzero(self.exact.embedded)
        rows = np.random.default_rng(0).permutation(rows)[:size]
        chunks = []
        for start in range(0, len(rows), CHUNK):
            with self.lock:
                chunks.append(self.exact.vectors(rows[start : start + CHUNK]))
        return np.concatenate(chunks)


def trained(sample: Float32[np.ndarray, "sample dim"], lists: int) -> faiss.IndexIVF:
    """An empty inverted file, trained on the sample."""
    dimension = sample.shape[1]
    index = faiss.IndexIVFRaBitQ(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = ITERATIONS
    index.cp.spherical = True
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = SAMPLE_PER_LIST
    index.train(sample)
    return index


def refresh(
    index: faiss.IndexIVF,
    outdated: Int64[np.ndarray, " outdated"],
    embedded: Int64[np.ndarray, " embedded"],
    vectors: Float32[np.ndarray, "embedded dim"],
) -> None:
    """Remove rows from an approximate index, and add ``embedded`` with these vectors."""
    # Removing scans the whole index (24 ms at 100,000 vectors), so a new turn must avoid it.
    if len(outdated):
        index.remove_ids(faiss.IDSelectorBatch(outdated))
    index.add_with_ids(vectors, embedded)
