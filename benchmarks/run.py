"""``python -m benchmarks.run``: measure speed and write the results to docs.

All figures go into ``docs/benchmarks.json``, those with a target into the table of
docs/benchmarks.md. ``--only`` measures and prints one part and writes nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from app.settings import Settings
from benchmarks.speed import memory_overhead, tape, throughput
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import publish

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"

Part = Literal["overhead", "tape", "throughput"]
Figures = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    target: str
    met: bool


def main(
    only: Annotated[
        Part | None, typer.Option(help="Measure this part alone; write nothing.")
    ] = None,
) -> None:
    """Measure speed; write docs/benchmarks.json and the table of docs/benchmarks.md."""
    console = Console()
    weights = Settings().data_dir / "models"
    figures: Figures = {}
    if only in (None, "overhead"):
        figures["overhead"] = uvloop.run(memory_overhead.measure(weights))
    if only in (None, "tape"):
        figures["tape"] = tape.measure()
    if only in (None, "throughput"):
        figures["throughput"] = uvloop.run(throughput.measure(weights))

    for title, results in figures.items():
        console.print(_results_table(title, results))
    rows = list(target_rows(figures))
    console.print(_targets_table(rows))
    if only is None:
        machine = describe()
        FIGURES.write_text(json.dumps({"machine": machine, **figures}, indent=2) + "\n")
        console.print(f"Written: {FIGURES.relative_to(ROOT)}")
        console.print(publish(PAGE, markdown(rows, machine)))


def target_rows(figures: Figures) -> Iterator[Row]:
    """Figures that have a target, with that target."""
    if results := figures.get("overhead"):
        yield _at_most(
            "Before the model begins: all that memory adds, "
            f"{memory_overhead.SLOTS:,} slots (median)",
            results["before_prompt_ms"],
            25,
        )
        yield _at_most("of which find + read", results["find_and_read_ms"], 3)
        yield _at_most(
            f"Cold tape of {memory_overhead.SLOTS:,} slots: from SQL to its first read",
            results["cold_tape_ms"],
            400,
        )
    if results := figures.get("throughput"):
        yield Row(
            f"Tokens per second, {throughput.STREAMS} streams: the whole service / bare "
            "continuous batching with the same engine",
            f"{results['service_tokens_per_second']:.0f} / "
            f"{results['bare_tokens_per_second']:.0f}: {results['share']:.3f} ×",
            "≥ 0.9 ×",
            results["share"] >= 0.9,
        )


def _at_most(what: str, milliseconds: float, most: float) -> Row:
    return Row(what, f"{milliseconds:.1f} ms", f"≤ {most} ms", milliseconds <= most)


def markdown(rows: list[Row], machine: dict[str, Any]) -> str:
    """The table of docs/benchmarks.md and the line that names the machine."""
    lines = [
        "| what is measured | figure | target |",
        "|---|---|---|",
        *(f"| {row.what} | {row.figure} | {row.target} |" for row in rows),
        "",
        measured_with("make bench", machine),
    ]
    return "\n".join(lines)


def _results_table(title: str, results: dict[str, Any]) -> Table:
    """All figures of one part; those of the tape have a column for each size."""
    nested = all(isinstance(value, dict) for value in results.values())
    columns: dict[str, dict[str, float]] = results if nested else {"": results}
    table = Table("", *columns, title=title)
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        table.add_row(
            name,
            *(f"{column[name]:,.2f}" if name in column else "" for column in columns.values()),
        )
    return table


def _targets_table(rows: list[Row]) -> Table:
    table = Table("what is measured", "figure", "target", title="Targets")
    for row in rows:
        table.add_row(row.what, row.figure, row.target, style="green" if row.met else "red")
    return table


if __name__ == "__main__":
    typer.run(main)
