"""``tapehead train``: trains a read head, and saves it only if it beats every baseline."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from app.cli.evaluate import CannotEvaluate, load_embedder
from app.settings import Settings
from memory.evaluation import baselines, training
from memory.evaluation.dataset import BadData, LabelledUser, load
from memory.evaluation.examples import gather
from memory.evaluation.harness import Evaluation, temporary_database
from memory.evaluation.metrics import frac_at, reciprocal_rank
from memory.evaluation.training import Example
from memory.heads import NoHead, choose_head, start_from, weigh
from models.embedder import Embedder
from models.learned_head import LearnedHead

Scores = Mapping[str, Mapping[str, float]]
JUDGED_BY = ("frac@10", "mrr")


def train(
    settings: Settings,
    files: Sequence[Path],
    out: Path,
    console: Console,
    *,
    name: str,
    start: str,
    seed: int,
    licence: str,
    force: bool,
) -> bool:
    """Fit a head to these files and write it to ``out``, if it is promoted. Returns whether.

    It begins as ``start`` says (``heads.start_from``); users held out here may be among those that
    the start was trained on. It is promoted if, on users that were held
    out from its training, it finds more of the evidence (frac@10) and finds it sooner (MRR) than
    cosine, BM25, their sum and their fusion do, and another head with which it began. Raises
    CannotEvaluate.
    """
    try:
        users = {file: list(load(file)) for file in files}
        head = start_from(start, name)
    except (BadData, NoHead, OSError) as error:
        raise CannotEvaluate(str(error)) from None
    with closing(load_embedder(settings)) as embedder:
        examples = _gather(settings, embedder, users, console)
    try:
        with _progress(console) as progress:
            task = progress.add_task("fitting", total=None)
            training.fit(
                head,
                examples,
                seed=seed,
                advance=lambda what: progress.update(task, description=what, advance=1),
            )
    except ValueError as error:
        raise CannotEvaluate(str(error)) from None
    answerable = [each for each in examples if each.answerable]
    held_out = training.choose_held_out(answerable, seed)
    judged = [each for each in answerable if (each.source, each.user_id) in held_out]
    scores = compare(head, judged)
    if start != "sum" and judged:
        scores = {**scores, "start": compare(start_from(start, name), judged)["head"]}
    promoted = bool(judged) and beats_all(scores)
    head.card = {
        "trained": datetime.now(UTC).date().isoformat(),
        "embedder": embedder.name,
        "start": start if start == "sum" else choose_head(start).version,
        "seed": seed,
        "licence": licence,
        "data": {
            file.name: {
                "users": len(users[file]),
                "questions": sum(len(user.questions) for user in users[file]),
                "examples": sum(each.source == file.name for each in examples),
            }
            for file in files
        },
        "held_out_questions": len(judged),
        "held_out": scores,
        "promoted": promoted,
    }
    _show(scores, len(judged), console)
    if promoted or force:
        head.save(out)
        console.print(f"Saved {head.version} to {out}.", highlight=False)
    else:
        console.print(
            "[yellow]Not saved:[/] it did not beat every baseline. Use --force to save it anyway."
        )
    return promoted


def compare(head: LearnedHead, examples: Sequence[Example]) -> Scores:
    """Mean frac@10 and MRR of the head and of each untrained ranking, over these examples.

    Evidence that is not among the candidates counts for none of them.
    """
    found: dict[str, list[tuple[float, float]]] = {"head": []}
    for example in examples:
        candidates = example.candidates
        with torch.inference_mode():
            read = weigh(head, candidates)
        orders = {"head": read.ranking().numpy(), **baselines.order(candidates)}
        for name, order in orders.items():
            hits = example.evidence[order]
            wanted = int(example.evidence.sum())
            found.setdefault(name, []).append((frac_at(hits, wanted, 10), reciprocal_rank(hits)))
    return {
        name: dict(zip(JUDGED_BY, np.mean(each, axis=0).tolist(), strict=True))
        for name, each in found.items()
        if each
    }


def beats_all(scores: Scores) -> bool:
    """Whether the head is above every other by every measure."""
    others = [each for name, each in scores.items() if name != "head"]
    return all(scores["head"][by] > other[by] for other in others for by in JUDGED_BY)


def _gather(
    settings: Settings,
    embedder: Embedder,
    users: Mapping[Path, Sequence[LabelledUser]],
    console: Console,
) -> list[Example]:
    examples: list[Example] = []
    for file, of_file in users.items():
        with temporary_database() as database, _progress(console) as progress:
            turns = sum(len(user.turns) for user in of_file)
            task = progress.add_task(file.name, total=turns)
            evaluation = Evaluation(
                database,
                embedder,
                {},
                limit=settings.memory_candidates,
                advance=lambda steps: progress.advance(task, steps),  # noqa: B023 - used at once
            )
            try:
                examples += asyncio.run(gather(evaluation, of_file, file.name))
            except SQLAlchemyError as error:
                raise CannotEvaluate(f"{file}: {error}") from None
    return examples


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _show(scores: Scores, questions: int, console: Console) -> None:
    if not questions:
        console.print("No comparison: a file needs at least five users to hold some out.")
        return
    table = Table(title=f"{questions} questions of held-out users", title_justify="left")
    table.add_column("")
    for by in JUDGED_BY:
        table.add_column(by, justify="right")
    for name, each in scores.items():
        table.add_row(name, *(f"{each[by]:.3f}" for by in JUDGED_BY))
    console.print(table)
