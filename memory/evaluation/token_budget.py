"""The share of evidence in the prompt against the tokens spent on memories.

A token is counted as four characters, so that the numbers depend on no tokenizer.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from memory.evaluation.harness import AskedQuestion, Results
from memory.prompt import HEADER
from memory.quoting import quote
from memory.selection import select
from memory.types import Slot

BUDGETS = (32, 64, 128, 256, 512, 1024)
TOPS = (1, 2, 3, 4, 6, 8, 12, 16, 20)
# The curve of the service's own selection within each budget.
SELECTION = "selection"


@dataclass(frozen=True, slots=True)
class Point:
    """Means over questions: the tokens of the memory block and the share of the evidence in it.

    ``limit`` is the budget in tokens, or the k of a plain top k.
    """

    limit: int
    tokens: float
    evidence: float


Curves = dict[str, list[Point]]


def count_tokens(text: str) -> int:
    return math.ceil(len(text) / 4)


def curves(results: Results, head: str) -> Curves:
    """The head's selection within each budget, and the top k of every ranking."""
    answerable = [asked for asked in results.own if asked.question.answerable]
    if not answerable:
        return {}

    def top(name: str, asked: AskedQuestion, k: int) -> list[Slot]:
        slots = results.slots[asked.user_id]
        return [slots[turn_id] for turn_id in asked.rankings[name][:k]]

    def selected(asked: AskedQuestion, budget: int) -> list[Slot]:
        # A reading has fewer slots than its ranking, in the same order.
        reading = asked.readings[head]
        memories = select(
            reading,
            {slot.position: slot for slot in top(head, asked, len(reading.slots))},
            question=asked.question.question,
            budget_tokens=budget,
            count_tokens=count_tokens,
            visible=[asked.question.question],
        )
        return [memory.slot for memory in memories]

    def curve(
        choose: Callable[[AskedQuestion, int], list[Slot]], limits: Sequence[int]
    ) -> list[Point]:
        return [
            _mean(limit, results, [(asked, choose(asked, limit)) for asked in answerable])
            for limit in limits
        ]

    lines = {SELECTION: curve(selected, BUDGETS)}
    for name in answerable[0].rankings:
        lines[name] = curve(partial(top, name), TOPS)
    return lines


def _mean(
    limit: int, results: Results, read: Sequence[tuple[AskedQuestion, Sequence[Slot]]]
) -> Point:
    tokens = evidence = 0.0
    for asked, slots in read:
        of_user = results.slots[asked.user_id]
        relevant = {of_user[turn_id].position for turn_id in asked.question.evidence_turn_ids}
        evidence += sum(slot.position in relevant for slot in slots) / len(relevant)
        tokens += count_tokens("".join([HEADER, *map(quote, slots)])) if slots else 0
    return Point(limit, tokens / len(read), evidence / len(read))


def draw(files: dict[str, Curves], path: Path) -> None:
    """Plot the curves of each file side by side. Needs matplotlib."""
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
        axes.set_ylabel("share of the evidence in the prompt (mean)")
        axes.grid(alpha=0.3)
        if lines:
            axes.legend()
    figure.savefig(path, dpi=150)
