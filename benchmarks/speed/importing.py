"""How fast a memory is imported, beside nothing but the embedding of its texts.

``python -m benchmarks.speed.importing`` prints the numbers (``--write``: into docs/benchmarks.md).
Rounds of the two take turns: a file as ``tapehead import`` sends it, into SQLite with a sync at
each commit; and ``Embedder.embed`` of all its texts at once.
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

from app.cli.evaluate import load_embedder
from app.importers.archive_reader import EndLine, dump, header, line_of
from app.importers.conversion import Foreign
from app.importers.importer import Import
from app.settings import Settings
from app.work_pools import WorkPools
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import publish
from benchmarks.support.synthetic_memories import CONVERSATION, turns
from memory.db.database import Database
from memory.repositories.export import ArchivedMemory
from memory.repositories.restore import Restore
from models.embedder import Embedder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
TEXTS, ROUNDS = 1_000, 5
PIECE = 65_536
"""Bytes of a body that come at a time."""


async def measure(embedder: Embedder, texts: int, rounds: int) -> dict[str, float]:
    """Texts per second of both, and the median of their ratios."""
    said = turns(np.random.default_rng(0))
    await embedder.embed(list(islice(said, 64)))
    speeds = []
    pools = WorkPools()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'import.db'}")
        database.migrate()
        for number in tqdm(range(rounds), desc="imports", unit="round"):
            theirs = list(islice(said, texts))
            foreign = Foreign(Path(folder), longest=1 << 20, room=1 << 30)
            importing = Import(
                *(Restore(database), embedder, pools, foreign, f"user-{number}"), longest=1 << 20
            )
            start = time.perf_counter()
            async for _ in importing.run(_file(theirs, number)):
                pass
            middle = time.perf_counter()
            assert importing.progress.imported == texts
            await embedder.embed(theirs)
            speeds.append((texts / (middle - start), texts / (time.perf_counter() - middle)))
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
            conversation_id=f"{number}-{i // CONVERSATION}",
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
    parser.add_argument("--write", action="store_true", help="into docs/")
    asked = parser.parse_args()
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        found = asyncio.run(measure(embedder, asked.texts, asked.rounds))
    told = (
        f"{found['imported_per_second']:.0f} texts a second are imported, "
        f"{found['embedded_per_second']:.0f} embedded: {found['share']:.2f} ×."
    )
    print(told)
    if asked.write:
        print(publish(PAGE, f"{told} {measured_with('make bench-scale', describe())}", "import"))


if __name__ == "__main__":
    main()
