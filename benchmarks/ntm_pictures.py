"""What the machines learnt, drawn like the paper's figures, and the table of it.

Copying is shown as figure 6 of the paper shows it: what is put in and taken out, and where the
heads write and read over time. Learning curves and generalisation stand beside those of the LSTM
without memory. All of it comes from the checkpoints and from what training noted.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from benchmarks.ntm_recipes import BEYOND, RECIPES, RESULTS, beyond, load, results
from benchmarks.ntm_tasks import TASKS
from benchmarks.pages import markdown, publish
from models.ntm import NTM, run

mpl.use("Agg")
import matplotlib.pyplot as plt

FOLDER = RESULTS.parent
PAGE = FOLDER.with_name("ntm.md")
NAMES = {"lstm": "NTM, LSTM controller", "ff": "NTM, feed-forward controller", "none": "LSTM"}
COLOURS = {"lstm": "#0b6e99", "ff": "#d9730d", "none": "#9b9a97"}

COLUMNS = ("task", "machine", "parameters", "solved", "bits at the end", "wrong bits, by size")


def draw() -> None:
    """Write every picture, print the table, and put it into docs/ntm.md."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = [name for name in RECIPES if name in results()]
    if "copy-lstm" in kept:
        _copying(FOLDER / "copying.png")
    _learning(kept, FOLDER / "learning.png")
    errors = _generalising(kept, FOLDER / "generalisation.png")
    rows = [_row(name, results()[name], errors.get(name)) for name in kept]
    table = Table(*COLUMNS, title="What became of every seed")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    print(publish(PAGE, markdown(COLUMNS, rows), "ntm"))
    print(f"drawn: {FOLDER}")


def _copying(path: Path, length: int = 20) -> None:
    machine, _ = load("copy-lstm")
    assert isinstance(machine, NTM)
    episodes = TASKS["copy"].draw(torch.Generator().manual_seed(1), 1, (length,))
    with torch.no_grad():
        logits, states = run(machine, episodes.inputs)
    taken_out = logits.sigmoid() * episodes.asked[:, None, None]
    figure, axes = plt.subplots(2, 2, figsize=(10, 6), height_ratios=(1, 3), layout="constrained")
    writes = torch.stack([state.write_weights[0, 0] for state in states])
    reads = torch.stack([state.read_weights[0, 0] for state in states])
    # The tape has no ends: it is turned so that writing begins near the top.
    turn = 4 - int(writes[1].argmax())
    writes, reads = (each.roll(turn, dims=1)[:, : 2 * length + 10] for each in (writes, reads))
    for axis, what, title in (
        (axes[0, 0], episodes.inputs[:, 0], "Inputs"),
        (axes[0, 1], taken_out[:, 0], "Outputs"),
        (axes[1, 0], writes, "Write weightings"),
        (axes[1, 1], reads, "Read weightings"),
    ):
        axis.imshow(what.T, cmap="gray", aspect="auto", interpolation="nearest", vmin=0, vmax=1)
        axis.set_title(title)
        axis.set_xticks([])
        axis.set_yticks([])
    axes[1, 0].set_ylabel("slots")
    axes[1, 0].set_xlabel("time →")
    axes[1, 1].set_xlabel("time →")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _learning(kept: Sequence[str], path: Path) -> None:
    tasks = [task for task in TASKS if any(RECIPES[name].task == task for name in kept)]
    figure, axes = plt.subplots(
        1, len(tasks), figsize=(4.2 * len(tasks), 3.6), layout="constrained", squeeze=False
    )
    for axis, task in zip(axes[0], tasks, strict=True):
        for name in kept:
            if RECIPES[name].task == task:
                _curves(axis, name)
        axis.set_title(task)
        axis.set_xlabel("thousand episodes")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("bits per sequence")
    handles = [plt.Line2D([], [], color=COLOURS[kind], label=NAMES[kind]) for kind in NAMES]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=min(3, 2 * len(tasks) - 1), frameon=False
    )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _curves(axis: Axes, name: str) -> None:
    known = results()[name]
    for each in known["runs"]:
        seen = known["window"] * np.arange(1, len(each["curve"]) + 1) / 1000
        axis.plot(seen, each["curve"], color=COLOURS[RECIPES[name].controller], lw=0.8)


def _generalising(kept: Sequence[str], path: Path) -> dict[str, list[float]]:
    """The share of wrong bits by size, for each machine that was trained."""
    tasks = [task for task in BEYOND if any(RECIPES[name].task == task for name in kept)]
    figure, axes = plt.subplots(
        1, len(tasks), figsize=(4.6 * len(tasks), 3.6), layout="constrained", squeeze=False
    )
    errors: dict[str, list[float]] = {}
    for axis, task in zip(axes[0], tasks, strict=True):
        sizes, label = BEYOND[task]
        ticks = [" × ".join(map(str, size)) for size in sizes]
        for name in kept:
            if RECIPES[name].task != task:
                continue
            errors[name] = _errors(name)
            kind = RECIPES[name].controller
            axis.plot(ticks, errors[name], "o-", color=COLOURS[kind], label=NAMES[kind])
        axis.set_title(task)
        axis.set_xlabel(label)
        axis.set_ylim(-0.02, 0.55)
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
    axes[0, 0].set_ylabel("share of wrong bits (½ is chance)")
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return errors


def _errors(name: str) -> list[float]:
    """Of the machine that ships; one that learnt nothing does not, and was measured before."""
    try:
        machine, _ = load(name)
    except FileNotFoundError:
        measured: list[float] = results()[name]["errors"]
        return measured
    return beyond(machine, RECIPES[name].task)


def _row(name: str, known: dict[str, Any], errors: list[float] | None) -> list[str]:
    recipe, runs = RECIPES[name], known["runs"]
    solved = sorted(run["solved_at"] for run in runs if run["solved_at"])
    after = f", median {median(solved):,.0f} episodes" if solved else ""
    beyond = ""
    if errors is not None:
        sizes = ["×".join(map(str, size)) for size in BEYOND[recipe.task][0]]
        beyond = "  ".join(f"{s}: {e:.1%}" for s, e in zip(sizes, errors, strict=True))
    return [
        recipe.task,
        NAMES[recipe.controller],
        f"{known['parameters']:,}",
        f"{len(solved)} of {len(runs)}{after}",
        ", ".join(f"{run['bits']:.2g}" for run in runs),
        beyond,
    ]
