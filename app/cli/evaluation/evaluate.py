"""``tapehead eval``: measures a read head on labelled memories, beside untrained baselines."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError
from transformers.utils import logging as transformers_logging

from app import model_loading
from app.cli.evaluation import tables
from app.settings import Settings
from memory.evaluation import answers, token_budget
from memory.evaluation.dataset import BadData, LabelledUser, load
from memory.evaluation.harness import Evaluation, Results, temporary_database
from memory.evaluation.report import summarise
from memory.head_choice import Head, NoHead, choose_head
from models.bundled import BundledModelError
from models.embedder import Embedder, SentenceEmbedder
from models.embedding_queue import EmbedderError
from models.language.base import LanguageModelError

SHIPPED = "shipped"
PICTURES = (".png", ".svg", ".pdf")


class CannotEvaluate(Exception):
    """The evaluation cannot run. The message has the reason."""


def evaluate(
    settings: Settings,
    files: Sequence[Path],
    head: str,
    console: Console,
    *,
    to_json: Path | None = None,
    to_plot: Path | None = None,
    most_answers: int = 0,
) -> None:
    """Evaluate each file, print tables, and write the requested files.

    ``most_answers``: number of questions of each file that the language model answers. ``head``:
    "shipped", "multilingual", "identity", "hybrid" or the path of a head. Raises CannotEvaluate.
    """
    check_outputs(to_json, to_plot)
    try:
        chosen, shipped = choose_head(head), choose_head(SHIPPED)
    except NoHead as error:
        raise CannotEvaluate(str(error)) from None
    heads = {chosen.version: chosen}
    if shipped.version != chosen.version:
        heads[SHIPPED] = shipped
    try:
        users = {file: list(load(file)) for file in files}
    except (BadData, OSError) as error:
        raise CannotEvaluate(str(error)) from None

    numbers: list[dict[str, Any]] = []
    lines: dict[str, token_budget.Curves] = {}
    with closing(load_embedder(settings)) as embedder:
        for file in files:
            results = _run(settings, embedder, heads, users[file], file.name)
            found = {
                "file": str(file),
                "head": chosen.version,
                **summarise(results, chosen.version),
            }
            lines[file.name] = token_budget.curves(results, chosen.version)
            found["tokens"] = {
                name: [asdict(point) for point in points]
                for name, points in lines[file.name].items()
            }
            if most_answers:
                found["answers"] = _answers(settings, results, chosen.version, most_answers)
            numbers.append(found)
            tables.show(found, console)
    if to_json is not None:
        whole = numbers[0] if len(numbers) == 1 else numbers
        to_json.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if to_plot is not None:
        token_budget.draw(lines, to_plot)


def check_outputs(to_json: Path | None, to_plot: Path | None = None) -> None:
    """Check the paths before the evaluation, which takes minutes. Raises CannotEvaluate."""
    for path in (to_json, to_plot):
        if path is not None and not path.parent.is_dir():
            raise CannotEvaluate(f"The folder {path.parent} does not exist. Create it.")
    if to_plot is None:
        return
    if find_spec("matplotlib") is None:
        raise CannotEvaluate(
            "--plot needs matplotlib: .venv/bin/pip install -c constraints.txt -e '.[plots]'."
        )
    if to_plot.suffix not in PICTURES:
        raise CannotEvaluate(f"--plot {to_plot.name} must end in one of {', '.join(PICTURES)}.")


def load_embedder(settings: Settings) -> SentenceEmbedder:
    """The embedder of the settings, and no language model. Equal texts get equal vectors each time,
    so that a head is trained to the same bytes again. Raises CannotEvaluate.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs
    try:
        return model_loading.load_embedder(settings, steady=True)
    except (BundledModelError, OSError, ValueError) as error:
        raise CannotEvaluate(f"Cannot load the embedding model: {error}") from None


def _answers(settings: Settings, results: Results, head: str, most: int) -> dict[str, Any]:
    """Token F1 of the answers for each kind of memory. Raises CannotEvaluate."""

    async def run() -> dict[str, Any]:
        language = model_loading.load_language(settings)
        await language.start()
        try:
            task = progress.add_task("answers", total=None)
            return await answers.answers(
                language,
                results,
                head,
                most,
                lambda steps: progress.advance(task, steps),
                at_once=min(answers.AT_ONCE, settings.max_concurrent_replies),
            )
        finally:
            await language.close()

    with progress_bar() as progress:
        try:
            return asyncio.run(run())
        except (LanguageModelError, BundledModelError, OSError, ValueError) as error:
            raise CannotEvaluate(f"The language model failed: {error}") from None


def progress_bar() -> Progress:
    """On stderr, if that is a terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _run(
    settings: Settings,
    embedder: Embedder,
    heads: Mapping[str, Head],
    users: Sequence[LabelledUser],
    title: str,
) -> Results:
    """Store the turns and ask the questions, in a temporary database."""
    with temporary_database() as database, progress_bar() as progress:
        task = progress.add_task(title, total=None)
        evaluation = Evaluation(
            database,
            embedder,
            heads,
            limit=settings.memory_candidates,
            advance=lambda steps: progress.advance(task, steps),
        )
        progress.update(task, total=evaluation.steps(users))
        try:
            return asyncio.run(evaluation.run(users))
        except (EmbedderError, SQLAlchemyError) as error:
            raise CannotEvaluate(f"{title}: {error}") from None
