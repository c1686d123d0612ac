"""Labelled memories as a head gets to see them: the candidates of the service's own recall."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from app.settings import Settings
from memory.evaluation.dataset import load
from memory.evaluation.examples import gather
from memory.evaluation.harness import Evaluation, temporary_database
from memory.evaluation.training import Example
from models.embedder import Embedder


@contextmanager
def gathered(file: Path, embedder: Embedder) -> Iterator[tuple[Evaluation, list[Example]]]:
    """The examples of one file, and where its users' memories are until this is left."""
    limit = Settings(_env_file=None).memory_candidates
    with temporary_database() as database, tqdm(desc=file.name, unit="text") as bar:
        evaluation = Evaluation(database, embedder, {}, limit=limit, advance=bar.update)
        yield evaluation, asyncio.run(gather(evaluation, list(load(file)), file.name))
