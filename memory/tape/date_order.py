"""The places of slots in order of their dates: a history that is imported late was said early."""

import numpy as np
from jaxtyping import Float64, Int64


def places_by_date(
    positions: Int64[np.ndarray, " rows"], time: Float64[np.ndarray, " rows"]
) -> Int64[np.ndarray, " rows"]:
    """For each row the position that it would have if the slots had come in order of their dates.

    ``time`` is in seconds. Slots of the same time keep their order. Where all came in order of
    their dates, this is ``positions``, in which rows without a slot have -1.
    """
    live = np.flatnonzero(positions >= 0)
    by_position = live[np.argsort(positions[live])]
    if (np.diff(time[by_position]) >= 0).all():
        return positions
    places = positions.copy()
    places[by_position[np.argsort(time[by_position], kind="stable")]] = positions[by_position]
    return places
