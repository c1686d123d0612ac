"""How many labelled questions does a head need? Fitted to a few, tried on people it has not seen.

    python -m benchmarks.quality.label_efficiency FILE.jsonl… -o docs/ablation.md

Each user of a file is held out in turn. Of the questions of the others a few are drawn, a head is
fitted to them as ``tapehead train`` does it, and measured on the questions of the one held out; the
same for several draws. Evidence that is not among recall's candidates counts for nobody. One fit
begins as the sum of cosine and BM25, one as the shipped head. Five minutes on two cores.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from app.cli.evaluate import load_embedder
from app.settings import Settings
from benchmarks.quality.examples import gathered
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, draw
from memory.evaluation import training
from memory.evaluation.comparison import compare
from memory.evaluation.training import Example
from memory.heads import initial_head

LABELS = (2, 4, 8, 16, 32, 64, 128)
STARTS = {"sum": "from the sum", "shipped": "from the shipped head"}
MEASURE = "frac@10"

Curve = dict[int, list[float]]
"""By number of labels: the measure, a mean over all users, of each draw."""


def needed(examples: Sequence[Example], draws: int) -> dict[str, Curve]:
    """The curves by what the fits begin with."""
    answerable = [each for each in examples if each.answerable]
    of_user: dict[str, list[Example]] = defaultdict(list)
    for each in answerable:
        of_user[each.user_id].append(each)
    curves: dict[str, Curve] = {start: {} for start in STARTS}
    steps = [*product(STARTS, LABELS, range(draws))]
    for start, labels, number in tqdm(steps, desc=examples[0].source, unit="draw"):
        if labels > len(answerable) - max(map(len, of_user.values())):
            continue  # for one of them the others have not so many
        found = []
        for user_id, theirs in of_user.items():
            others = [each for each in answerable if each.user_id != user_id]
            chosen = np.random.default_rng(number).permutation(len(others))[:labels]
            head = initial_head(start, "labels")
            training.fit(head, [others[i] for i in chosen.tolist()])
            found.append((compare(head, theirs)["head"][MEASURE], len(theirs)))
        values, counts = zip(*found, strict=True)
        mean = float(np.average(values, weights=counts))
        curves[start].setdefault(labels, []).append(mean)
    return curves


def untrained(examples: Sequence[Example]) -> dict[str, float]:
    """What needs no labels, the shipped head among it, on the same questions."""
    answerable = [each for each in examples if each.answerable]
    scores = compare(initial_head("shipped", "labels"), answerable)
    return {name: each[MEASURE] for name, each in scores.items()}


def rows(
    curves: Mapping[str, Curve], without: Mapping[str, float], name: str
) -> Iterator[Sequence[str]]:
    best = max((each for each in without if each != "head"), key=lambda each: without[each])
    for start, curve in curves.items():
        cells = [
            f"{np.mean(each):.3f} ({min(each):.3f})" if (each := curve.get(labels)) else "–"
            for labels in LABELS
        ]
        yield name, f"{best} {without[best]:.3f}", STARTS[start], *cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args()
    examples = {}
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        for file in given.files:
            with gathered(file, embedder) as (_, examples[file]):
                pass
    lines, panels = [], []
    for file in given.files:
        without, curves = untrained(examples[file]), needed(examples[file], given.draws)
        lines += rows(curves, without, file.stem)
        best = max(value for name, value in without.items() if name != "head")
        drawn = {
            STARTS[start]: ([*curve], [float(np.mean(each)) for each in curve.values()])
            for start, curve in curves.items()
        }
        drawn["shipped, no label"] = ([*LABELS], [without["head"]] * len(LABELS))
        panels.append(Panel(f"{file.stem}: {MEASURE}", "labelled questions", drawn, most=best))
    columns = ("", "best untrained", "fit", *map(str, LABELS))
    picture = draw(panels, given.out.with_name("labels.png"))
    print(publish(given.out, f"{markdown(columns, lines)}\n\n{picture}", "labels"))


if __name__ == "__main__":
    main()
