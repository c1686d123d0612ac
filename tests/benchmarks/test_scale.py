"""The benchmarks of size measure what they say, on sizes that take a moment."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float32

from benchmarks.peers import run
from benchmarks.speed import tape_cache
from benchmarks.speed.scale import LIMIT, ExactNearest
from benchmarks.speed.tape import slot
from benchmarks.support.plots import draw
from benchmarks.support.synthetic_embeddings import EmbeddingSampler
from memory.tape.tape import Tape
from memory.types import Change, TapeState

DIMENSION = 32


def unit(rows: int, seed: int) -> Float32[np.ndarray, "rows dim"]:
    vectors = np.random.default_rng(seed).normal(size=(rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def sampler() -> EmbeddingSampler:
    return EmbeddingSampler(unit(200, 1), unit(5, 2))


def test_the_nearest_are_those_of_all_that_was_seen(sampler: EmbeddingSampler) -> None:
    keys = unit(1_000, 3)
    truth = ExactNearest(sampler.queries)
    truth.add(0, keys[:300])
    truth.add(300, keys[300:])
    for query, nearest in zip(sampler.queries, truth.positions, strict=True):
        assert set(nearest.tolist()) == set(np.argsort(-(keys @ query))[:LIMIT].tolist())

    # A tape with half of them can have no more than that half among its candidates.
    tape = Tape(DIMENSION)
    tape.apply([Change(i, slot(i, f"word{i}", keys[i])) for i in range(1_000)])
    assert truth.candidate_share(tape) == 1
    tape.apply([Change(i, None) for i in range(0, 1_000, 2)])
    assert truth.candidate_share(tape) == np.mean(truth.positions % 2)


def test_keys_are_as_like_to_real_ones_as_they_should_be(sampler: EmbeddingSampler) -> None:
    keys = sampler.sample(np.random.default_rng(0), 500)
    np.testing.assert_allclose(np.linalg.norm(keys, axis=1), 1, atol=1e-5)
    nearest = (keys @ sampler.turns.T).max(axis=1)
    assert 0.7 < np.median(nearest) < 0.95


def test_the_cache_is_found_to_be_within_its_budget(sampler: EmbeddingSampler) -> None:
    found = tape_cache.visit(12, 5_000_000, sampler)
    assert found["evictions"] > 0
    assert found["kept_users"] < 12
    assert found["visits"] == 24
    assert found["largest_mib"] <= found["budget_mib"]


def test_a_cache_that_mixes_users_up_is_found_out(
    sampler: EmbeddingSampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mixed(tape_cache.Users):
        def changes(self, user_id: str, after: int) -> tuple[TapeState, Sequence[Change]]:
            return super().changes("0", after)

    monkeypatch.setattr(tape_cache, "Users", Mixed)
    with pytest.raises(AssertionError, match="another's"):
        tape_cache.visit(5, 50_000_000, sampler)


def test_the_table_tells_how_many_times_as_slow_the_others_are() -> None:
    ours = {"search_ms": 10.0, "add_ms": 20.0, "bytes_per_slot": 3000.0}
    theirs = {"search_ms": 40.0, "add_ms": 10.0, "bytes_per_slot": 6000.0}
    told = run.tables(
        {
            "evidence": {
                "tapehead": {"recall_at_10": 0.8, "questions": 717},
                "mem0": {"recall_at_10": 0.5, "questions": 717},
            },
            "1 × 1,000": {"tapehead": ours, "mem0": theirs},
        }
    )
    assert "| mem0, local Qdrant | 0.500 | 1.60 × |" in told
    assert "| 1 × 1,000 | Tapehead | 10.0 | 20.0 | 3.0 |" in told
    assert "|  | mem0, local Qdrant | 40.0 (4.0 ×) | 10.0 (0.5 ×) | 6.0 (2.0 ×) |" in told


def test_the_picture_has_a_line_for_each_system(tmp_path: Path) -> None:
    figure = {"search_ms": 10.0, "add_ms": 20.0, "bytes_per_slot": 3000.0}
    figures = {
        title: {"tapehead": figure, "mem0": figure}
        for title in ("1 × 1,000", "1 × 10,000", "1,000 × 100")
    }
    searching, adding = run.panels(figures)
    assert searching.lines["Tapehead"] == ([1_000, 10_000], [10.0, 10.0])
    assert set(adding.lines) == {"Tapehead", "mem0, local Qdrant"}
    assert "(drawn.png)" in draw([searching, adding], tmp_path / "drawn.png")
    assert (tmp_path / "drawn.png").stat().st_size > 1_000
