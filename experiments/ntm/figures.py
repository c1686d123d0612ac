"""Draws the figures and the results table from the checkpoints and the recorded results.

The copy figure follows figure 6 of the paper: inputs, outputs, and the write and read weightings
over time. The learning and generalisation curves compare the NTMs with the LSTM without memory.
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
from experiments.ntm.generalisation import GENERALISATION, measure_generalisation
from experiments.ntm.recipes import RECIPES, RESULTS, load, results
from experiments.ntm.tasks import TASKS
from experiments.ntm.training import SOLVED_FACTOR, solved_threshold
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
    """Write all figures, print the table, and insert it into docs/ntm.md."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [name for name in RECIPES if name in results()]
    if "copy-lstm" in names:
        _draw_copy(FOLDER / "copying.png")
    _draw_learning_curves(names, FOLDER / "learning.png")
    errors = _draw_generalisation(names, FOLDER / "generalisation.png")
    rows = [_row(name, results()[name], errors[name]) for name in names]
    table = Table(*COLUMNS, title="Results of all seeds")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    print(publish(PAGE, markdown(COLUMNS, rows), "ntm"))
    print(f"drawn: {FOLDER}")


def _draw_copy(path: Path, length: int = 20) -> None:
    machine, _ = load("copy-lstm")
    assert isinstance(machine, NTM)
    episodes = TASKS["copy"].generate(torch.Generator().manual_seed(1), 1, (length,))
    with torch.no_grad():
        logits, states = run(machine, episodes.inputs)
    outputs = logits.sigmoid() * episodes.scored[:, None, None]
    figure, axes = plt.subplots(2, 2, figsize=(10, 6), height_ratios=(1, 3), layout="constrained")
    writes = torch.stack([state.write_weights[0, 0] for state in states])
    reads = torch.stack([state.read_weights[0, 0] for state in states])
    # The memory is circular. It is rotated so that writing starts near the top.
    rotation = 4 - int(writes[1].argmax())
    writes, reads = (each.roll(rotation, dims=1)[:, : 2 * length + 10] for each in (writes, reads))
    for axis, matrix, title in (
        (axes[0, 0], episodes.inputs[:, 0], "Inputs"),
        (axes[0, 1], outputs[:, 0], "Outputs"),
        (axes[1, 0], writes, "Write weightings"),
        (axes[1, 1], reads, "Read weightings"),
    ):
        axis.imshow(
            matrix.T.numpy(), cmap="gray", aspect="auto", interpolation="nearest", vmin=0, vmax=1
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
    """One panel per task, three per row."""
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


def _draw_level(axis: Axes, name: str, value: float) -> None:
    axis.axhline(value, color="black", lw=0.8, ls=":")
    axis.annotate(name, (0.02, value), xycoords=("axes fraction", "data"), va="bottom")


def _finish(figure: Figure, path: Path) -> None:
    handles = [plt.Line2D([], [], color=COLOURS[kind], label=NAMES[kind]) for kind in NAMES]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_learning_curves(names: Sequence[str], path: Path) -> None:
    figure, panels = _panels([task for task in TASKS if _recipes_of(names, task)])
    for task, axis in panels.items():
        for name in _recipes_of(names, task):
            _draw_curves(axis, name)
        axis.set_xlabel("thousand episodes")
        axis.set_ylabel("bits per sequence")
        if TASKS[task].optimal_bits is None:
            axis.set_ylim(bottom=0)
        else:
            _draw_level(axis, "best possible", solved_threshold(TASKS[task]) / SOLVED_FACTOR)
    _finish(figure, path)


def _recipes_of(names: Sequence[str], task: str) -> list[str]:
    return [name for name in names if RECIPES[name].task == task]


def _draw_curves(axis: Axes, name: str) -> None:
    result = results()[name]
    for each in result["runs"]:
        episodes = result["window"] * np.arange(1, len(each["curve"]) + 1) / 1000
        axis.plot(episodes, each["curve"], color=COLOURS[RECIPES[name].controller], lw=0.8)


def _draw_generalisation(names: Sequence[str], path: Path) -> dict[str, list[float]]:
    """Plot the errors of every machine at the sizes of ``GENERALISATION``, and return them."""
    errors = {name: _errors(name) for name in names}
    figure, panels = _panels([task for task in GENERALISATION if _recipes_of(names, task)])
    for task, axis in panels.items():
        evaluation = GENERALISATION[task]
        ticks = [" × ".join(map(str, size)) for size in evaluation.sizes]
        for name in _recipes_of(names, task):
            axis.plot(ticks, errors[name], "o-", color=COLOURS[RECIPES[name].controller])
        if evaluation.chance is not None:
            _draw_level(axis, "chance", evaluation.chance)
            top = max(axis.get_ylim()[1], 1.08 * evaluation.chance)  # room for the label
            axis.set_ylim(-0.05 * evaluation.chance, top)
        axis.set_xlabel(evaluation.axis)
        axis.set_ylabel(evaluation.metric)
    _finish(figure, path)
    return errors


def _errors(name: str) -> list[float]:
    """Errors of the shipped machine if it is from the recorded runs, else the recorded errors."""
    result = results()[name]
    try:
        machine, card = load(name)
    except FileNotFoundError:
        card = {}
    best = min(result["runs"], key=lambda run: run["bits"])
    if (card.get("seed"), card.get("bits_per_sequence")) == (best["seed"], best["bits"]):
        return measure_generalisation(machine, RECIPES[name].task)
    measured: list[float] = result["errors"]
    return measured


def _row(name: str, result: dict[str, Any], errors: list[float]) -> list[str]:
    recipe, runs = RECIPES[name], result["runs"]
    solved = sorted(run["solved_at"] for run in runs if run["solved_at"])
    median_text = f", median after {median(solved):,.0f}" if solved else ""
    evaluation, task = GENERALISATION[recipe.task], TASKS[recipe.task]
    best = (
        ""
        if task.optimal_bits is None
        else f" (best possible {solved_threshold(task) / SOLVED_FACTOR:.1f})"
    )
    sizes = ["×".join(map(str, size)) for size in evaluation.sizes]
    each = "  ".join(f"{s}: {evaluation.format(e)}" for s, e in zip(sizes, errors, strict=True))
    return [
        recipe.task,
        NAMES[recipe.controller],
        f"{result['parameters']:,}",
        f"{result['episodes']:,}",
        f"{len(solved)} of {len(runs)}{median_text}",
        ", ".join(f"{run['bits']:.3g}" for run in runs) + best,
        f"{evaluation.metric}, at {each}",
    ]
