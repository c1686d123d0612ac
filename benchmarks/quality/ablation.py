"""Ablation of the read head: fit it without each part and measure it on held-out users.

    python -m benchmarks.quality.ablation TRAIN.jsonl… --on EVAL.jsonl… -o docs/ablation.md

The head is fitted to the first files as it ships, then without each signal, trait and input of the
null slot (its column is set to 0), and without any trait. Each variation is measured on the files
after ``--on`` with the candidates of the service's recall; evidence that is not among them is a
miss for every variation. It takes twenty minutes on two cores.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float64
from sklearn.metrics import roc_auc_score
from torch import Tensor
from tqdm import tqdm

from app.cli.evaluation.evaluate import load_embedder
from app.settings import Settings
from benchmarks.quality.examples import labelled_examples
from benchmarks.support.markdown_tables import publish
from memory.evaluation import head_training
from memory.evaluation.comparison import compare
from memory.evaluation.head_training import Example
from memory.head_choice import set_to_sum, weigh
from memory.types import SIGNALS, TRAITS, Candidates
from models.embedder import Embedder
from models.learned_head import EVIDENCE, LearnedHead

SEED = 0

Change = Callable[[Candidates], Candidates]


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the questions of one file. AUROC: null weight against unanswerable questions."""

    frac_at_10: float
    mrr: float
    auroc: float


def examples_of(files: Sequence[Path], embedder: Embedder) -> dict[str, list[Example]]:
    """Examples of each file."""
    found = {}
    for file in files:
        with labelled_examples(file, embedder) as (_, found[file.name]):
            pass
    return found


class WithoutEvidence(LearnedHead):
    """A head whose null slot lacks one of its inputs."""

    def __init__(self, missing: str) -> None:
        super().__init__("ablation", tuple(SIGNALS), tuple(TRAITS))
        self._seen = torch.tensor([name != missing for name in EVIDENCE])

    def evidence(
        self, signals: Float[Tensor, "candidates signals"], logits: Float64[Tensor, " candidates"]
    ) -> Float64[Tensor, " evidence"]:
        return super().evidence(signals, logits) * self._seen


@dataclass(frozen=True, slots=True)
class Variation:
    """A head to fit, and the change of the candidates that it reads."""

    group: str
    name: str
    head: LearnedHead
    seen: Change


def variations() -> Iterator[Variation]:
    """All variations; the first is the head as it ships."""
    columns, steering = list(SIGNALS), list(TRAITS)[1:]

    def baseline(without: Change = lambda each: each) -> tuple[LearnedHead, Change]:
        head = LearnedHead("ablation", tuple(SIGNALS), tuple(TRAITS))
        return head, lambda each: without(
            replace(each, signals=each.signals[:, : len(columns)].copy())
        )

    yield Variation("", "as it ships", *baseline())
    for signal in columns:
        yield Variation(
            "without the signal", signal, *baseline(_without("signals", SIGNALS, signal))
        )
    for trait in steering:
        yield Variation("without the trait", trait, *baseline(_without("traits", TRAITS, trait)))
    everything = _without("traits", TRAITS, *steering)
    yield Variation("without the trait", "all of these", *baseline(everything))
    for part in EVIDENCE[1:]:
        yield Variation("null slot without", part, WithoutEvidence(part), baseline()[1])


def _without(field: str, names: Iterable[str], *missing: str) -> Change:
    columns = [list(names).index(name) for name in missing]

    def blank(candidates: Candidates) -> Candidates:
        array = getattr(candidates, field).copy()
        array[..., columns] = 0
        return replace(candidates, **{field: array})

    return blank


def ablate(
    train: Sequence[Example], on: Mapping[str, Sequence[Example]]
) -> Iterator[tuple[Variation, dict[str, Scores]]]:
    """Fit and measure each variation."""
    for variation in tqdm([*variations()], desc="fits", unit="fit"):

        def seen(each: Example, change: Change = variation.seen) -> Example:
            return replace(each, candidates=change(each.candidates))

        head_training.fit(set_to_sum(variation.head), [*map(seen, train)], seed=SEED)
        yield (
            variation,
            {name: measure(variation.head, [*map(seen, each)]) for name, each in on.items()},
        )


def measure(head: LearnedHead, examples: Sequence[Example]) -> Scores:
    scores = compare(head, [each for each in examples if each.answerable])["head"]
    with torch.inference_mode():
        doubts = np.array([float(weigh(head, each.candidates).null_weight) for each in examples])
    unanswerable = np.array([not each.answerable for each in examples])
    return Scores(scores["frac@10"], scores["mrr"], roc_auc_score(unanswerable, doubts))


def table(rows: Iterable[tuple[Variation, dict[str, Scores]]]) -> Iterator[str]:
    """Lines of the Markdown table: figures of the first variation, differences for the others."""
    first: dict[str, Scores] = {}
    group = ""
    for variation, scores in rows:
        if not first:
            first = scores
            measures = "".join(f" {file}: frac@10 | MRR | AUROC |" for file in scores)
            yield f"| |{measures}"
            yield "|---|" + "---|" * 3 * len(scores)
            cells = [f"{value:.3f}" for each in scores.values() for value in astuple(each)]
            yield f"| **{variation.name}** | {' | '.join(cells)} |"
            continue
        if variation.group != group:
            group = variation.group
            yield f"| *{group}* |" + " |" * 3 * len(scores)
        pairs = (zip(astuple(scores[file]), astuple(first[file]), strict=True) for file in scores)
        cells = [f"{now - then:+.3f}" for pair in pairs for now, then in pair]
        yield f"| {variation.name} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--on", type=Path, nargs="+", required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    arguments = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        examples = examples_of([*arguments.train, *arguments.on], embedder)
    train = [each for file in arguments.train for each in examples[file.name]]
    on = {file.stem: examples[file.name] for file in arguments.on}
    print(publish(arguments.out, "\n".join(table(ablate(train, on)))))


if __name__ == "__main__":
    main()
