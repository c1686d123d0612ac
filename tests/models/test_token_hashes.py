"""Token vectors as bits: see ``models/token_hashes.py``."""

import numpy as np
import pytest

from models.embedder_names import comparable
from models.token_hashes import BITS, TOKEN, TokenHasher, likeness, without_prefix

DIMENSION = 384


def vectors_at(angle: float, pairs: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of unit vectors at that angle."""
    rng = np.random.default_rng(3)
    one = rng.standard_normal((pairs, DIMENSION))
    other = rng.standard_normal((pairs, DIMENSION))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other -= (other * one).sum(axis=1, keepdims=True) * one
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    turned = np.cos(angle) * one + np.sin(angle) * other
    return one.astype(np.float32), turned.astype(np.float32)


@pytest.mark.parametrize("angle", [0.0, 0.5, 1.0, np.pi / 2, 2.5])
def test_likeness_falls_with_the_angle(angle: float) -> None:
    hasher = TokenHasher(DIMENSION)
    one, other = (hasher(vectors, [(0, 1)] * len(vectors))["bits"] for vectors in vectors_at(angle))
    found = np.diag(likeness(one, other)).mean()
    assert found == pytest.approx(1 - 2 * angle / np.pi, abs=0.02)


def test_likeness_counts_every_bit() -> None:
    bits = np.zeros((2, BITS // 64), np.uint64)
    bits[1] = ~bits[0]
    assert likeness(bits, bits).tolist() == [[1.0, -1.0], [-1.0, 1.0]]


def test_tokens_that_stand_for_nothing_in_the_text_are_left_out() -> None:
    vectors = np.eye(4, DIMENSION, dtype=np.float32)
    found = TokenHasher(DIMENSION)(vectors, [(0, 0), (0, 3), (4, 9), (0, 0)])
    assert found.dtype == TOKEN
    assert found["start"].tolist() == [0, 4]


def test_where_a_token_begins_far_away_cannot_be_stored() -> None:
    vectors = np.eye(2, DIMENSION, dtype=np.float32)
    assert len(TokenHasher(DIMENSION)(vectors, [(0, 3), (70_000, 70_003)])) == 1


def test_the_planes_are_the_same_everywhere() -> None:
    """What is stored by one process is compared by another, perhaps with a later NumPy."""
    bits = TokenHasher(8)(np.eye(1, 8, dtype=np.float32), [(0, 1)])["bits"]
    assert bits.tobytes().hex() == "5ffe65f538888803e98576fa9ff2da8d"


def test_tokens_of_a_prefix_are_none_of_the_text() -> None:
    found = np.zeros(3, TOKEN)
    found["start"] = [0, 7, 12]
    assert without_prefix(found, 7)["start"].tolist() == [0, 5]
    assert without_prefix(found, 0)["start"].tolist() == [0, 7, 12]


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("model@1", "model@1+tokens", True),
        ("model@1+tokens", "model@1", True),
        ("model@1", "model@2", False),
        ("model@1", "model@2+tokens", False),
        (None, "model@1", False),
    ],
)
def test_vectors_compare_whether_or_not_tokens_came_with_them(
    one: str | None, other: str, may: bool
) -> None:
    assert comparable(one, other) is may
