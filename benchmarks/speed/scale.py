"""One tape up to a million slots, and ten thousand tapes through the cache.

    python -m benchmarks.speed.scale             prints (``--write``: into docs/benchmarks.md, too)
    python -m benchmarks.speed.scale --sizes 1000 100000 --users 500

Keys are like real ones (``benchmarks.support.synthetic_keys``), texts those of
``synthetic_memories``. Each tape is built in a process of its own, whose memory is what the slots
take: all included, as the system counts it.
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

from app.cli.evaluate import load_embedder
from app.model_loading import keep_loaded
from app.settings import Settings
from benchmarks.speed import tape_cache
from benchmarks.speed.tape import slot
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, draw
from benchmarks.support.synthetic_keys import Alike
from benchmarks.support.synthetic_memories import questions, turns
from memory.evaluation.harness import temporary_database
from memory.heads import choose_head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
from memory.tape.cache import Tapes
from memory.tape.tape import BATCH, Tape
from memory.types import Change

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "scale.json"
PICTURE = ROOT / "docs" / "scale.png"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
USERS, BUDGET_MIB = 10_000, 1_024
LIMIT = 64
"""What FAISS proposes to a read, as the service is set by default."""
LATER = 50
"""Times that a question and its answer come to a tape that is there."""


def measure(sizes: Sequence[int], alike: Alike) -> dict[str, dict[str, float]]:
    """By size: see ``figures``."""
    found = {}
    for size in sizes:
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=fresh) as alone:
            found[f"{size:,}"] = alone.submit(figures, size, alike).result()
    return found


def figures(size: int, alike: Alike) -> dict[str, float]:
    """Seconds to build, and until the approximate index is there, too; milliseconds to find and
    read, and to catch up; bytes a slot, by the system and by the tape's own estimate; and the share
    of the ``LIMIT`` slots nearest by key that are among a read's candidates.
    """
    generator = np.random.default_rng(0)
    said = turns(generator)
    some = list(islice(said, 10_000))
    asked = list(islice(questions(some, generator), len(alike.asked)))
    truth = Nearest(alike.asked)
    Tape(alike.real.shape[1]).apply([Change(0, slot(0, some[0], alike.real[0]))])  # loads the rest
    truth.see(0, alike.keys(np.random.default_rng(1), BATCH))
    truth = Nearest(alike.asked)
    keep_loaded()  # as `tapehead serve` does
    before = resident()
    tape = Tape(alike.real.shape[1])
    built = 0.0
    with tqdm(total=size, desc=f"{size:,} slots", unit="slot") as bar:
        for start in range(0, size, BATCH):
            count = min(BATCH, size - start)
            keys = alike.keys(generator, count)
            texts = [next(said) for _ in range(count)] if start else [*some, *islice(said, BATCH)]
            changes = [Change(start + i, slot(start + i, texts[i], keys[i])) for i in range(count)]
            begun = time.perf_counter()
            tape.apply(changes)
            built += time.perf_counter() - begun
            truth.see(start, keys)
            del keys, texts, changes
            bar.update(count)
    begun = time.perf_counter()
    tape.settle()
    settled = built + time.perf_counter() - begun
    found = {
        "build_s": built,
        "settled_s": settled,
        "bytes_per_slot": (resident() - before) / size,
        "estimated_bytes_per_slot": tape.nbytes / size,
        "candidates_found": truth.share(tape),
    }
    found |= _reads(tape, alike.asked, asked)
    later = [Change(size + i, slot(size + i, some[i], alike.real[i])) for i in range(2 * LATER)]
    times = []
    for i in range(LATER):
        begun = time.perf_counter()
        tape.apply(later[2 * i : 2 * i + 2])
        times.append(time.perf_counter() - begun)
    return found | {"catch_up_ms": 1e3 * float(np.median(times))}


def resident() -> int:
    """Bytes of this process, once the C library has given back what is free."""
    gc.collect()
    with suppress(AttributeError):  # glibc's
        ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss


def _reads(
    tape: Tape, keys: Float32[np.ndarray, "asked dim"], asked: Sequence[str]
) -> dict[str, float]:
    times = []
    with temporary_database() as database:
        memories = Memories(database, "none")
        recall = Recall(Tapes(memories, tape.dimension), Readings(database), choose_head("shipped"))
        for key, question in zip(keys, asked, strict=True):
            begun = time.perf_counter()
            found = tape.find(key, question, limit=LIMIT)
            middle = time.perf_counter()
            recall.look(found, KEPT_SLOTS)
            times.append((middle - begun, time.perf_counter() - middle))
    finds, reads = np.array(times[len(times) // 10 :]).T  # the first ones warm up
    whole = finds + reads
    return {
        "find_and_read_ms": 1e3 * float(np.median(whole)),
        "find_and_read_p95_ms": 1e3 * float(np.quantile(whole, 0.95)),
        "find_ms": 1e3 * float(np.median(finds)),
    }


class Nearest:
    """The nearest keys of all that were seen, by exact search, none of them kept."""

    def __init__(self, asked: Float32[np.ndarray, "asked dim"]) -> None:
        self.asked = asked
        self.cosines: Float32[np.ndarray, "asked limit"] = np.full((len(asked), LIMIT), -2, "f4")
        self.positions: Int64[np.ndarray, "asked limit"] = np.full((len(asked), LIMIT), -1)

    def see(self, first: int, keys: Float32[np.ndarray, "some dim"]) -> None:
        cosines, rows = faiss.knn(self.asked, keys, LIMIT, metric=faiss.METRIC_INNER_PRODUCT)
        cosines = np.hstack([self.cosines, cosines])
        positions = np.hstack([self.positions, rows + first])
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :LIMIT]
        self.cosines = np.take_along_axis(cosines, best, axis=1)
        self.positions = np.take_along_axis(positions, best, axis=1)

    def share(self, tape: Tape) -> float:
        """How many of these a read by key alone has among its candidates."""
        return float(
            np.mean(
                [
                    np.isin(nearest, tape.find(key, "", limit=LIMIT).positions).mean()
                    for key, nearest in zip(self.asked, self.positions, strict=True)
                ]
            )
        )


def tables(found: dict[str, dict[str, float]], crowd: dict[str, float] | None) -> str:
    """What was found, as Markdown."""
    columns = ("slots", "find + read, median (p95)", "of the exact candidates", "build")
    columns += ("approximate index", "catch up", "kB a slot (estimated)")
    rows = [
        (
            size,
            f"{one['find_and_read_ms']:.1f} ms ({one['find_and_read_p95_ms']:.1f})",
            f"{one['candidates_found']:.3f}",
            f"{one['build_s']:.1f} s",
            f"+ {one['settled_s'] - one['build_s']:.1f} s",
            f"{one['catch_up_ms']:.1f} ms",
            f"{one['bytes_per_slot'] / 1e3:.2f} ({one['estimated_bytes_per_slot'] / 1e3:.2f})",
        )
        for size, one in found.items()
    ]
    lines = [markdown(columns, rows)]
    if crowd is not None:
        lines += ["", tape_cache.told(crowd)]
    return "\n".join(lines)


def panels(found: dict[str, dict[str, float]]) -> list[Panel]:
    """Time and memory by size."""
    sizes = [int(size.replace(",", "")) for size in found]
    times = [one["find_and_read_ms"] for one in found.values()]
    kilobytes = [one["bytes_per_slot"] / 1e3 for one in found.values()]
    return [
        Panel("find + read, ms (median)", "slots of one user", {"": (sizes, times)}, 15),
        Panel("memory, kB a slot", "slots of one user", {"": (sizes, kilobytes)}, 3),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--users", type=int, default=USERS, help="through the cache; 0 for none")
    parser.add_argument("--budget-mib", type=int, default=BUDGET_MIB)
    parser.add_argument("--write", action="store_true", help="into docs/")
    asked = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        alike = asyncio.run(Alike.of(embedder))
    found = measure(asked.sizes, alike)
    crowd: dict[str, Any] | None = None
    if asked.users:
        crowd = tape_cache.alone(asked.users, asked.budget_mib << 20, alike)
    print(tables(found, crowd))
    if asked.write:
        machine = describe()
        written = {"machine": machine, "tape": found, "cache": crowd}
        FIGURES.write_text(json.dumps(written, indent=2) + "\n")
        picture = draw(panels(found), PICTURE)
        told = measured_with("make bench-scale", machine)
        print(publish(PAGE, f"{tables(found, crowd)}\n\n{picture}\n\n{told}", "scale"))


if __name__ == "__main__":
    main()
