"""The vectors of a text's tokens, each as a few bits.

The bit of a random plane says on which side of it a vector lies. Two vectors differ in a share of
the bits that is their angle divided by π (SimHash: Charikar, STOC 2002). 128 bits take 16 bytes
where 384 floats take 1,536.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Shaped, UInt64

BITS = 128
# Of one token: its bits, and where in the text it begins. Little-endian, as it is stored.
TOKEN = np.dtype([("bits", "<u8", (BITS // 64,)), ("start", "<u2")])
# Texts are longer than this only where the embedder no longer reads them.
_MOST_CHARACTERS = 2**16
# RandomState is frozen: it draws the same planes in every version of NumPy.
_SEED = 0

Tokens = Shaped[np.ndarray, " tokens"]
"""An array of ``TOKEN``."""
NO_TOKENS: Tokens = np.zeros(0, TOKEN)


class TokenHasher:
    """Hashes vectors of one dimension. Equal for every process and machine."""

    def __init__(self, dimension: int) -> None:
        planes = np.random.RandomState(_SEED).standard_normal((dimension, BITS))
        self._planes = planes.astype(np.float32)

    def __call__(
        self,
        vectors: Float32[np.ndarray, "read dim"],
        spans: Sequence[tuple[int, int]],
    ) -> Tokens:
        """The tokens that stand for some of the text. ``spans`` are their characters, half-open."""
        kept = [at for at, (start, end) in enumerate(spans) if start < end <= _MOST_CHARACTERS]
        found = np.zeros(len(kept), TOKEN)
        sides = vectors[kept] @ self._planes > 0
        found["bits"] = np.packbits(sides, axis=1, bitorder="little").view("<u8")
        found["start"] = [spans[at][0] for at in kept]
        return found


def without_prefix(tokens: Tokens, length: int) -> Shaped[np.ndarray, " own"]:
    """The tokens of a text that was read behind a prefix of so many characters."""
    if not length:
        return tokens
    own = tokens[tokens["start"] >= length].copy()
    own["start"] -= length
    return own


def likeness(
    some: UInt64[np.ndarray, "some words"], others: UInt64[np.ndarray, "others words"]
) -> Float32[np.ndarray, "some others"]:
    """1 for equal bits, 0 at right angles, -1 for opposite vectors: linear in the angle."""
    differing = np.zeros((len(some), len(others)), np.uint8)
    for one, other in zip(some.T, others.T, strict=True):
        differing += np.bitwise_count(one[:, None] ^ other[None, :])
    return (1 - differing.astype(np.float32) / np.float32(BITS / 2)).astype(np.float32)
