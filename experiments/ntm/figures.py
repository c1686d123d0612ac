"""Figures like the paper's and the table of results of the trained machines.

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
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from benchmarks.support.markdown_tables import markdown, publish
from experiments.ntm.generalisation import BEYOND, beyond
from experiments.ntm.recipes import RECIPES, RESULTS, load, results
from experiments.ntm.tasks import TASKS
from experiments.ntm.training import SOLVED_FACTOR, goal
from models.ntm.machine import NTM, run

mpl.use("Agg")
import matplotlib.pyplot as plt

FOLDER = RESULTS.parent
PAGE = FOLDER.with_name("ntm.md")
NAMES = {"lstm": "NTM, LSTM controller", "ff": "NTM, feed-forward controller", "none": "LSTM"}
COLOURS = {"lstm": "#0b6e99", "ff": "#d9730d", "none": "#9b9a97"}

COLUMNS = (
    "task",
    "machine",
    "parameters",
    "episodes",
    "solved",
    "bits at the end, each seed",
    "the best beyond training",
)


def draw() -> None:
    """Write every picture, print the table, and put it into docs/ntm.md."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [name for name in RECIPES if name in results()]
    if "copy-lstm" in names:
        _copying(FOLDER / "copying.png")
    _learning(names, FOLDER / "learning.png")
    errors = _generalising(names, FOLDER / "generalisation.png")
    rows = [_row(name, results()[name], errors[name]) for name in names]
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
    outputs = logits.sigmoid() * episodes.scored[:, None, None]
    figure, axes = plt.subplots(2, 2, figsize=(10, 6), height_ratios=(1, 3), layout="constrained")
    writes = torch.stack([state.write_weights[0, 0] for state in states])
    reads = torch.stack([state.read_weights[0, 0] for state in states])
    # The tape has no ends: it is turned so that writing begins near the top.
    turn = 4 - int(writes[1].argmax())
    writes, reads = (each.roll(turn, dims=1)[:, : 2 * length + 10] for each in (writes, reads))
    for axis, what, title in (
        (axes[0, 0], episodes.inputs[:, 0], "Inputs"),
        (axes[0, 1], outputs[:, 0], "Outputs"),
        (axes[1, 0], writes, "Write weightings"),
        (axes[1, 1], reads, "Read weightings"),
    ):
        axis.imshow(
            what.T.numpy(), cmap="gray", aspect="auto", interpolation="nearest", vmin=0, vmax=1
        )
        axis.set_title(title)
        axis.set_xticks([])
        axis.set_yticks([])
    axes[1, 0].set_ylabel("slots")
    axes[1, 0].set_xlabel("time →")
    axes[1, 1].set_xlabel("time →")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _panels(tasks: Sequence[str]) -> tuple[Figure, dict[str, Axes]]:
    """One panel for each task, three in a row."""
    rows = -(-len(tasks) // 3)
    figure, axes = plt.subplots(
        rows, 3, figsize=(13, 3.7 * rows), layout="constrained", squeeze=False
    )
    for empty in axes.flat[len(tasks) :]:
        empty.axis("off")
    panels = dict(zip(tasks, axes.flat, strict=False))
    for task, axis in panels.items():
        axis.set_title(task)
        axis.grid(alpha=0.3)
    return figure, panels


def _level(axis: Axes, name: str, value: float) -> None:
    axis.axhline(value, color="black", lw=0.8, ls=":")
    axis.annotate(name, (0.02, value), xycoords=("axes fraction", "data"), va="bottom")


def _finish(figure: Figure, path: Path) -> None:
    handles = [plt.Line2D([], [], color=COLOURS[kind], label=NAMES[kind]) for kind in NAMES]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _learning(names: Sequence[str], path: Path) -> None:
    figure, panels = _panels([task for task in TASKS if _of(names, task)])
    for task, axis in panels.items():
        for name in _of(names, task):
            _curves(axis, name)
        axis.set_xlabel("thousand episodes")
        axis.set_ylabel("bits per sequence")
        if TASKS[task].optimal_bits is None:
            axis.set_ylim(bottom=0)
        else:
            _level(axis, "best possible", goal(TASKS[task]) / SOLVED_FACTOR)
    _finish(figure, path)


def _of(names: Sequence[str], task: str) -> list[str]:
    return [name for name in names if RECIPES[name].task == task]


def _curves(axis: Axes, name: str) -> None:
    result = results()[name]
    for each in result["runs"]:
        seen = result["window"] * np.arange(1, len(each["curve"]) + 1) / 1000
        axis.plot(seen, each["curve"], color=COLOURS[RECIPES[name].controller], lw=0.8)


def _generalising(names: Sequence[str], path: Path) -> dict[str, list[float]]:
    """What each machine that was trained gets at every size of ``BEYOND``."""
    errors = {name: _errors(name) for name in names}
    figure, panels = _panels([task for task in BEYOND if _of(names, task)])
    for task, axis in panels.items():
        beyond_task = BEYOND[task]
        ticks = [" × ".join(map(str, size)) for size in beyond_task.sizes]
        for name in _of(names, task):
            axis.plot(ticks, errors[name], "o-", color=COLOURS[RECIPES[name].controller])
        if beyond_task.chance is not None:
            _level(axis, "chance", beyond_task.chance)
            top = max(axis.get_ylim()[1], 1.08 * beyond_task.chance)  # room for the word
            axis.set_ylim(-0.05 * beyond_task.chance, top)
        axis.set_xlabel(beyond_task.axis)
        axis.set_ylabel(beyond_task.metric)
    _finish(figure, path)
    return errors


def _errors(name: str) -> list[float]:
    """Of the machine that ships, if it comes of the runs in the table; else what these measured."""
    result = results()[name]
    try:
        machine, card = load(name)
    except FileNotFoundError:
        card = {}
    best = min(result["runs"], key=lambda run: run["bits"])
    if (card.get("seed"), card.get("bits_per_sequence")) == (best["seed"], best["bits"]):
        return beyond(machine, RECIPES[name].task)
    measured: list[float] = result["errors"]
    return measured


def _row(name: str, result: dict[str, Any], errors: list[float]) -> list[str]:
    recipe, runs = RECIPES[name], result["runs"]
    solved = sorted(run["solved_at"] for run in runs if run["solved_at"])
    after = f", median after {median(solved):,.0f}" if solved else ""
    beyond_task, task = BEYOND[recipe.task], TASKS[recipe.task]
    best = "" if task.optimal_bits is None else f" (best possible {goal(task) / SOLVED_FACTOR:.1f})"
    sizes = ["×".join(map(str, size)) for size in beyond_task.sizes]
    each = "  ".join(f"{s}: {beyond_task.format(e)}" for s, e in zip(sizes, errors, strict=True))
    return [
        recipe.task,
        NAMES[recipe.controller],
        f"{result['parameters']:,}",
        f"{result['episodes']:,}",
        f"{len(solved)} of {len(runs)}{after}",
        ", ".join(f"{run['bits']:.3g}" for run in runs) + best,
        f"{beyond_task.metric}, at {each}",
    ]
