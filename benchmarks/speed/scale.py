"""Measure one tape of up to a million slots, and ten thousand tapes in the cache.

    python -m benchmarks.speed.scale             prints the tables; --write updates the docs
    python -m benchmarks.speed.scale --sizes 1000 100000 --users 500

Embeddings come from ``benchmarks.support.synthetic_embeddings``, texts from ``synthetic_memories``.
Each tape is built in its own process, so that the growth of resident memory is that of the slots.
"""

import argparse
import asyncio
import ctypes
import gc
import json
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil
from jaxtyping import Float32, Int64
from tqdm import tqdm  # type: ignore[import-untyped]

from app.cli.evaluation.evaluate import load_embedder
from app.model_loading import keep_loaded
from app.settings import Settings
from benchmarks.speed import tape_cache
from benchmarks.speed.tape import slot
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, draw
from benchmarks.support.synthetic_embeddings import EmbeddingSampler
from benchmarks.support.synthetic_memories import questions, turns
from memory.evaluation.harness import temporary_database
from memory.head_choice import choose_head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.tape.cache import Tapes
from memory.tape.tape import Tape
from memory.tape.tape_rows import BATCH
from memory.types import Change

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "scale.json"
PICTURE = ROOT / "docs" / "scale.png"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
USERS, BUDGET_MIB = 10_000, 1_024
LIMIT = 64
"""Candidates from FAISS per read, as the service's default."""
CATCH_UPS = 50
"""Number of additions of a question and an answer to the finished tape."""


def measure(sizes: Sequence[int], sampler: EmbeddingSampler) -> dict[str, dict[str, float]]:
    """``figures`` of each size."""
    results = {}
    for size in sizes:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            results[f"{size:,}"] = pool.submit(figures, size, sampler).result()
    return results


def figures(size: int, sampler: EmbeddingSampler) -> dict[str, float]:
    """Seconds to build the tape, without and with its approximate index; milliseconds of a find
    with a read, and of a catch-up; bytes per slot, measured and as the tape estimates them; and
    the share of the exact ``LIMIT`` nearest slots that are among the candidates.
    """
    generator = np.random.default_rng(0)
    unused_turns = turns(generator)
    some = list(islice(unused_turns, 10_000))
    query_texts = list(islice(questions(some, generator), len(sampler.queries)))
    exact = ExactNearest(sampler.queries)
    Tape(sampler.turns.shape[1]).apply(
        [Change(0, slot(0, some[0], sampler.turns[0]))]
    )  # loads the rest
    exact.add(0, sampler.sample(np.random.default_rng(1), BATCH))
    exact = ExactNearest(sampler.queries)
    keep_loaded()  # as `tapehead serve` does
    before = resident()
    tape = Tape(sampler.turns.shape[1])
    built = 0.0
    with tqdm(total=size, desc=f"{size:,} slots", unit="slot") as bar:
        for start in range(0, size, BATCH):
            count = min(BATCH, size - start)
            embeddings = sampler.sample(generator, count)
            texts = (
                [next(unused_turns) for _ in range(count)]
                if start
                else [*some, *islice(unused_turns, BATCH)]
            )
            changes = [
                Change(start + i, slot(start + i, texts[i], embeddings[i])) for i in range(count)
            ]
            started = time.perf_counter()
            tape.apply(changes)
            built += time.perf_counter() - started
            exact.add(start, embeddings)
            del embeddings, texts, changes
            bar.update(count)
    started = time.perf_counter()
    tape.settle()
    settled = built + time.perf_counter() - started
    results = {
        "build_s": built,
        "settled_s": settled,
        "bytes_per_slot": (resident() - before) / size,
        "estimated_bytes_per_slot": tape.nbytes / size,
        "candidates_found": exact.candidate_share(tape),
    }
    results |= _reads(tape, sampler.queries, query_texts)
    additions = [
        Change(size + i, slot(size + i, some[i], sampler.turns[i])) for i in range(2 * CATCH_UPS)
    ]
    times = []
    for i in range(CATCH_UPS):
        started = time.perf_counter()
        tape.apply(additions[2 * i : 2 * i + 2])
        times.append(time.perf_counter() - started)
    return results | {"catch_up_ms": 1e3 * float(np.median(times))}


def resident() -> int:
    """Resident bytes of this process after freed memory was returned to the system."""
    gc.collect()
    with suppress(AttributeError):  # glibc's
        ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss


