"""The embeddings of one tape by row, in one copy, and the exact search over them.

They have single precision in SQL and half precision here, because a search takes as long as reading
them from memory. The error of a cosine of two 384-dimensional vectors is some 1e-5.
"""

from typing import Any

import faiss
import numpy as np
import torch
from jaxtyping import Bool, Float16, Float32, Int64

from memory.tape.rows import extended

# A shorter vector has no meaningful direction.
SHORTEST = 1e-6


def units(
    vectors: Float32[np.ndarray, "rows dim"],
) -> tuple[Float32[np.ndarray, "rows dim"], Bool[np.ndarray, " rows"]]:
    """The vectors at length 1, and which are valid. Zero, NaN and infinite ones become zeros."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.einsum("rd,rd->r", vectors, vectors))
    valid: Bool[np.ndarray, " rows"] = np.isfinite(lengths) & (lengths > SHORTEST)
    scaled: Float32[np.ndarray, "rows dim"] = np.zeros_like(vectors)
    np.divide(vectors, lengths[:, None], out=scaled, where=valid[:, None])
    return scaled, valid


class ExactIndex:
    """A FAISS index of half-precision vectors whose storage is also our matrix of embeddings.

    A row without an embedding is zeros and not ``embedded``; rows never move, unlike with FAISS's
    ``remove_ids``. Not thread-safe: FAISS forbids searches during changes.
    """

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._matrix: Float16[np.ndarray, "rows dim"] = np.zeros((0, dimension), np.float16)
        self.embedded: Bool[np.ndarray, " rows"] = np.zeros(0, bool)

    @property
    def nbytes(self) -> int:
        return self._matrix.nbytes + self.embedded.nbytes

    def vectors(self, rows: Int64[np.ndarray, "*some"]) -> Float32[np.ndarray, "*some dim"]:
        """A copy of the vectors of these rows; zeros for a row below 0."""
        if len(self._matrix) == 0:
            return np.zeros((*rows.shape, self._index.d), np.float32)
        # torch converts much faster than numpy.
        vectors: Float32[np.ndarray, "*some dim"] = (
            torch.from_numpy(self._matrix[rows]).float().numpy()
        )
        vectors[rows < 0] = 0
        return vectors

    def lengthen(self, rows: int) -> None:
        """Append rows without an embedding until there are ``rows``."""
        missing = rows - len(self.embedded)
        if missing <= 0:
            return
        self._index.add(np.zeros((missing, self._index.d), np.float32))
        self.embedded = extended(self.embedded, rows)
        # Adding may move the storage, which would leave the old view dangling.
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        self._matrix = codes.view(np.float16).reshape(self._index.ntotal, self._index.d)

    def write(
        self, rows: Int64[np.ndarray, " written"], vectors: Float32[np.ndarray, "written dim"]
    ) -> None:
        """Set the vectors of rows, at length 1. Rows of invalid vectors are not ``embedded``."""
        self._matrix[rows], self.embedded[rows] = units(vectors)

    def erase(self, rows: Int64[np.ndarray, " erased"]) -> None:
        """Overwrite the vectors of rows with zeros."""
        self._matrix[rows] = 0
        self.embedded[rows] = False

    def search(
        self,
        query: Float32[np.ndarray, " dim"],
        limit: int,
        eligible: Bool[np.ndarray, " rows"],
    ) -> Int64[np.ndarray, " found"]:
        """The eligible embedded rows of the greatest cosine, best first."""
        # For this thread only. One query needs one thread, yet FAISS wakes all and waits for those
        # whose core torch uses: 7 ms in ``benchmarks.speed.scale`` on two cores.
        faiss.omp_set_num_threads(1)
        _, found = self._index.search(query[None], limit, params=among(eligible & self.embedded))
        rows: Int64[np.ndarray, " found"] = found[0][found[0] >= 0]
        return rows


def among(
    rows: Bool[np.ndarray, " rows"],
    parameters: Any = faiss.SearchParameters,
    **settings: int,
) -> Any:
    """FAISS's parameters for a search restricted to these rows.

    Typed as Any: its stubs have the C++ signatures, but its Python wrappers take arrays and
    keywords, and keep them alive.
    """
    bitmap: Any = faiss.IDSelectorBitmap
    return parameters(sel=bitmap(np.packbits(rows, bitorder="little")), **settings)
