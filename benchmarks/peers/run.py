"""Other memories and ours, side by side: what they find, how fast they add and search, their size.

    python -m benchmarks.peers.run --peers-python .venv-peers/bin/python     (``make bench-peers``)

mem0 (``infer=False``, local Qdrant), LangChain's FAISS store, Chroma and Tapehead get the same
texts from the same embedder, each in a process of its own, one after the other. Adding and
searching are timed with the embedding in them. What is there before (up to 100,000 texts a user) is
filled in with keys that are made up: to embed it all would take hours, and real keys take as long.

Evidence is looked for where TAPEHEAD_EVAL_DATA names a folder with locomo-dev.jsonl: each turn as
"speaker: text", the ten best by each system's own search. docs/benchmarks.md tells what the figures
do not say.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from app.cli.evaluate import load_embedder
from app.settings import Settings
from benchmarks.peers.systems import QUIET
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, Points, draw
from benchmarks.support.synthetic_memories import CLUSTER, around, normal, questions, turns
from memory.evaluation.dataset import LabelledUser, load
from memory.evaluation.harness import BATCH, MADE_UP_START
from memory.evaluation.metrics import frac_at
from memory.types import with_speaker
from models.bundled import bundled_embedder
from models.embedder import Embedder

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = ROOT / "docs" / "peers.json"
PICTURE = ROOT / "docs" / "peers.png"
NAMES = {
    "tapehead": "Tapehead",
    "mem0": "mem0, local Qdrant",
    "langchain": "LangChain + FAISS",
    "chroma": "Chroma",
}
DIMENSION = 384
TIMES = 100
"""Searches and additions of a round."""
ROUNDS = ((1, 1_000), (1, 10_000), (1, 100_000), (1_000, 100))
"""Users, and slots of each: a million in all would take the slowest peer hours to fill."""

Found = dict[str, dict[str, Any]]


def measure(
    pythons: dict[str, str], rounds: Sequence[tuple[int, int]], times: int
) -> Iterator[dict[str, Found]]:
    """By what was measured, by system, by figure: what is known after each of the rounds.

    ``pythons`` are the interpreters by system.
    """
    figures: dict[str, Found] = {}
    with tempfile.TemporaryDirectory() as folder:
        if evaluation := os.environ.get("TAPEHEAD_EVAL_DATA"):
            users = list(load(Path(evaluation) / "locomo-dev.jsonl"))
            figures["evidence"] = evidence(pythons, users, Path(folder))
        for owners, slots in rounds:
            task = _speed_task(owners, slots, times, Path(folder))
            title = f"{owners:,} × {slots:,}"
            figures[title] = {
                system: _run(python, {**task, "system": system}, Path(folder))
                for system, python in pythons.items()
            }
            yield figures


def evidence(pythons: dict[str, str], users: Sequence[LabelledUser], folder: Path) -> Found:
    """Mean share of the evidence among the ten best, by system."""
    asked = [
        (user, [question for question in user.questions if question.answerable]) for user in users
    ]
    texts = sorted(
        {with_speaker(turn.name, turn.text) for user in users for turn in user.turns}
        | {question.question for _, theirs in asked for question in theirs},
        key=len,
    )
    with closing(load_embedder(Settings(_env_file=None))) as embedder:
        np.save(folder / "known.npy", asyncio.run(_embedded(embedder, texts)))
    task = {
        "task": "evidence",
        "embedder": str(bundled_embedder()),
        "texts": texts,
        "keys": str(folder / "known.npy"),
        "users": [
            {
                "id": user.user_id,
                "turns": [
                    (
                        with_speaker(turn.name, turn.text),
                        turn.session_id,
                        str(turn.timestamp or MADE_UP_START),
                    )
                    for turn in user.turns
                ],
                "questions": [question.question for question in theirs],
            }
            for user, theirs in asked
        ],
    }
    found: Found = {}
    for system, python in pythons.items():
        ranked = _run(python, {**task, "system": system}, folder)["found"]
        shares = []
        for (user, theirs), rankings in zip(asked, ranked, strict=True):
            told = {turn.turn_id: with_speaker(turn.name, turn.text) for turn in user.turns}
            for question, ranking in zip(theirs, rankings, strict=True):
                wanted = {told[turn_id] for turn_id in question.evidence_turn_ids}
                hits = np.array([text in wanted for text in dict.fromkeys(ranking)])
                shares.append(frac_at(hits, len(wanted), 10))
        found[system] = {"recall_at_10": float(np.mean(shares)), "questions": len(shares)}
    return found


async def _embedded(embedder: Embedder, texts: Sequence[str]) -> np.ndarray:
    parts = [
        await embedder.embed(texts[start : start + BATCH])
        for start in tqdm(range(0, len(texts), BATCH), desc="conversations embedded")
    ]
    return np.concatenate(parts)


def _speed_task(users: int, slots: int, times: int, folder: Path) -> dict[str, Any]:
    """Texts for one user, or for ten whose texts the others have again."""
    generator = np.random.default_rng(0)
    count = slots * min(users, 10)
    said_ones = list(islice(turns(generator), count + times))
    centres = normal(generator.normal(size=(max(count // CLUSTER, 1), DIMENSION)))
    np.save(folder / "keys.npy", around(generator, centres, count))
    return {
        "task": "speed",
        "embedder": str(bundled_embedder()),
        "texts": said_ones[:count],
        "later": said_ones[count:],
        "questions": list(islice(questions(said_ones[:count], generator), times)),
        "keys": str(folder / "keys.npy"),
        "users": users,
        "slots": slots,
    }


def _run(python: str, task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """One task in a process of its own. Raises CalledProcessError."""
    file = folder / "task.json"
    file.write_text(json.dumps(task), encoding="utf-8")
    command = [python, "-W", "ignore", "-m", "benchmarks.peers.worker", str(file)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | QUIET)
    found: dict[str, Any] = json.loads(file.with_suffix(".found").read_text(encoding="utf-8"))
    return found


def tables(figures: dict[str, Found]) -> str:
    """What was found, as Markdown: in brackets how many times as slow, or as large, as ours."""
    lines = []
    if found := figures.get("evidence"):
        ours = found["tapehead"]["recall_at_10"]
        rows = [
            (
                NAMES[system],
                f"{figure['recall_at_10']:.3f}",
                f"{ours / figure['recall_at_10']:.2f} ×",
            )
            for system, figure in found.items()
        ]
        number = found["tapehead"]["questions"]
        columns = ("LoCoMo-dev", f"evidence recall@10, {number} questions", "Tapehead's is")
        lines += [markdown(columns, rows), ""]
    columns = ("users × slots", "", "search, ms", "add a turn, ms", "memory, kB a slot")
    rows = []
    for title, found in figures.items():
        if title == "evidence":
            continue
        for number, (system, figure) in enumerate(found.items()):
            cells = (
                _beside(figure[name], found["tapehead"][name], unit)
                for name, unit in (("search_ms", 1), ("add_ms", 1), ("bytes_per_slot", 1000))
            )
            rows.append(("" if number else title, NAMES[system], *cells))
    return "\n".join([*lines, markdown(columns, rows)])


def panels(figures: dict[str, Found]) -> list[Panel]:
    """Searching and adding by the slots of one user."""
    alone = {
        int(title.removeprefix("1 × ").replace(",", "")): found
        for title, found in figures.items()
        if title.startswith("1 × ")
    }

    def lines(figure: str) -> dict[str, Points]:
        return {
            name: ([*alone], [found[system][figure] for found in alone.values()])
            for system, name in NAMES.items()
            if all(system in found for found in alone.values())
        }

    return [
        Panel("search, ms (median)", "slots of one user", lines("search_ms"), logarithmic=True),
        Panel("add a turn, ms (median)", "slots of one user", lines("add_ms"), logarithmic=True),
    ]


def _beside(value: float, ours: float, unit: float) -> str:
    told = f"{value / unit:,.1f}"
    return told if value == ours else f"{told} ({value / ours:.1f} ×)"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--peers-python", type=Path, required=True, help="has benchmarks/peers/requirements.txt"
    )
    parser.add_argument("--only", nargs="+", choices=[*NAMES][1:], default=[*NAMES][1:])
    parser.add_argument(
        "--most", type=int, default=100_000, help="slots in all: skip larger rounds"
    )
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--write", action="store_true", help="into docs/")
    asked = parser.parse_args()
    pythons = {"tapehead": sys.executable} | dict.fromkeys(asked.only, str(asked.peers_python))
    rounds = [each for each in ROUNDS if each[0] * each[1] <= asked.most]
    for figures in measure(pythons, rounds, asked.times):
        print(tables(figures))
        if asked.write:  # after each round: the last ones take long, and may be broken off
            write(figures)


def write(figures: dict[str, Found]) -> None:
    machine = describe()
    FIGURES.write_text(json.dumps({"machine": machine, **figures}, indent=2) + "\n")
    picture = draw(panels(figures), PICTURE)
    told = measured_with("make bench-peers", machine)
    print(publish(PAGE, f"{tables(figures)}\n\n{picture}\n\n{told}", "peers"))


if __name__ == "__main__":
    main()