def _reads(
    tape: Tape, embeddings: Float32[np.ndarray, "queries dim"], query_texts: Sequence[str]
) -> dict[str, float]:
    times = []
    with temporary_database() as database:
        memories = Memories(database, "none")
        recall = Recall(Tapes(memories, tape.dimension), Readings(database), choose_head("shipped"))
        for embedding, question in zip(embeddings, query_texts, strict=True):
            started = time.perf_counter()
            results = tape.find(embedding, question, limit=LIMIT)
            middle = time.perf_counter()
            recall.look(results, KEPT_SLOTS)
            times.append((middle - started, time.perf_counter() - middle))
    finds, reads = np.array(times[len(times) // 10 :]).T  # the first ones warm up
    whole = finds + reads
    return {
        "find_and_read_ms": 1e3 * float(np.median(whole)),
        "find_and_read_p95_ms": 1e3 * float(np.quantile(whole, 0.95)),
        "find_ms": 1e3 * float(np.median(finds)),
    }


class ExactNearest:
    """Exact nearest neighbours among all added embeddings, which are not kept."""

    def __init__(self, queries: Float32[np.ndarray, "queries dim"]) -> None:
        self.queries = queries
        self.cosines: Float32[np.ndarray, "queries limit"] = np.full(
            (len(queries), LIMIT), -2, "f4"
        )
        self.positions: Int64[np.ndarray, "queries limit"] = np.full((len(queries), LIMIT), -1)

    def add(self, first: int, embeddings: Float32[np.ndarray, "some dim"]) -> None:
        cosines, rows = faiss.knn(
            self.queries, embeddings, LIMIT, metric=faiss.METRIC_INNER_PRODUCT
        )
        cosines = np.hstack([self.cosines, cosines])
        positions = np.hstack([self.positions, rows + first])
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :LIMIT]
        self.cosines = np.take_along_axis(cosines, best, axis=1)
        self.positions = np.take_along_axis(positions, best, axis=1)

    def candidate_share(self, tape: Tape) -> float:
        """Share of the exact nearest slots among the tape's candidates."""
        return float(
            np.mean(
                [
                    np.isin(nearest, tape.find(embedding, "", limit=LIMIT).positions).mean()
                    for embedding, nearest in zip(self.queries, self.positions, strict=True)
                ]
            )
        )


def tables(results: dict[str, dict[str, float]], cache_results: dict[str, float] | None) -> str:
    """The results as Markdown."""
    columns = ("slots", "find + read, median (p95)", "of the exact candidates", "build")
    columns += ("approximate index", "catch up", "kB a slot (estimated)")
    rows = [
        (
            size,
            f"{result['find_and_read_ms']:.1f} ms ({result['find_and_read_p95_ms']:.1f})",
            f"{result['candidates_found']:.3f}",
            f"{result['build_s']:.1f} s",
            f"+ {result['settled_s'] - result['build_s']:.1f} s",
            f"{result['catch_up_ms']:.1f} ms",
            f"{result['bytes_per_slot'] / 1e3:.2f} "
            f"({result['estimated_bytes_per_slot'] / 1e3:.2f})",
        )
        for size, result in results.items()
    ]
    lines = [markdown(columns, rows)]
    if cache_results is not None:
        lines += ["", tape_cache.summary(cache_results)]
    return "\n".join(lines)


def panels(results: dict[str, dict[str, float]]) -> list[Panel]:
    """Time and memory by size."""
    sizes = [int(size.replace(",", "")) for size in results]
    times = [result["find_and_read_ms"] for result in results.values()]
    kilobytes = [result["bytes_per_slot"] / 1e3 for result in results.values()]
    return [
        Panel("find + read, ms (median)", "slots of one user", {"": (sizes, times)}, 15),
        Panel("memory, kB a slot", "slots of one user", {"": (sizes, kilobytes)}, 3),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument(
        "--users", type=int, default=USERS, help="number of tapes in the cache; 0 skips it"
    )
    parser.add_argument("--budget-mib", type=int, default=BUDGET_MIB)
    parser.add_argument("--write", action="store_true", help="update docs")
    arguments = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        sampler = asyncio.run(EmbeddingSampler.of(embedder))
    results = measure(arguments.sizes, sampler)
    cache_results: dict[str, Any] | None = None
    if arguments.users:
        cache_results = tape_cache.visit_in_process(
            arguments.users, arguments.budget_mib << 20, sampler
        )
    print(tables(results, cache_results))
    if arguments.write:
        machine = describe()
        written = {"machine": machine, "tape": results, "cache": cache_results}
        FIGURES.write_text(json.dumps(written, indent=2) + "\n")
        picture = draw(panels(results), PICTURE)
        source = measured_with("make bench-scale", machine)
        print(publish(PAGE, f"{tables(results, cache_results)}\n\n{picture}\n\n{source}", "scale"))


if __name__ == "__main__":
    main()
