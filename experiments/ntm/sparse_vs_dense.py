"""Compare the training cost of the dense and the sparse NTM by the number of memory slots.

``python -m experiments.ntm.sparse_vs_dense`` measures, on one core:

- time and saved bytes of a forward and backward pass through 100 steps, in the setup of Rae et al.
  2016 (words of 32 numbers, 4 heads, an LSTM of 100 units, one sequence);
- the time of a single content-based read.

It writes docs/ntm/sam.json and docs/ntm/sam.png. It needs two minutes and 16 GiB.

The saved tensors of 100 dense steps with a million slots do not fit into memory. Each dense size
runs as many steps as fit into ``MEMORY_LIMIT``, and the results are scaled to 100 steps. The sparse
NTM always runs 100 steps.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import matplotlib as mpl
import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from tqdm import tqdm

from benchmarks.support.markdown_tables import markdown, publish
from models import addressing
from models.ntm.machine import NTM
from models.ntm.machine import run as run_dense
from models.ntm.sam import SAM
from models.ntm.sam import run as run_sparse
from models.ntm.sparse_memory import SparseMemory

mpl.use("Agg")
import matplotlib.pyplot as plt

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "ntm"
BITS, WIDTH, HEADS, UNITS, STEPS = 8, 32, 4, 100, 100
SIZES = (1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000)
EXACT_UP_TO = 4_000
MEMORY_LIMIT = 10 * 2**30
# Approximate bytes that a dense step saves per slot. It only sets the number of steps to run.
DENSE_BYTES = 6_000
ROUNDS = 3


def saved_bytes(forward: Callable[[], object]) -> int:
    """Bytes of the storages that autograd saves for the backward pass."""
    saved: dict[int, int] = {}
    tensors: list[Tensor] = []  # keeps the storages alive, so that addresses are unique

    def record(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        saved[storage.data_ptr()] = storage.nbytes()
        tensors.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(record, lambda tensor: tensor):
        result = forward()
    del result
    return sum(saved.values())


def seconds(work: Callable[[], Tensor], rounds: int = ROUNDS) -> float:
    """The median time of a forward and a backward pass, after one warm-up."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work().square().sum().backward()
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))


def dense(slots: int) -> tuple[float, float]:
    """Seconds and saved bytes of 100 steps, scaled if fewer steps fit."""
    machine = NTM(BITS, BITS, units=UNITS, slots=slots, width=WIDTH, reads=HEADS, writes=HEADS)
    steps = min(STEPS, max(1, MEMORY_LIMIT // (DENSE_BYTES * slots)))
    sequence = torch.randn(steps, 1, BITS)

    def forward() -> Tensor:
        return run_dense(machine, sequence)[0]

    saved = saved_bytes(forward)
    elapsed = seconds(forward, rounds=1 if slots > 16_000 else ROUNDS)
    return elapsed * STEPS / steps, saved * STEPS / steps


def sparse(slots: int) -> tuple[float, float, float]:
    """Seconds and saved bytes of 100 steps, and the bytes of the memory with its index.

    The memory starts full of random rows.
    """
    memory = SparseMemory(slots, WIDTH, exact=slots <= EXACT_UP_TO)
    for start in range(0, slots, 50_000):
        positions = range(start, min(slots, start + 50_000))
        memory.put(positions, torch.randn(len(positions), WIDTH))
        memory.forget_gradients()
    machine = SAM(BITS, BITS, units=UNITS, width=WIDTH, heads=HEADS)
    sequence = torch.randn(STEPS, BITS)

    def forward() -> Tensor:
        memory.forget_gradients()
        return run_sparse(machine, sequence, memory)

    saved = saved_bytes(forward)
    return seconds(forward), saved, memory.nbytes


def single_reads(slots: int) -> tuple[float, float]:
    """Seconds of one read with gradients: of all slots, and of the top 64 of a flat index."""
    rows = torch.nn.functional.normalize(torch.randn(slots, 384), dim=-1)
    index = faiss.IndexFlatIP(384)
    index.add(rows.numpy())
    key = torch.randn(384, requires_grad=True)

    def read(memory: Tensor) -> Tensor:
        weights = addressing.content(8 * (memory @ key))  # unit vectors, as on a tape
        return addressing.read_vector(weights, memory)

    def indexed_read() -> Tensor:
        _, best = index.search(key.detach().numpy()[None], 64)
        return read(rows[torch.from_numpy(best[0])])

    return seconds(lambda: read(rows)), seconds(indexed_read)


def measure() -> list[dict[str, float]]:
    torch.manual_seed(0)
    # One core for both: the operations of the sparse NTM are too small to parallelise.
    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    rows = []
    for slots in tqdm(SIZES, desc="sizes"):
        dense_seconds, dense_bytes = dense(slots)
        sparse_seconds, sparse_bytes, memory_bytes = sparse(slots)
        read_dense, read_sparse = single_reads(slots)
        rows.append(
            {
                "slots": slots,
                "dense_seconds": dense_seconds,
                "sparse_seconds": sparse_seconds,
                "dense_bytes": dense_bytes,
                "sparse_bytes": sparse_bytes,
                "sparse_memory_bytes": memory_bytes,
                "single_dense_seconds": read_dense,
                "single_sparse_seconds": read_sparse,
            }
        )
    return rows


def draw(rows: list[dict[str, float]], path: Path) -> None:
    slots = [row["slots"] for row in rows]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, unit, scale in ((axes[0], "seconds", 1), (axes[1], "bytes", 2**-20)):
        for kind, colour in (("dense", "#d9730d"), ("sparse", "#0b6e99")):
            values = [row[f"{kind}_{unit}"] * scale for row in rows]
            axis.loglog(slots, values, "o-", color=colour, label=f"{kind} NTM")
        axis.set_xlabel("slots")
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    axes[0].set_title("forward and backward, 100 steps (s)")
    axes[1].set_title("kept for the backward pass (MiB)")
    figure.savefig(path, dpi=110)
    plt.close(figure)


COLUMNS = ("slots", "dense", "sparse", "×", "dense keeps", "sparse keeps", "×", "one read ×")


def cells(row: dict[str, float]) -> list[str]:
    return [
        f"{row['slots']:,.0f}",
        f"{row['dense_seconds']:,.2f} s",
        f"{row['sparse_seconds']:.2f} s",
        f"{row['dense_seconds'] / row['sparse_seconds']:,.0f}",
        f"{row['dense_bytes'] / 2**20:,.0f} MiB",
        f"{row['sparse_bytes'] / 2**20:.2f} MiB",
        f"{row['dense_bytes'] / row['sparse_bytes']:,.0f}",
        f"{row['single_dense_seconds'] / row['single_sparse_seconds']:.1f}"
        if "single_dense_seconds" in row
        else "",
    ]


def main() -> None:
    rows = measure()
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "sam.json").write_text(json.dumps(rows, indent=1) + "\n")
    draw(rows, FOLDER / "sam.png")
    shown = [cells(row) for row in rows]
    table = Table(*COLUMNS, title="Training cost of 100 steps, by slots")
    for line in shown:
        table.add_row(*line)
    Console().print(table)
    print(publish(FOLDER.with_name("ntm.md"), markdown(COLUMNS, shown), "sam"))


if __name__ == "__main__":
    main()
