"""What each part of the read head is for: the head fitted without it, on people it has never seen.

    python -m benchmarks.quality.ablation TRAIN.jsonl… --on EVAL.jsonl… -o docs/ablation.md

The head is fitted to the first files once as it ships, and once without each signal, trait and
input of the null slot (the column is 0 everywhere), without any trait, and with a second hop. Each
is measured on the files after ``--on`` by the candidates of the service's own recall; evidence that
is not among those counts for nobody. Twenty minutes on two cores, most of them for keys and fits.

The second hop (Sukhbaatar et al. 2015, "End-To-End Memory Networks") is one more signal: the cosine
of a slot's key with what the first hop read elsewhere, Σ w_j k_j over its heaviest slots but the
slot itself.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, Float64
from torch import Tensor
from tqdm import tqdm

from app.cli.evaluate import load_embedder
from app.cli.train import compare
from app.settings import Settings
from benchmarks.quality.examples import gathered
from benchmarks.support.markdown_tables import publish
from memory.evaluation import training
from memory.evaluation.harness import Evaluation
from memory.evaluation.metrics import auroc
from memory.evaluation.training import Example
from memory.heads import Head, as_sum, choose_head, weigh
from memory.types import SIGNALS, TRAITS, Candidates
from models.embedder import Embedder
from models.learned_head import EVIDENCE, LearnedHead

HOP_SLOTS = 3
SEED = 0

Change = Callable[[Candidates], Candidates]


@dataclass(frozen=True, slots=True)
class Found:
    """Means over the questions of one file; AUROC is of doubt, of those with an answer or none."""

    frac_at_10: float
    mrr: float
    auroc: float


def examples_of(files: Sequence[Path], embedder: Embedder) -> dict[str, list[Example]]:
    """The examples of each file, their candidates with the column of the second hop at the end."""
    first = choose_head("shipped")
    found = {}
    for file in files:
        with gathered(file, embedder) as (evaluation, examples):
            keys = {
                user_id: _keys(evaluation, user_id)
                for user_id in {each.owner_id for each in examples}
            }
        found[file.name] = [
            replace(each, candidates=_with_hop(first, each.candidates, keys[each.owner_id]))
            for each in examples
        ]
    return found


def _keys(evaluation: Evaluation, user_id: str) -> dict[int, Float32[np.ndarray, " dim"]]:
    _, changes = evaluation.memories.changes(user_id, 0)
    nothing = np.zeros(evaluation.embedder.dimension, np.float32)
    return {
        change.position: nothing if change.slot.embedding is None else change.slot.embedding
        for change in changes
        if change.slot is not None
    }


def _with_hop(
    head: Head, candidates: Candidates, keys: Mapping[int, Float32[np.ndarray, " dim"]]
) -> Candidates:
    """The candidates with one more signal, by what the head reads in the first hop."""
    if not len(candidates):
        return replace(candidates, signals=np.zeros((0, len(SIGNALS) + 1), np.float32))
    theirs = np.stack([keys[position] for position in candidates.positions.tolist()])
    with torch.inference_mode():
        weights = weigh(head, candidates).weights.numpy().astype(np.float32)
    weights[np.argsort(-weights, kind="stable")[HOP_SLOTS:]] = 0
    elsewhere = weights @ theirs - weights[:, None] * theirs
    lengths = np.linalg.norm(elsewhere, axis=1)
    along = np.einsum("rd,rd->r", elsewhere, theirs) / np.where(lengths > 1e-6, lengths, 1)
    return replace(candidates, signals=np.column_stack([candidates.signals, along]))


class WithoutEvidence(LearnedHead):
    """A head whose null slot does not see one of its inputs."""

    def __init__(self, missing: str) -> None:
        super().__init__("ablation", tuple(SIGNALS), tuple(TRAITS))
        self._seen = torch.tensor([name != missing for name in EVIDENCE])

    def evidence(
        self, signals: Float[Tensor, "candidates signals"], logits: Float64[Tensor, " candidates"]
    ) -> Float64[Tensor, " evidence"]:
        return super().evidence(signals, logits) * self._seen


class WithHop(LearnedHead):
    """A head with the signal of the second hop, in standard deviations like the other cosines."""

    def __init__(self) -> None:
        super().__init__("ablation", (*SIGNALS, "second_hop"), tuple(TRAITS))
        self._graded[-1] = True


@dataclass(frozen=True, slots=True)
class Variation:
    """A head to be fitted, and the candidates as it gets to see them."""

    group: str
    name: str
    head: LearnedHead
    seen: Change


def variations() -> Iterator[Variation]:
    """As it ships, first."""
    columns, steering = list(SIGNALS), list(TRAITS)[1:]

    def plain(without: Change = lambda each: each) -> tuple[LearnedHead, Change]:
        head = LearnedHead("ablation", tuple(SIGNALS), tuple(TRAITS))
        return head, lambda each: without(
            replace(each, signals=each.signals[:, : len(columns)].copy())
        )

    yield Variation("", "as it ships", *plain())
    for signal in columns:
        yield Variation("without the signal", signal, *plain(_without("signals", SIGNALS, signal)))
    for trait in steering:
        yield Variation("without the trait", trait, *plain(_without("traits", TRAITS, trait)))
    everything = _without("traits", TRAITS, *steering)
    yield Variation("without the trait", "all of these", *plain(everything))
    for part in EVIDENCE[1:]:
        yield Variation("null slot without", part, WithoutEvidence(part), plain()[1])
    yield Variation("with", "a second hop", WithHop(), lambda each: each)


def _without(field: str, names: Iterable[str], *missing: str) -> Change:
    columns = [list(names).index(name) for name in missing]

    def blank(candidates: Candidates) -> Candidates:
        array = getattr(candidates, field).copy()
        array[..., columns] = 0
        return replace(candidates, **{field: array})

    return blank


def ablate(
    train: Sequence[Example], on: Mapping[str, Sequence[Example]]
) -> Iterator[tuple[Variation, dict[str, Found]]]:
    """Fit and measure each variation."""
    for variation in tqdm([*variations()], desc="fits", unit="fit"):

        def seen(each: Example, change: Change = variation.seen) -> Example:
            return replace(each, candidates=change(each.candidates))

        training.fit(as_sum(variation.head), [*map(seen, train)], seed=SEED)
        yield (
            variation,
            {name: measure(variation.head, [*map(seen, each)]) for name, each in on.items()},
        )


def measure(head: LearnedHead, examples: Sequence[Example]) -> Found:
    scores = compare(head, [each for each in examples if each.answerable])["head"]
    with torch.inference_mode():
        doubts = np.array([float(weigh(head, each.candidates).null_weight) for each in examples])
    nothing = np.array([not each.answerable for each in examples])
    return Found(scores["frac@10"], scores["mrr"], auroc(doubts, nothing))


def table(rows: Iterable[tuple[Variation, dict[str, Found]]]) -> Iterator[str]:
    """The rows as lines of Markdown: of the first the figures, of the rest what they differ by."""
    first: dict[str, Found] = {}
    group = ""
    for variation, found in rows:
        if not first:
            first = found
            measures = "".join(f" {file}: frac@10 | MRR | AUROC |" for file in found)
            yield f"| |{measures}"
            yield "|---|" + "---|" * 3 * len(found)
            cells = [f"{value:.3f}" for each in found.values() for value in astuple(each)]
            yield f"| **{variation.name}** | {' | '.join(cells)} |"
            continue
        if variation.group != group:
            group = variation.group
            yield f"| *{group}* |" + " |" * 3 * len(found)
        pairs = (zip(astuple(found[file]), astuple(first[file]), strict=True) for file in found)
        cells = [f"{now - then:+.3f}" for pair in pairs for now, then in pair]
        yield f"| {variation.name} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--on", type=Path, nargs="+", required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    given = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        examples = examples_of([*given.train, *given.on], embedder)
    train = [each for file in given.train for each in examples[file.name]]
    on = {file.stem: examples[file.name] for file in given.on}
    print(publish(given.out, "\n".join(table(ablate(train, on)))))


if __name__ == "__main__":
    main()
