"""What the best candidates lead to: likeness and shared rare words between candidates.

A change is often worded differently from the question ("Where do I live?", "I live in Utrecht.",
"We moved! Our new place is in Ghent."): it is near to the memory that the question finds, not to
the question. So the best candidates, the anchors, ask again. ``memory.second_read`` weighs what
they find.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float32, Int64

from memory.types import Related

# So many of the best by cosine, and by BM25, are anchors.
ANCHORS = 3
# The similarity of an anchor to any slot is estimated from so many rows.
SAMPLE = 128
# The quantile of a normal distribution at one standard deviation.
ONE_SIGMA = 0.841
_LEAST_SPREAD = 0.06

Vectors = Callable[[Int64[np.ndarray, "..."]], Float32[np.ndarray, "... dim"]]


def related(
    rows: Int64[np.ndarray, " candidates"],
    anchors: Sequence[int],
    sample: Int64[np.ndarray, " sample"],
    vectors: Vectors,
    shared_rows: Sequence[Mapping[int, int]],
) -> Related:
    """How near the candidates are to the anchors, which are among ``rows``.

    ``sample`` are rows of the whole tape. ``shared_rows`` are, for each anchor, the rows that share
    rare terms with it, and how many.
    """
    of_anchors = vectors(np.array(anchors, np.int64))
    cosine = np.einsum("ad,cd->ac", of_anchors, vectors(rows))
    usual = np.einsum("ad,sd->as", of_anchors, vectors(sample))
    # By quantiles, which a few copies of the anchor do not change.
    usual.sort(axis=1)
    middle, above = (usual[:, [int(share * usual.shape[1])]] for share in (0.5, ONE_SIGMA))
    likeness = (cosine - middle) / np.maximum(above - middle, np.float32(_LEAST_SPREAD))
    index = {row: i for i, row in enumerate(rows.tolist())}
    shared = np.zeros(cosine.shape, np.int64)
    for i, found in enumerate(shared_rows):
        for row, count in found.items():
            if row in index:
                shared[i, index[row]] = count
    where = np.array([index[anchor] for anchor in anchors], np.int64)
    return Related(where, cosine, likeness, shared)
