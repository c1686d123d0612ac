"""Compares the networks' error rates with published ones, and plots their attention."""

from collections.abc import Sequence
from random import Random

import matplotlib as mpl
import torch
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from benchmarks.support.markdown_tables import markdown, publish
from experiments.babi.checkpoints import BABI_RESULTS, load, recorded_results
from experiments.babi.dataset import STORIES, encode
from experiments.babi.story import Question, Story
from models.ntm.memory_network import MemoryNetwork

mpl.use("Agg")
import matplotlib.pyplot as plt

PAGE = BABI_RESULTS.parent.with_name("babi.md")
PICTURE = BABI_RESULTS.with_name("hops.png")
TASK_NAMES = (
    *("one supporting fact", "two supporting facts", "three supporting facts"),
    *("two-argument relations", "three-argument relations", "yes or no", "counting", "lists"),
    *("negation", "indefinite knowledge", "coreference", "conjunction", "compound coreference"),
    *("time", "deduction", "induction", "positions", "sizes", "path finding", "motivations"),
)
# Per cent of wrong answers on bAbI itself, 1,000 questions per task, one network for all tasks.
# Source: table 1 of Sukhbaatar et al. 2015, columns "PE LS joint" for 1 and 2 hops and "PE LS RN
# joint" for 3, copied from public lists of this table.
PUBLISHED = {
    1: (
        *(0.8, 62.0, 76.9, 22.8, 11.0, 7.2, 15.9, 13.2, 5.1, 10.6),
        *(8.4, 0.4, 6.3, 36.9, 46.4, 47.4, 44.4, 9.6, 90.7, 0.0),
    ),
    2: (
        *(0.0, 15.6, 31.6, 2.2, 13.4, 2.3, 25.4, 11.7, 2.0, 5.0),
        *(1.2, 0.0, 0.2, 8.1, 0.5, 51.3, 41.2, 10.3, 89.9, 0.1),
    ),
    3: (
        *(0.0, 11.4, 21.9, 13.4, 14.4, 2.8, 18.3, 9.3, 1.9, 6.5),
        *(0.3, 0.1, 0.2, 6.9, 0.0, 2.7, 40.4, 9.4, 88.0, 0.0),
    ),
}
SHOWN_TASKS = (1, 2, 15)
"""Tasks with one supporting statement, with two, and with two for a deduction."""
MAX_STATEMENTS = 12
STORIES_SEED = 3
MIN_PRINTED_WEIGHT = 0.1
"""Minimum weight that is printed in the plot."""


def draw() -> None:
    """Write the plot, print the table, and insert it into docs/babi.md."""
    console = Console()
    rows = list(_rows())
    table = Table(*COLUMNS, title="Wrong answers, per cent")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(publish(PAGE, markdown(COLUMNS, rows), "babi"))
    _draw_hops()
    console.print(f"Written: {PICTURE.name}")


COLUMNS = (
    "task",
    *(f"{hops} hop{'s' * (hops > 1)}" for hops in PUBLISHED),
    *(f"MemN2N, {hops}" for hops in PUBLISHED),
)


def _rows() -> list[Sequence[str]]:
    recorded = recorded_results()
    tasks = range(1, len(TASK_NAMES) + 1)
    ours = [
        [100 * recorded[str(hops)]["errors"][str(task)] for task in tasks] for hops in PUBLISHED
    ]
    columns = [*ours, *PUBLISHED.values()]
    rows = [
        (f"{number} {name}", *(f"{column[number - 1]:.1f}" for column in columns))
        for number, name in enumerate(TASK_NAMES, start=1)
    ]
    means = (f"**{sum(column) / len(column):.1f}**" for column in columns)
    return [*rows, ("**mean**", *means)]


def _draw_hops() -> None:
    """Plot the attention of every hop for one story of each of ``SHOWN_TASKS``."""
    network, word_ids = load(3)
    shown = [_example(network, word_ids, task) for task in SHOWN_TASKS]
    figure, axes = plt.subplots(len(shown), 1, figsize=(8, 9), layout="constrained")
    for axis, (story, question, weights, answer) in zip(axes, shown, strict=True):
        _draw_story(axis, story, question, weights, answer)
    figure.savefig(PICTURE, dpi=120)
    plt.close(figure)


def _example(
    network: MemoryNetwork, word_ids: dict[str, int], task: int
) -> tuple[Story, Question, torch.Tensor, str]:
    """The first short story of a task, its last question, the weights and the network's answer."""
    random = Random(f"{STORIES_SEED}/{task}")
    while True:
        story = STORIES[task](random)
        question = story.questions[-1]
        if question.visible <= MAX_STATEMENTS:
            break
    example = encode([Story(task, story.statements, (question,))], word_ids)
    with torch.no_grad():
        scores, weights = network(example.statements, example.ages, example.questions)
    words_by_id = {word_id: word for word, word_id in word_ids.items()}
    return story, question, weights[:, 0, : question.visible], words_by_id[int(scores.argmax())]


def _draw_story(
    axis: Axes, story: Story, question: Question, weights: torch.Tensor, answer: str
) -> None:
    axis.imshow(weights.T.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    lines = story.statements[: question.visible]
    marks = ["●" if number in question.support else " " for number in range(len(lines))]
    axis.set_yticks(
        range(len(lines)), [f"{line}  {mark}" for line, mark in zip(lines, marks, strict=True)]
    )
    axis.set_xticks(range(len(weights)), [f"hop {hop}" for hop in range(1, len(weights) + 1)])
    for hop, line in (weights >= MIN_PRINTED_WEIGHT).nonzero().tolist():
        weight = float(weights[hop, line])
        colour = "white" if weight > 0.5 else "black"
        axis.text(hop, line, f"{weight:.2f}", ha="center", va="center", color=colour)
    verdict = "right" if answer == question.answer.lower() else f"wrong: {question.answer}"
    axis.set_title(f"{question.text}  {answer} ({verdict})", loc="left", fontsize=11)
