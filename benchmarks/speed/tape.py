"""Measure build time, search time, size and recall of a tape.

``python -m benchmarks.speed.tape`` prints the figures; ``measure()`` returns them. Embeddings are
clustered random vectors; texts are those of ``synthetic_memories``.
"""

import time
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from jaxtyping import Float32
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.support.synthetic_memories import (
    CLUSTER_SIZE,
    TURNS_PER_CONVERSATION,
    questions,
    sample_clusters,
    turns,
    unit_vectors,
)
from memory.tape.tape import Tape
from memory.types import Change, Slot

DIMENSION = 384
SIZES = (1_000, 10_000, 100_000)
QUERIES = 200
LATER_TURNS = 100
"""Turns that are added to the finished tape, two at a time."""
HALF_PRECISION_ERROR = 1e-4
"""Error of a cosine in half precision; closer cosines count as ties."""


def measure(sizes: tuple[int, ...] = SIZES) -> dict[str, dict[str, float]]:
    """For each size: milliseconds to build (without SQL and without the approximate index, which
    is built in the background), to find, and to catch up with a question and its answer; bytes
    per slot as the tape estimates them.

    Above 50,000 slots also recall@10 of the approximate index against exact search, with ties.
    """
    results = {}
    for size in tqdm(sizes, desc="tapes", unit="tape"):
        generator = np.random.default_rng(0)
        centres = unit_vectors(generator.normal(size=(size // CLUSTER_SIZE, DIMENSION)))
        embeddings = sample_clusters(generator, centres, size + LATER_TURNS)
        queries = sample_clusters(generator, centres, QUERIES)
        texts = list(islice(turns(generator), size + LATER_TURNS))
        changes = [Change(i, slot(i, text, embeddings[i])) for i, text in enumerate(texts)]
        query_texts = list(islice(questions(texts[:size], generator), QUERIES))
        results[f"{size:,}"] = figures(
            changes[:size], changes[size:], embeddings[:size], queries, query_texts
        )
    return results


def figures(
    changes: list[Change],
    additions: list[Change],
    embeddings: Float32[np.ndarray, "slots dim"],
    queries: Float32[np.ndarray, "queries dim"],
    query_texts: list[str],
) -> dict[str, float]:
    builds = []
    for _ in range(3):
        tape = Tape(DIMENSION)
        start = time.perf_counter()
        tape.apply(changes)
        builds.append(time.perf_counter() - start)
        tape.settle()  # so that no index is built in the background of later measurements

    size = len(changes)
    excluded = range(size - 20, size)  # the history in the prompt
    finds = []
    for query, question in zip(
        tqdm(queries, desc=f"{size:,}", leave=False), query_texts, strict=True
    ):
        start = time.perf_counter()
        tape.find(query, question, exclude=excluded)
        finds.append(time.perf_counter() - start)

    results = {
        "build_ms": 1e3 * float(np.median(builds)),
        "find_ms": 1e3 * float(np.median(finds)),
        "find_p95_ms": 1e3 * float(np.quantile(finds, 0.95)),
        "bytes_per_slot": tape.nbytes / size,
    }
    if tape.approximate:
        results["recall_at_10"] = recall(tape, embeddings, queries)
    catch_ups = []
    for i in range(0, len(additions), 2):
        start = time.perf_counter()
        tape.apply(additions[i : i + 2])
        catch_ups.append(time.perf_counter() - start)
    return results | {"catch_up_ms": 1e3 * float(np.median(catch_ups))}


def recall(
    tape: Tape,
    embeddings: Float32[np.ndarray, "slots dim"],
    queries: Float32[np.ndarray, "queries dim"],
) -> float:
    hits = []
    for query in queries:
        tenth = np.partition(embeddings @ query, -10)[-10]
        cosines = tape.find(query, "", limit=10).signals[:10, 0]
        hits.append(np.sum(cosines >= tenth - HALF_PRECISION_ERROR) / 10)
    return float(np.mean(hits))


def slot(position: int, text: str, key: Float32[np.ndarray, " dim"]) -> Slot:
    return Slot(
        position=position,
        id=str(position),
        kind="turn",
        role="user",
        text=text,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        conversation_id=str(position // TURNS_PER_CONVERSATION),
        embedding=key,
    )


def main() -> None:
    for size, results in measure().items():
        print(f"{size} slots")
        for name, value in results.items():
            print(f"  {name:16} {value:10.2f}")


if __name__ == "__main__":
    main()
