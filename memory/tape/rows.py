"""Arrays with one entry per row of a tape."""

import numpy as np
from jaxtyping import Shaped


def extended(array: Shaped[np.ndarray, " rows"], rows: int) -> Shaped[np.ndarray, " at_least_rows"]:
    """The array itself if it has so many rows, else a longer copy, filled up with zeros."""
    missing = rows - len(array)
    if missing <= 0:
        return array
    return np.concatenate([array, np.zeros(missing, array.dtype)])
