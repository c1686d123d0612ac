"""How fast a tape is built and asked, how large it is, and what its approximate index finds.

``python -m benchmarks.speed.tape`` prints the numbers; ``measure()`` returns them. Keys are
clustered random vectors; texts are those of ``synthetic_memories``.
"""

import time
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from jaxtyping import Float32
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.support.synthetic_memories import (
    CLUSTER,
    CONVERSATION,
    around,
    normal,
    questions,
    turns,
)
from memory.tape.tape import Tape
from memory.types import Change, Slot

DIMENSION = 384
SIZES = (1_000, 10_000, 100_000)
QUERIES = 200
LATER = 100
"""Turns that are said once the tape is there, two at a time."""
HALF = 1e-4
"""What half precision may do to a cosine: slots that differ by less are as near as each other."""


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, dict[str, float]]:
    """For each size: milliseconds to build (without SQL, and without the approximate index, which
    is built while reads go on), to find, to catch up with a question and its answer; bytes a slot,
    as the tape itself estimates them.

    Above 50,000 slots also the approximate index's recall@10: how many of the true ten best by key
    are among its ten best, or are equalled by one that is.
    """
    results = {}
    for size in tqdm(sizes, desc="tapes", unit="tape"):
        generator = np.random.default_rng(0)
        centres = normal(generator.normal(size=(size // CLUSTER, DIMENSION)))
        keys = around(generator, centres, size + LATER)
        queries = around(generator, centres, QUERIES)
        said = list(islice(turns(generator), size + LATER))
        changes = [Change(i, slot(i, text, keys[i])) for i, text in enumerate(said)]
        asked = list(islice(questions(said[:size], generator), QUERIES))
        results[f"{size:,}"] = figures(changes[:size], changes[size:], keys[:size], queries, asked)
    return results


def figures(
    changes: list[Change],
    later: list[Change],
    keys: Float32[np.ndarray, "slots dim"],
    queries: Float32[np.ndarray, "queries dim"],
    asked: list[str],
) -> dict[str, float]:
    builds = []
    for _ in range(3):
        tape = Tape(DIMENSION)
        start = time.perf_counter()
        tape.apply(changes)
        builds.append(time.perf_counter() - start)
        tape.settle()  # of all three: no index is built in the background of what follows

    size = len(changes)
    excluded = range(size - 20, size)  # the last twenty turns are in the prompt anyway
    finds = []
    for query, question in zip(tqdm(queries, desc=f"{size:,}", leave=False), asked, strict=True):
        start = time.perf_counter()
        tape.find(query, question, exclude=excluded)
        finds.append(time.perf_counter() - start)

    found = {
        "build_ms": 1e3 * float(np.median(builds)),
        "find_ms": 1e3 * float(np.median(finds)),
        "find_p95_ms": 1e3 * float(np.quantile(finds, 0.95)),
        "bytes_per_slot": tape.nbytes / size,
    }
    if tape.approximate:
        found["recall_at_10"] = recall(tape, keys, queries)
    catch_ups = []
    for i in range(0, len(later), 2):
        start = time.perf_counter()
        tape.apply(later[i : i + 2])
        catch_ups.append(time.perf_counter() - start)
    return found | {"catch_up_ms": 1e3 * float(np.median(catch_ups))}


def recall(
    tape: Tape, keys: Float32[np.ndarray, "slots dim"], queries: Float32[np.ndarray, "queries dim"]
) -> float:
    hits = []
    for query in queries:
        tenth = np.partition(keys @ query, -10)[-10]
        got = tape.find(query, "", limit=10).signals[:10, 0]
        hits.append(np.sum(got >= tenth - HALF) / 10)
    return float(np.mean(hits))


def slot(position: int, text: str, key: Float32[np.ndarray, " dim"]) -> Slot:
    return Slot(
        position=position,
        id=str(position),
        kind="turn",
        role="user",
        text=text,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        conversation_id=str(position // CONVERSATION),
        embedding=key,
    )


def main() -> None:
    for size, found in measure().items():
        print(f"{size} slots")
        for name, value in found.items():
            print(f"  {name:16} {value:10.2f}")


if __name__ == "__main__":
    main()
