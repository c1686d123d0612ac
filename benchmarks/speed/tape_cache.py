"""Check the tape cache with many users: its budget, its evictions and its isolation.

Visits follow Zipf's law. A reference model of the cache, a dict in order of use, predicts which
tapes are cached. Every user's tape has a unique slot, which each visit searches for, so a tape of
another user would be detected.
"""

import multiprocessing
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice

import numpy as np
import psutil
from tqdm import tqdm  # type: ignore[import-untyped]

from app.model_loading import keep_loaded
from benchmarks.speed.tape import slot
from benchmarks.support.synthetic_embeddings import EmbeddingSampler
from benchmarks.support.synthetic_memories import turns
from memory.tape.cache import Tapes
from memory.types import Change, Past, TapeState

SLOTS_PER_USER = 1_000
VISITS_PER_USER = 2
"""Mean number of visits."""
ZIPF_EXPONENT = 1.0
"""Exponent of the distribution of visits."""


class Users:
    """A source of memories that replaces SQL: all users have the same slots except the first."""

    embedder = "made up"

    def __init__(self, sampler: EmbeddingSampler) -> None:
        generator = np.random.default_rng(0)
        embeddings = sampler.sample(generator, SLOTS_PER_USER)
        texts = islice(turns(generator), SLOTS_PER_USER)
        self._changes = [Change(i, slot(i, text, embeddings[i])) for i, text in enumerate(texts)]

    def changes(self, user_id: str, after: int) -> tuple[TapeState, Sequence[Change]]:
        state = TapeState(1, SLOTS_PER_USER)
        if after == SLOTS_PER_USER:
            return state, []
        first, *rest = self._changes
        assert first.slot is not None
        return state, [replace(first, slot=replace(first.slot, text=unique_text(user_id))), *rest]

    def past(self, user_id: str, past: Past) -> Sequence[Change]:
        raise NotImplementedError


def unique_text(user_id: str) -> str:
    return f"the word is xyzzy{user_id}"


def visit_in_process(users: int, budget_bytes: int, sampler: EmbeddingSampler) -> dict[str, float]:
    """Run ``visit`` in its own process, so that its memory growth is that of the cache."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(visit, users, budget_bytes, sampler).result()


def visit(users: int, budget_bytes: int, sampler: EmbeddingSampler) -> dict[str, float]:
    """Visit every user once, then by Zipf's law. Raises AssertionError if the cache is wrong."""
    source = Users(sampler)
    generator = np.random.default_rng(1)
    popularity = 1 / np.arange(1, users + 1) ** ZIPF_EXPONENT
    repeat_visits = generator.choice(
        users, size=(VISITS_PER_USER - 1) * users, p=popularity / popularity.sum()
    )
    order = np.concatenate([generator.permutation(users), repeat_visits]).tolist()
    tapes = Tapes(source, sampler.turns.shape[1], budget_bytes=budget_bytes)
    keep_loaded()
    process = psutil.Process()
    before = peak = process.memory_info().rss
    expected: OrderedDict[str, int] = OrderedDict()
    largest, warm, cold = 0, [], []
    for number in tqdm(order, desc=f"{users:,} users", unit="visit"):
        user_id = str(number)
        hit = user_id in expected
        start = time.perf_counter()
        tape = tapes.current(user_id)
        results = tape.find(None, f"xyzzy{user_id}", limit=1)
        (warm if hit else cold).append(time.perf_counter() - start)
        assert 0 in results.positions, "another's tape"
        expected[user_id] = tape.nbytes
        expected.move_to_end(user_id)
        while sum(expected.values()) > budget_bytes and len(expected) > 1:
            expected.popitem(last=False)
        assert list(tapes._tapes) == list(expected), "not the most recently used tapes"
        largest = max(largest, tapes.nbytes)
        assert largest <= budget_bytes, "over budget"
        peak = max(peak, process.memory_info().rss)
    assert tapes.hits == len(warm)
    assert tapes.rebuilds == len(cold)
    return {
        "users": users,
        "slots": SLOTS_PER_USER,
        "visits": len(order),
        "budget_mib": budget_bytes / 2**20,
        "largest_mib": largest / 2**20,
        "resident_mib": (peak - before) / 2**20,
        "kept_users": len(tapes),
        "hits": tapes.hits,
        "evictions": tapes.evictions,
        "warm_ms": 1e3 * float(np.median(warm)) if warm else 0.0,
        "cold_ms": 1e3 * float(np.median(cold)),
    }


def summary(results: dict[str, float]) -> str:
    """The results as sentences for the docs."""
    per_slot = results["resident_mib"] * 2**20 / (results["kept_users"] * results["slots"]) / 1e3
    return (
        f"{results['users']:,.0f} users with {results['slots']:,.0f} slots each made "
        f"{results['visits']:,.0f} visits to a cache of {results['budget_mib']:,.0f} MiB. It held "
        f"{results['kept_users']:,.0f} tapes, {results['largest_mib']:,.0f} MiB at most by its own "
        f"count and {results['resident_mib']:,.0f} MiB of resident memory ({per_slot:.2f} kB a "
        f"slot). It evicted {results['evictions']:,.0f} tapes, always the least recently used, and "
        f"never returned another user's tape. A visit took {results['warm_ms']:.1f} ms with the "
        f"tape in the cache ({results['hits'] / results['visits']:.0%} of visits) and "
        f"{results['cold_ms']:.0f} ms without, not counting SQL."
    )
