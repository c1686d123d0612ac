"""``tapehead explain``: why a reading weighed what it weighed, as bars."""

from typing import Any

from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.chat import one_line, when
from memory.types import SIGNALS

_BAR = 24  # columns
_ROUNDING = 1e-4
_LEAST_SHARE = 0.05  # a signal that moves the logit less is not told


def explain(reading: dict[str, Any], console: Console, *, most: int) -> None:
    """Print a reading as ``GET /v1/readings/{id}`` returns it: its ``most`` heaviest slots.

    A share is a signal's term in the slot's logit: where one slot's shares add up to 1 more than
    another's, it weighs e times as much.
    """
    parameters = reading["parameters"]
    steering = ", ".join(f"{name} {parameters[name]:.2f}" for name in ("beta", "gate", "gamma"))
    console.print(
        f"Read by [bold]{reading['head']}[/]: {steering}, shift {_kernel(parameters['kernel'])}",
        highlight=False,
    )
    for memory in reading["memories"][:most]:
        console.print(
            _weight(memory["score"], "green", memory["selected"], one_line(memory["memory"]))
        )
        shares = sorted(memory["shares"].items(), key=lambda share: -abs(share[1]))
        told = Table.grid(padding=(0, 2, 0, 0))
        told.add_column(width=16)
        for name, share in shares:
            if abs(share) >= _LEAST_SHARE:
                told.add_row(
                    Text(f"  {name}"),
                    Text(f"{share:+.2f}", style="green" if share > 0 else "red"),
                    Text(f"{memory['signals'][name]:.2f}, {SIGNALS.get(name, '')}", style="dim"),
                )
        console.print(f"  {when(memory)}")
        console.print(told)
    nothing = Text("nothing is relevant (the null slot)")
    console.print(_weight(reading["null_weight"], "bright_black", False, nothing))


def tell_replay(replayed: dict[str, Any], console: Console) -> None:
    """Print how far a reading is from the same read made again, memory by memory."""
    if replayed["largest_difference"] < _ROUNDING:
        console.print("[green]Read again of the memory as it was then: the same weights.[/]")
        return
    console.print(
        "[yellow]Read again of the memory as it was then: something was edited or forgotten "
        "since, or had no key yet.[/]"
    )
    now = {memory["id"]: memory["score"] for memory in replayed["now"]["memories"]}
    for memory in replayed["then"]["memories"]:
        weight = now.get(memory["id"], 0.0)
        if abs(weight - memory["score"]) >= _ROUNDING:
            moved = Text(f"  {memory['score']:.3f} → {weight:.3f}  ")
            console.print(moved + one_line(memory["memory"]))


def _weight(weight: float, color: str, selected: bool, text: Text) -> Table:
    row = Table.grid(padding=(0, 2, 0, 0))
    mark = Text("→" if selected else " ", style="bold green")
    row.add_row(Bar(1, 0, weight, width=_BAR, color=color), f"{weight:.3f}", mark, text)
    return row


def _kernel(kernel: list[float]) -> str:
    """The offsets that move any weight, in percent; 0 stays."""
    reach = len(kernel) // 2
    moved = [f"{i - reach:+d}: {share:.0%}" for i, share in enumerate(kernel) if share >= 0.005]
    return "none" if kernel[reach] >= 0.995 else ", ".join(moved)
