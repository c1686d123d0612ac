"""Training examples from labelled files, with the candidates of the service's recall."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from app.settings import Settings
from memory.evaluation.dataset import load
from memory.evaluation.examples import gather
from memory.evaluation.harness import Evaluation, temporary_database
from memory.evaluation.head_training import Example
from models.embedder import Embedder


@contextmanager
def labelled_examples(file: Path, embedder: Embedder) -> Iterator[tuple[Evaluation, list[Example]]]:
    """Yields the examples of one file and the evaluation whose database holds its memories."""
    limit = Settings(_env_file=None).memory_candidates
    with temporary_database() as database, tqdm(desc=file.name, unit="text") as bar:
        evaluation = Evaluation(database, embedder, {}, limit=limit, advance=bar.update)
        yield evaluation, asyncio.run(gather(evaluation, list(load(file)), file.name))
