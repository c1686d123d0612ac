"""Tokens spent against evidence found: what a prompt pays for what it learns from the memory.

A token is taken as four characters, so that the numbers depend on no model's tokenizer.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from memory.evaluation.harness import Asked, Results
from memory.prompt import HEADER, select
from memory.quoting import quote
from memory.types import Slot

BUDGETS = (32, 64, 128, 256, 512, 1024)
TOPS = (1, 2, 3, 4, 6, 8, 12, 16, 20)
# The curve of what the service would put into the prompt, within each budget.
SELECTION = "selection"


@dataclass(frozen=True, slots=True)
class Point:
    """Means over questions: the tokens of a memory block, and the share of the evidence in it.

    ``limit`` is the budget in tokens, or the k of a plain top-k.
    """

    limit: int
    tokens: float
    evidence: float


Curves = dict[str, list[Point]]


def count_tokens(text: str) -> int:
    return math.ceil(len(text) / 4)


def curves(results: Results, head: str) -> Curves:
    """The head's selection over budgets, and the plain top k of every ranking over k."""
    counted = [asked for asked in results.own if asked.question.answerable]
    if not counted:
        return {}
    lines = {
        SELECTION: [
            _mean(
                budget,
                results,
                ((asked, _selected(results, asked, head, budget)) for asked in counted),
            )
            for budget in BUDGETS
        ]
    }
    for name in counted[0].rankings:
        lines[name] = [
            _mean(k, results, ((asked, _top(results, asked, name, k)) for asked in counted))
            for k in TOPS
        ]
    return lines


def _top(results: Results, asked: Asked, name: str, k: int) -> list[Slot]:
    theirs = results.slots[asked.user_id]
    return [theirs[turn_id] for turn_id in asked.rankings[name][:k]]


def _selected(results: Results, asked: Asked, head: str, budget: int) -> list[Slot]:
    """What ``memory/prompt.py`` takes of the head's reading."""
    # A reading is kept shorter than its ranking, and both are in the same order.
    reading = asked.readings[head]
    near = _top(results, asked, head, len(reading.slots))
    memories = select(
        reading,
        {slot.position: slot for slot in near},
        budget_tokens=budget,
        count_tokens=count_tokens,
        visible=[asked.question.question],
    )
    return [memory.slot for memory in memories]


def _mean(limit: int, results: Results, read: Iterable[tuple[Asked, Sequence[Slot]]]) -> Point:
    tokens: list[int] = []
    evidence: list[float] = []
    for asked, slots in read:
        theirs = results.slots[asked.user_id]
        wanted = {theirs[turn_id].position for turn_id in asked.question.evidence_turn_ids}
        evidence.append(sum(slot.position in wanted for slot in slots) / len(wanted))
        quoted = "".join([HEADER, *map(quote, slots)]) if slots else ""
        tokens.append(count_tokens(quoted))
    return Point(limit, sum(tokens) / len(tokens), sum(evidence) / len(evidence))


def draw(files: dict[str, Curves], path: Path) -> None:
    """The curves of each file, side by side, as a picture. Needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6 * len(files), 4.5), layout="constrained")
    for number, (title, lines) in enumerate(files.items(), start=1):
        axes = figure.add_subplot(1, len(files), number)
        for name, points in lines.items():
            ours = name == SELECTION
            axes.plot(
                [point.tokens for point in points],
                [point.evidence for point in points],
                marker="o" if ours else ".",
                linewidth=2.5 if ours else 1.2,
                label=f"{name} within a budget" if ours else f"{name}, top k",
            )
        axes.set_xscale("log")
        axes.set_title(title)
        axes.set_xlabel("tokens of memory in the prompt (mean)")
        axes.set_ylabel("share of the evidence among them (mean)")
        axes.grid(alpha=0.3)
        if lines:
            axes.legend()
    figure.savefig(path, dpi=150)
