"""The keys of one tape by row, each held once, and the exact search over them.

In SQL a key has single precision, on the tape half of that: a search takes as long as reading all
keys from memory does. What is lost is far below what a cosine of two sentences means: of unit
vectors with 384 numbers cosines are off by some hundred-thousandths.
"""

from typing import Any

import faiss
import numpy as np
import torch
from jaxtyping import Bool, Float16, Float32, Int64

# A vector shorter than this has no direction worth the name.
SHORTEST = 1e-6


def units(
    vectors: Float32[np.ndarray, "rows dim"],
) -> tuple[Float32[np.ndarray, "rows dim"], Bool[np.ndarray, " rows"]]:
    """Vectors at length 1, and which of them can be keys.

    One with NaN or infinity in it, or of length 0, cannot: it comes back as zeros.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.einsum("rd,rd->r", vectors, vectors))
    valid: Bool[np.ndarray, " rows"] = np.isfinite(lengths) & (lengths > SHORTEST)
    scaled: Float32[np.ndarray, "rows dim"] = np.zeros_like(vectors)
    np.divide(vectors, lengths[:, None], out=scaled, where=valid[:, None])
    return scaled, valid


class ExactIndex:
    """A FAISS index of all keys as half-precision floats, whose storage is also our matrix of keys.

    No row ever moves, as ``remove_ids`` of FAISS would have it: one without a key is zeros and not
    ``keyed``. Not thread-safe: FAISS wants searches and changes apart.
    """

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._keys: Float16[np.ndarray, "rows dim"] = np.zeros((0, dimension), np.float16)
        self.keyed: Bool[np.ndarray, " rows"] = np.zeros(0, bool)

    @property
    def nbytes(self) -> int:
        return self._keys.nbytes + self.keyed.nbytes

    def keys(self, rows: Int64[np.ndarray, "*some"]) -> Float32[np.ndarray, "*some dim"]:
        """A copy of the keys of these rows; zeros for a row below 0."""
        if len(self._keys) == 0:
            return np.zeros((*rows.shape, self._index.d), np.float32)
        halves = self._keys[rows]  # -1 brings the last one, …
        # numpy widens number by number, torch many at once.
        keys: Float32[np.ndarray, "*some dim"] = torch.from_numpy(halves).float().numpy()
        keys[rows < 0] = 0  # … which is taken away again
        return keys

    def lengthen(self, rows: int) -> None:
        """Add keyless rows until there are ``rows`` of them."""
        missing = rows - len(self.keyed)
        if missing <= 0:
            return
        self._index.add(np.zeros((missing, self._index.d), np.float32))
        self.keyed = np.concatenate([self.keyed, np.zeros(missing, bool)])
        # Adding may have moved the storage; a view of the old place would be a dangling pointer.
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        self._keys = codes.view(np.float16).reshape(self._index.ntotal, self._index.d)

    def write(
        self, rows: Int64[np.ndarray, " written"], keys: Float32[np.ndarray, "written dim"]
    ) -> None:
        """Give rows their keys, scaled to length 1. What cannot be a key leaves its row keyless."""
        self._keys[rows], self.keyed[rows] = units(keys)

    def erase(self, rows: Int64[np.ndarray, " erased"]) -> None:
        """Take the keys of rows away: their numbers are overwritten where they lay."""
        self._keys[rows] = 0
        self.keyed[rows] = False

    def search(
        self,
        query: Float32[np.ndarray, " dim"],
        limit: int,
        eligible: Bool[np.ndarray, " rows"],
    ) -> Int64[np.ndarray, " found"]:
        """The rows of the greatest cosine among the eligible that have a key, best first."""
        # One query is one thread's work, yet FAISS wakes them all, and waits for those whose core
        # torch's own threads still hold: 7 ms in ``benchmarks.speed.scale`` on two cores. What is
        # set holds for the calling thread alone.
        faiss.omp_set_num_threads(1)
        _, found = self._index.search(query[None], limit, params=among(eligible & self.keyed))
        rows: Int64[np.ndarray, " found"] = found[0][found[0] >= 0]
        return rows


def among(
    rows: Bool[np.ndarray, " rows"],
    parameters: Any = faiss.SearchParameters,
    **settings: int,
) -> Any:
    """FAISS's parameters for a search of these rows and no others.

    Typed as Any: its stubs tell C++'s signatures, while its Python wrappers take arrays and
    keywords, and keep what they point to alive.
    """
    bitmap: Any = faiss.IDSelectorBitmap
    return parameters(sel=bitmap(np.packbits(rows, bitorder="little")), **settings)
