"""``tapehead explain``: shows the weights of a reading and their signals."""

from typing import Any

from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.chat import one_line, when
from memory.types import SIGNALS

_BAR = 24  # columns
_ROUNDING = 1e-4
_LEAST_SHARE = 0.05  # smaller contributions are not shown


PARTS = {
    "rule_small_talk": "Small talk: no memory is wanted.",
    "rule_interval": "Asked about a time: what was said then was read.",
    "rule_first": "Asked for the first: the beginning of the memory was read.",
    "rule_last": "Asked for the last: the end of the memory was read.",
    "rule_overview": "Asked for an overview: the nearest statements and others were read.",
    "rule_preferences": "Asked for advice: stated preferences were added.",
    "rule_attribute": "Asked about a part of life: the latest statements about it were added.",
    "rule_instructions": "Standing instructions for such requests were added.",
    "second_read": "What was found asked again: what was said later about it got weight, too.",
    "null_by_words": "The words alone decided whether a memory is relevant.",
    "wide": "Asked for several: many memories may be used.",
    "context": "Read together with the last messages of the conversation.",
}
"""What a reading's parameters beside the head's mean. The page says the same."""


def explain(reading: dict[str, Any], console: Console, *, most: int) -> None:
    """Print a reading of ``GET /v1/readings/{id}``: the ``most`` memories of largest weight.

    A share is a signal's term in a memory's logit. A sum of shares that is larger by 1 means e
    times the weight.
    """
    parameters = reading["parameters"]
    steering = ", ".join(f"{name} {parameters[name]:.2f}" for name in ("beta", "gate", "gamma"))
    console.print(
        f"Read by [bold]{reading['head']}[/]: {steering}, shift {_kernel(parameters['kernel'])}",
        highlight=False,
    )
    for name, meaning in PARTS.items():
        if name in parameters:
            console.print(f"  {meaning}", highlight=False)
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
    nothing = Text("no relevant memory (the null slot)")
    console.print(_weight(reading["null_weight"], "bright_black", False, nothing))


def tell_replay(replayed: dict[str, Any], console: Console) -> None:
    """Print the differences between a reading and its repetition."""
    if replayed["largest_difference"] < _ROUNDING:
        console.print("[green]The repeated read has the same weights.[/]")
        return
    console.print(
        "[yellow]The repeated read differs: memories were edited, forgotten or embedded since.[/]"
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
    """The shifts of the kernel with their shares. 0 is no shift."""
    reach = len(kernel) // 2
    moved = [f"{i - reach:+d}: {share:.0%}" for i, share in enumerate(kernel) if share >= 0.005]
    return "none" if kernel[reach] >= 0.995 else ", ".join(moved)
