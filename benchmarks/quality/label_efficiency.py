"""Learning curves of the read head: quality on held-out users by the number of labels.

    python -m benchmarks.quality.label_efficiency FILE.jsonl… -o docs/ablation.md

Each user of a file is held out in turn. A head is fitted to a random sample of the other users'
questions, as ``tapehead train`` does, and measured on the held-out user; this repeats for several
samples. Evidence that is not among recall's candidates is a miss for every head. One fit starts
from the sum of cosine and BM25, one from the shipped head. It takes five minutes on two cores.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from app.cli.evaluation.evaluate import load_embedder
from app.settings import Settings
from benchmarks.quality.examples import labelled_examples
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, draw
from memory.evaluation import head_training
from memory.evaluation.comparison import compare
from memory.evaluation.head_training import Example
from memory.head_choice import initial_head

LABELS = (2, 4, 8, 16, 32, 64, 128)
START_LABELS = {"sum": "from the sum", "shipped": "from the shipped head"}
MEASURE = "frac@10"

Curve = dict[int, list[float]]
"""``MEASURE`` of each sample, as a mean over all users, by number of labels."""


def learning_curves(examples: Sequence[Example], draws: int) -> dict[str, Curve]:
    """Learning curves by starting weights."""
    answerable = [each for each in examples if each.answerable]
    of_user: dict[str, list[Example]] = defaultdict(list)
    for each in answerable:
        of_user[each.user_id].append(each)
    curves: dict[str, Curve] = {start: {} for start in START_LABELS}
    steps = [*product(START_LABELS, LABELS, range(draws))]
    for start, labels, number in tqdm(steps, desc=examples[0].source, unit="draw"):
        if labels > len(answerable) - max(map(len, of_user.values())):
            continue  # too few labels when the largest user is held out
        scores = []
        for user_id, own in of_user.items():
            others = [each for each in answerable if each.user_id != user_id]
            chosen = np.random.default_rng(number).permutation(len(others))[:labels]
            head = initial_head(start, "labels")
            head_training.fit(head, [others[i] for i in chosen.tolist()])
            scores.append((compare(head, own)["head"][MEASURE], len(own)))
        values, counts = zip(*scores, strict=True)
        mean = float(np.average(values, weights=counts))
        curves[start].setdefault(labels, []).append(mean)
    return curves


def untrained(examples: Sequence[Example]) -> dict[str, float]:
    """``MEASURE`` of the shipped head and of every baseline, without labels."""
    answerable = [each for each in examples if each.answerable]
    scores = compare(initial_head("shipped", "labels"), answerable)
    return {name: each[MEASURE] for name, each in scores.items()}


def rows(
    curves: Mapping[str, Curve], untrained_scores: Mapping[str, float], name: str
) -> Iterator[Sequence[str]]:
    best = max(
        (each for each in untrained_scores if each != "head"),
        key=lambda each: untrained_scores[each],
    )
    for start, curve in curves.items():
        cells = [
            f"{np.mean(each):.3f} ({min(each):.3f})" if (each := curve.get(labels)) else "–"
            for labels in LABELS
        ]
        yield name, f"{best} {untrained_scores[best]:.3f}", START_LABELS[start], *cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("-o", "--out", type=Path, required=True)
    arguments = parser.parse_args()
    examples = {}
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        for file in arguments.files:
            with labelled_examples(file, embedder) as (_, examples[file]):
                pass
    lines, panels = [], []
    for file in arguments.files:
        untrained_scores, curves = (
            untrained(examples[file]),
            learning_curves(examples[file], arguments.draws),
        )
        lines += rows(curves, untrained_scores, file.stem)
        best = max(value for name, value in untrained_scores.items() if name != "head")
        curve_lines = {
            START_LABELS[start]: ([*curve], [float(np.mean(each)) for each in curve.values()])
            for start, curve in curves.items()
        }
        curve_lines["shipped, no label"] = ([*LABELS], [untrained_scores["head"]] * len(LABELS))
        panels.append(
            Panel(f"{file.stem}: {MEASURE}", "labelled questions", curve_lines, limit=best)
        )
    columns = ("", "best untrained", "fit", *map(str, LABELS))
    picture = draw(panels, arguments.out.with_name("labels.png"))
    print(publish(arguments.out, f"{markdown(columns, lines)}\n\n{picture}", "labels"))


if __name__ == "__main__":
    main()
