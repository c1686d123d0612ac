"""Tables of an evaluation for the terminal."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from memory.evaluation.everyday_cases import EverydayCase
from memory.evaluation.metrics import METRICS
from memory.evaluation.token_budget import SELECTION

Numbers = Mapping[str, Any]
COMPARED = "frac@10"  # the metric of the table of categories
KINDS = {"unanswerable": "unanswerable", "foreign": "of another user"}
HEAD = "head"  # title of its column
EVERYDAY = ("kind", "cases", "kept", "share")
SHOWN = 120  # characters of a quoted memory


def show(found: Numbers, console: Console) -> None:
    """Print the summary of one file: recall, categories, abstention, evidence by tokens."""
    console.print(
        f"\n[bold]{escape(found['file'])}[/], read by [bold]{found['head']}[/]", highlight=False
    )
    if not found["overall"]["n"]:
        console.print("Recall cannot be measured: no question has complete evidence.")
        return
    console.print(_overall(found))
    console.print(_categories(found))
    if found["abstention"]:
        console.print(_abstention(found))
    console.print(_tokens(found))
    if found.get("answers"):
        console.print(_answers(found))
    seconds = found["seconds"]
    console.print(
        f"Find and read: {1000 * seconds['median']:.1f} ms (median), "
        f"{1000 * seconds['p95']:.1f} ms (95th percentile).",
        highlight=False,
    )


def show_everyday(rows: Sequence[tuple[str, bool]], console: Console) -> None:
    """Print the table of everyday cases. ``rows`` are the kind of each, and whether it is kept."""
    table = _table("Everyday cases", *EVERYDAY)
    for kind in dict.fromkeys(kind for kind, _ in rows):
        kept = [holds for each, holds in rows if each == kind]
        table.add_row(escape(kind), str(len(kept)), str(sum(kept)), f"{sum(kept) / len(kept):.1%}")
    total = [holds for _, holds in rows]
    if total:
        share = f"{sum(total) / len(total):.1%}"
        table.add_row("[bold]all[/]", str(len(total)), str(sum(total)), share)
    console.print(table)


def show_false_updates(number: int, controls: int, console: Console) -> None:
    """Print how many facts are quoted only if they are not mentioned again."""
    console.print(
        f"False updates: {number} of {controls} facts ({number / controls:.1%}) that are still "
        "true are quoted only without the later mention.",
        highlight=False,
        soft_wrap=True,
    )


def show_failing(failing: Sequence[tuple[EverydayCase, Sequence[str]]], console: Console) -> None:
    """Print the cases that fail, with what is quoted instead."""
    print_plain = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    for case, quoted in failing:
        print_plain(f"{case.id}: {case.question}")
        for text in case.missing(quoted):
            print_plain(f"  missing: {_beginning(text)}")
        unwanted = case.unwanted(quoted)
        for text in quoted:
            print_plain(f"  {'unwanted' if text in unwanted else 'quoted'}: {_beginning(text)}")


def _beginning(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _overall(found: Numbers) -> Table:
    overall, baselines = found["overall"], found["baselines"]
    title = (
        f"{overall['n']} questions, 95% bootstrap intervals. [green]+[/] / [red]−[/]: the head is "
        "better / worse, and the interval of the difference excludes 0"
    )
    table = _table(title, "", HEAD, "95% interval", *baselines)
    for measure in METRICS:
        low, high = overall["intervals"][measure]
        others = (_compared(baseline, measure) for baseline in baselines.values())
        between = f"[dim]{_share(low)}–{_share(high)}[/]"
        table.add_row(measure, _share(overall[measure]), between, *others)
    return table


def _compared(baseline: Numbers, measure: str) -> str:
    low, high = baseline["difference"]["intervals"][measure]
    mark = "[green]+[/]" if low > 0 else "[red]−[/]" if high < 0 else " "
    return f"{_share(baseline[measure])}{mark}"


def _categories(found: Numbers) -> Table:
    baselines = found["baselines"]
    table = _table(f"{COMPARED} by category", "", "n", HEAD, *baselines)
    for category, numbers in found["by_category"].items():
        others = (each["by_category"][category] for each in baselines.values())
        compared = (_share(each[COMPARED]) for each in (numbers, *others))
        table.add_row(escape(category), str(numbers["n"]), *compared)
    return table


def _abstention(found: Numbers) -> Table:
    names = list(next(iter(found["abstention"].values()))["baselines"])
    title = "Abstention: AUROC (answerable against other questions) and calibration error"
    table = _table(title, "", "n", HEAD, *names, "error")
    for kind, numbers in found["abstention"].items():
        shown = (numbers, *numbers["baselines"].values())
        table.add_row(
            KINDS[kind],
            " + ".join(map(str, numbers["n"])),
            *(_share(each["auroc"]) for each in shown),
            _share(numbers["calibration_error"]),
        )
    return table


def _tokens(found: Numbers) -> Table:
    """One row per budget. Other methods are interpolated at the tokens that the selection uses."""
    rest = {name: points for name, points in found["tokens"].items() if name != SELECTION}
    names = [HEAD if name == found["head"] else name for name in rest]
    title = "Evidence in the prompt: the head's selection, and top k with as many tokens"
    table = _table(title, "budget", "tokens", SELECTION, *names)
    for point in found["tokens"][SELECTION]:
        others = (
            np.interp(
                point["tokens"],
                [0, *(each["tokens"] for each in points)],
                [0, *(each["evidence"] for each in points)],
            )
            for points in rest.values()
        )
        shares = (_share(float(share)) for share in (point["evidence"], *others))
        table.add_row(str(point["limit"]), f"{point['tokens']:.0f}", *shares)
    return table


def _answers(found: Numbers) -> Table:
    table = _table(
        "Token F1 of the language model's answers, by the memories in its prompt",
        *("", "n", "F1", "95% interval"),
    )
    for way, numbers in found["answers"].items():
        low, high = numbers["interval"]
        table.add_row(
            HEAD if way == found["head"] else way,
            str(numbers["n"]),
            _share(numbers["f1"]),
            f"[dim]{_share(low)}–{_share(high)}[/]",
        )
    return table


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
