"""Tapes of many users through the cache: is it within its budget, and does it evict the right ones?

Users come as they do, the most eager ones most often. A model of the cache, a dict in order of use,
says beside it whose tape should be there. Every user's tape has a slot that nobody else has, and it
is looked for at each visit: who got another's tape, or an old one, would be found out.
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
from benchmarks.support.synthetic_embeddings import Alike
from benchmarks.support.synthetic_memories import turns
from memory.tape.cache import Tapes
from memory.types import Change, Past, TapeState

SLOTS = 1_000
VISITS = 2
"""For each user, on average."""
EAGERNESS = 1.0
"""The exponent of Zipf's law."""


class Users:
    """Memories in SQL's place: all alike, but for each user's first slot."""

    embedder = "made up"

    def __init__(self, alike: Alike) -> None:
        generator = np.random.default_rng(0)
        keys = alike.keys(generator, SLOTS)
        texts = islice(turns(generator), SLOTS)
        self._changes = [Change(i, slot(i, text, keys[i])) for i, text in enumerate(texts)]

    def changes(self, user_id: str, after: int) -> tuple[TapeState, Sequence[Change]]:
        state = TapeState(1, SLOTS)
        if after == SLOTS:
            return state, []
        first, *rest = self._changes
        assert first.slot is not None
        return state, [replace(first, slot=replace(first.slot, text=secret(user_id))), *rest]

    def past(self, user_id: str, past: Past) -> Sequence[Change]:
        raise NotImplementedError


def secret(user_id: str) -> str:
    return f"the word is xyzzy{user_id}"


def alone(users: int, budget_bytes: int, alike: Alike) -> dict[str, float]:
    """``visit`` in a process of its own, so that its memory is the cache's."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as process:
        return process.submit(visit, users, budget_bytes, alike).result()


def visit(users: int, budget_bytes: int, alike: Alike) -> dict[str, float]:
    """Everyone once, then as they are eager. Raises AssertionError if the cache is wrong."""
    source = Users(alike)
    generator = np.random.default_rng(1)
    eager = 1 / np.arange(1, users + 1) ** EAGERNESS
    more = generator.choice(users, size=(VISITS - 1) * users, p=eager / eager.sum())
    order = np.concatenate([generator.permutation(users), more]).tolist()
    tapes = Tapes(source, alike.real.shape[1], budget_bytes=budget_bytes)
    keep_loaded()
    process = psutil.Process()
    before = most = process.memory_info().rss
    expected: OrderedDict[str, int] = OrderedDict()
    largest, warm, cold = 0, [], []
    for number in tqdm(order, desc=f"{users:,} users", unit="visit"):
        user_id = str(number)
        hit = user_id in expected
        begun = time.perf_counter()
        tape = tapes.current(user_id)
        found = tape.find(None, f"xyzzy{user_id}", limit=1)
        (warm if hit else cold).append(time.perf_counter() - begun)
        assert 0 in found.positions, "another's tape"
        expected[user_id] = tape.nbytes
        expected.move_to_end(user_id)
        while sum(expected.values()) > budget_bytes and len(expected) > 1:
            expected.popitem(last=False)
        assert list(tapes._tapes) == list(expected), "not the ones seen last"
        largest = max(largest, tapes.nbytes)
        assert largest <= budget_bytes, "beyond its budget"
        most = max(most, process.memory_info().rss)
    assert tapes.hits == len(warm)
    assert tapes.rebuilds == len(cold)
    return {
        "users": users,
        "slots": SLOTS,
        "visits": len(order),
        "budget_mib": budget_bytes / 2**20,
        "largest_mib": largest / 2**20,
        "resident_mib": (most - before) / 2**20,
        "kept_users": len(tapes),
        "hits": tapes.hits,
        "evictions": tapes.evictions,
        "warm_ms": 1e3 * float(np.median(warm)) if warm else 0.0,
        "cold_ms": 1e3 * float(np.median(cold)),
    }


def told(found: dict[str, float]) -> str:
    """It all, as a sentence."""
    per_slot = found["resident_mib"] * 2**20 / (found["kept_users"] * found["slots"]) / 1e3
    return (
        f"{found['users']:,.0f} users of {found['slots']:,.0f} slots came {found['visits']:,.0f} "
        f"times to a cache of {found['budget_mib']:,.0f} MiB: it held {found['kept_users']:,.0f} "
        f"tapes, {found['largest_mib']:,.0f} MiB at most by its own count and "
        f"{found['resident_mib']:,.0f} MiB by the system's ({per_slot:.2f} kB a slot), evicted "
        f"{found['evictions']:,.0f}, always the ones unseen for longest, and showed nobody "
        f"another's. A visit took {found['warm_ms']:.1f} ms where the tape was there (so often: "
        f"{found['hits'] / found['visits']:.0%}), {found['cold_ms']:.0f} ms where it had to be "
        "built (without SQL)."
    )
