"""What a read slot's weight is made of, as bytes: its signals and their shares in the logit.

A reading keeps 32 slots of eighteen signals each, and as JSON they were nine tenths of a database.
The names stand once, with the reading; here are the numbers in their order, little-endian: the
signals in float32, as they were computed, then the shares in float64, which add up to the logit.
"""

import logging
from collections.abc import Mapping, Sequence

import numpy as np

log = logging.getLogger(__name__)

_SIGNAL, _SHARE = np.dtype("<f4"), np.dtype("<f8")


def pack(names: Sequence[str], signals: Mapping[str, float], shares: Mapping[str, float]) -> bytes:
    """12 bytes a name. Raises KeyError if one of them has no signal or no share."""
    return (
        np.array([signals[name] for name in names], _SIGNAL).tobytes()
        + np.array([shares[name] for name in names], _SHARE).tobytes()
    )


def unpack(names: Sequence[str], packed: bytes) -> tuple[dict[str, float], dict[str, float]]:
    """Signals and shares by name; none at all where the bytes do not fit the names."""
    end = len(names) * _SIGNAL.itemsize
    if len(packed) != end + len(names) * _SHARE.itemsize:
        log.warning("the terms of a reading are damaged")
        return {}, {}
    signals, shares = np.frombuffer(packed[:end], _SIGNAL), np.frombuffer(packed[end:], _SHARE)
    return (
        dict(zip(names, signals.tolist(), strict=True)),
        dict(zip(names, shares.tolist(), strict=True)),
    )
