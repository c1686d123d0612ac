"""Compare the speed of an import with that of embedding alone.

``python -m benchmarks.speed.importing`` prints the figures; ``--write`` updates docs/benchmarks.md.
Two measurements alternate: importing a file as ``tapehead import`` sends it, into SQLite with a
sync at each commit; and ``Embedder.embed`` of all its texts at once.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from app.cli.evaluation.evaluate import load_embedder
from app.fair_pools import WorkPools
from app.importers.archive import EndLine, dump
from app.importers.archive_records import header, line_of
from app.importers.export_conversion import ExportConverter
from app.importers.importer import Import
from app.main import Models, build
from app.settings import Settings
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import publish
from benchmarks.support.paced_model import PacedLanguage
from benchmarks.support.synthetic_memories import TURNS_PER_CONVERSATION, turns
from memory.db.database import Database
from memory.repositories.export import ArchivedMemory
from models.embedder import Embedder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
TEXTS, ROUNDS = 1_000, 5
PIECE = 65_536
"""Bytes per chunk of the request body."""


async def measure(embedder: Embedder, texts: int, rounds: int) -> dict[str, float]:
    """Texts per second of the import and of embedding alone, and the median of the ratios."""
    unused_turns = turns(np.random.default_rng(0))
    await embedder.embed(list(islice(unused_turns, 64)))
    speeds = []
    pools = WorkPools()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'import.db'}")
        database.migrate()
        models = Models(embedder, PacedLanguage(words=1, rate=1.0))  # not used by imports
        services, _ = build(Settings(_env_file=None), database, models, pools)
        for number in tqdm(range(rounds), desc="imports", unit="round"):
            batch = list(islice(unused_turns, texts))
            converter = ExportConverter(Path(folder), max_line_bytes=1 << 20, max_bytes=1 << 30)
            importing = Import(
                services.memory, pools, converter, f"user-{number}", max_line_bytes=1 << 20
            )
            start = time.perf_counter()
            async for _ in importing.run(_file(batch, number)):
                pass
            imported_at = time.perf_counter()
            assert importing.progress.imported == texts
            await embedder.embed(batch)
            speeds.append(
                (texts / (imported_at - start), texts / (time.perf_counter() - imported_at))
            )
        database.close()
    pools.close()
    imports, bares = np.array(speeds).T
    return {
        "imported_per_second": float(np.median(imports)),
        "embedded_per_second": float(np.median(bares)),
        "share": float(np.median(imports / bares)),
    }


async def _file(texts: Sequence[str], number: int) -> AsyncIterator[bytes]:
    memories = (
        ArchivedMemory(
            id=f"{number}-{i}",
            position=i + 1,
            kind="turn",
            role="assistant" if i % 2 else "user",
            speaker=None,
            text=text,
            status="complete",
            remembered=True,
            conversation_id=f"{number}-{i // TURNS_PER_CONVERSATION}",
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for i, text in enumerate(texts)
    )
    end = EndLine(type="end", memories=len(texts))
    body = b"".join([header(), *map(line_of, memories), dump(end)])
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=TEXTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--write", action="store_true", help="update docs/benchmarks.md")
    arguments = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        results = asyncio.run(measure(embedder, arguments.texts, arguments.rounds))
    summary = (
        f"{results['imported_per_second']:.0f} texts a second are imported, "
        f"{results['embedded_per_second']:.0f} embedded: {results['share']:.2f} ×."
    )
    print(summary)
    if arguments.write:
        print(publish(PAGE, f"{summary} {measured_with('make bench-scale', describe())}", "import"))


if __name__ == "__main__":
    main()
