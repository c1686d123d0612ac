"""``tapehead train``: trains a read head, and saves it only if it beats every baseline."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from app.cli.evaluation.evaluate import CannotEvaluate, load_embedder, progress_bar
from app.settings import Settings
from memory.evaluation import head_training
from memory.evaluation.comparison import COMPARED_BY, Scores, beats_all, compare
from memory.evaluation.dataset import BadData, LabelledUser, load
from memory.evaluation.examples import gather
from memory.evaluation.harness import Evaluation, temporary_database
from memory.evaluation.head_training import Example
from memory.head_choice import NoHead, choose_head, initial_head
from models.embedder import Embedder


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
    """Fit a head to these files, save it if it is promoted, and return whether it is.

    It is promoted if, on held-out users, frac@10 and MRR are above those of every baseline, and of
    the head with which it started (``start``: see ``initial_head``; that head may have been
    trained on these users). ``force`` saves it in any case. Raises CannotEvaluate.
    """
    try:
        users = {file: list(load(file)) for file in files}
        head = initial_head(start, name)
    except (BadData, NoHead, OSError) as error:
        raise CannotEvaluate(str(error)) from None
    with closing(load_embedder(settings)) as embedder:
        examples = _gather(settings, embedder, users)
    try:
        with progress_bar() as progress:
            task = progress.add_task("fitting", total=None)
            head_training.fit(
                head,
                examples,
                seed=seed,
                advance=lambda what: progress.update(task, description=what, advance=1),
            )
    except ValueError as error:
        raise CannotEvaluate(str(error)) from None
    answerable = [each for each in examples if each.answerable]
    held_out_users = head_training.choose_held_out(answerable, seed)
    held_out = [each for each in answerable if (each.source, each.user_id) in held_out_users]
    scores = compare(head, held_out)
    if start != "sum" and held_out:
        scores = {**scores, "start": compare(initial_head(start, name), held_out)["head"]}
    promoted = bool(held_out) and beats_all(scores)
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
        "held_out_questions": len(held_out),
        "held_out": scores,
        "promoted": promoted,
    }
    _show(scores, len(held_out), console)
    if promoted or force:
        head.save(out)
        console.print(f"Saved {head.version} to {out}.", highlight=False)
    else:
        console.print(
            "[yellow]Not saved:[/] it did not beat every baseline. Use --force to save it anyway."
        )
    return promoted


def _gather(
    settings: Settings,
    embedder: Embedder,
    users: Mapping[Path, Sequence[LabelledUser]],
) -> list[Example]:
    examples: list[Example] = []
    for file, of_file in users.items():
        with temporary_database() as database, progress_bar() as progress:
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


def _show(scores: Scores, questions: int, console: Console) -> None:
    if not questions:
        console.print("No comparison: a file needs at least five users to hold some out.")
        return
    table = Table(title=f"{questions} questions of held-out users", title_justify="left")
    table.add_column("")
    for metric in COMPARED_BY:
        table.add_column(metric, justify="right")
    for name, each in scores.items():
        table.add_row(name, *(f"{each[metric]:.3f}" for metric in COMPARED_BY))
    console.print(table)
