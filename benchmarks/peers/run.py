"""Compare Tapehead with mem0, LangChain and Chroma: recall, speed and memory.

    python -m benchmarks.peers.run --peers-python .venv-peers/bin/python     (``make bench-peers``)

mem0 (``infer=False``, local Qdrant), LangChain's FAISS store, Chroma and Tapehead get the same
texts from the same embedder, each in its own process, one after the other. The times of an addition
and a search include the embedding. The initial memories (up to 100,000 texts per user) have
synthetic embeddings: embedding them would take hours, and the times do not depend on it.

Recall is measured if TAPEHEAD_EVAL_DATA names a folder with locomo-dev.jsonl: each turn is stored
as "speaker: text", and each system returns its ten best. docs/benchmarks.md has the caveats.
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

from app.cli.evaluation.evaluate import load_embedder
from app.settings import Settings
from benchmarks.peers.systems import QUIET
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.plots import Panel, Points, draw
from benchmarks.support.synthetic_memories import (
    CLUSTER_SIZE,
    questions,
    sample_clusters,
    turns,
    unit_vectors,
)
from memory.evaluation.dataset import LabelledUser, load
from memory.evaluation.harness import BATCH, DEFAULT_START
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
REPEATS = 100
"""Searches and additions per round."""
ROUNDS = ((1, 1_000), (1, 10_000), (1, 100_000), (1_000, 100))
"""Users, and slots of each. A million slots would take the slowest system hours to fill."""

SystemFigures = dict[str, dict[str, Any]]


def measure(
    pythons: dict[str, str], rounds: Sequence[tuple[int, int]], repeats: int
) -> Iterator[dict[str, SystemFigures]]:
    """All figures so far, after each round: by measurement, system and name.

    ``pythons`` are the interpreters by system.
    """
    figures: dict[str, SystemFigures] = {}
    with tempfile.TemporaryDirectory() as folder:
        if evaluation := os.environ.get("TAPEHEAD_EVAL_DATA"):
            users = list(load(Path(evaluation) / "locomo-dev.jsonl"))
            figures["evidence"] = evidence(pythons, users, Path(folder))
        for users, slots in rounds:
            task = _speed_task(users, slots, repeats, Path(folder))
            title = f"{users:,} × {slots:,}"
            figures[title] = {
                system: _run(python, {**task, "system": system}, Path(folder))
                for system, python in pythons.items()
            }
            yield figures


def evidence(pythons: dict[str, str], users: Sequence[LabelledUser], folder: Path) -> SystemFigures:
    """Mean recall@10 of the evidence, by system."""
    labelled = [
        (user, [question for question in user.questions if question.answerable]) for user in users
    ]
    texts = sorted(
        {with_speaker(turn.name, turn.text) for user in users for turn in user.turns}
        | {question.question for _, own in labelled for question in own},
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
                        str(turn.timestamp or DEFAULT_START),
                    )
                    for turn in user.turns
                ],
                "questions": [question.question for question in own],
            }
            for user, own in labelled
        ],
    }
    results: SystemFigures = {}
    for system, python in pythons.items():
        ranked = _run(python, {**task, "system": system}, folder)["found"]
        shares = []
        for (user, own), rankings in zip(labelled, ranked, strict=True):
            text_of = {turn.turn_id: with_speaker(turn.name, turn.text) for turn in user.turns}
            for question, ranking in zip(own, rankings, strict=True):
                evidence_texts = {text_of[turn_id] for turn_id in question.evidence_turn_ids}
                hits = np.array([text in evidence_texts for text in dict.fromkeys(ranking)])
                shares.append(frac_at(hits, len(evidence_texts), 10))
        results[system] = {"recall_at_10": float(np.mean(shares)), "questions": len(shares)}
    return results


async def _embedded(embedder: Embedder, texts: Sequence[str]) -> np.ndarray:
    parts = [
        await embedder.embed(texts[start : start + BATCH])
        for start in tqdm(range(0, len(texts), BATCH), desc="conversations embedded")
    ]
    return np.concatenate(parts)


def _speed_task(users: int, slots: int, repeats: int, folder: Path) -> dict[str, Any]:
    """A task with texts for at most ten users; further users repeat them."""
    generator = np.random.default_rng(0)
    count = slots * min(users, 10)
    texts = list(islice(turns(generator), count + repeats))
    centres = unit_vectors(generator.normal(size=(max(count // CLUSTER_SIZE, 1), DIMENSION)))
    np.save(folder / "keys.npy", sample_clusters(generator, centres, count))
    return {
        "task": "speed",
        "embedder": str(bundled_embedder()),
        "texts": texts[:count],
        "later": texts[count:],
        "questions": list(islice(questions(texts[:count], generator), repeats)),
        "keys": str(folder / "keys.npy"),
        "users": users,
        "slots": slots,
    }


def _run(python: str, task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run one task in its own process. Raises CalledProcessError."""
    file = folder / "task.json"
    file.write_text(json.dumps(task), encoding="utf-8")
    command = [python, "-W", "ignore", "-m", "benchmarks.peers.worker", str(file)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | QUIET)
    results: dict[str, Any] = json.loads(file.with_suffix(".found").read_text(encoding="utf-8"))
    return results


def tables(figures: dict[str, SystemFigures]) -> str:
    """The Markdown tables. Brackets have the ratio to Tapehead."""
    lines = []
    if results := figures.get("evidence"):
        ours = results["tapehead"]["recall_at_10"]
        rows = [
            (
                NAMES[system],
                f"{figure['recall_at_10']:.3f}",
                f"{ours / figure['recall_at_10']:.2f} ×",
            )
            for system, figure in results.items()
        ]
        number = results["tapehead"]["questions"]
        columns = ("LoCoMo-dev", f"evidence recall@10, {number} questions", "Tapehead's is")
        lines += [markdown(columns, rows), ""]
    columns = ("users × slots", "", "search, ms", "add a turn, ms", "memory, kB a slot")
    rows = []
    for title, results in figures.items():
        if title == "evidence":
            continue
        for number, (system, figure) in enumerate(results.items()):
            cells = (
                _with_ratio(figure[name], results["tapehead"][name], unit)
                for name, unit in (("search_ms", 1), ("add_ms", 1), ("bytes_per_slot", 1000))
            )
            rows.append(("" if number else title, NAMES[system], *cells))
    return "\n".join([*lines, markdown(columns, rows)])


def panels(figures: dict[str, SystemFigures]) -> list[Panel]:
    """Time of a search and an addition by the slots of one user."""
    alone = {
        int(title.removeprefix("1 × ").replace(",", "")): results
        for title, results in figures.items()
        if title.startswith("1 × ")
    }

    def lines(figure: str) -> dict[str, Points]:
        return {
            name: ([*alone], [results[system][figure] for results in alone.values()])
            for system, name in NAMES.items()
            if all(system in results for results in alone.values())
        }

    return [
        Panel("search, ms (median)", "slots of one user", lines("search_ms"), logarithmic=True),
        Panel("add a turn, ms (median)", "slots of one user", lines("add_ms"), logarithmic=True),
    ]


def _with_ratio(value: float, ours: float, unit: float) -> str:
    text = f"{value / unit:,.1f}"
    return text if value == ours else f"{text} ({value / ours:.1f} ×)"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--peers-python", type=Path, required=True, help="has benchmarks/peers/requirements.txt"
    )
    parser.add_argument("--only", nargs="+", choices=[*NAMES][1:], default=[*NAMES][1:])
    parser.add_argument(
        "--max-slots",
        type=int,
        default=100_000,
        help="skip rounds with more slots in total (default: 100000)",
    )
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, help="searches and additions per round"
    )
    parser.add_argument("--write", action="store_true", help="update docs")
    arguments = parser.parse_args()
    pythons = {"tapehead": sys.executable} | dict.fromkeys(
        arguments.only, str(arguments.peers_python)
    )
    rounds = [each for each in ROUNDS if each[0] * each[1] <= arguments.max_slots]
    for figures in measure(pythons, rounds, arguments.repeats):
        print(tables(figures))
        if arguments.write:  # after each round: the last ones take long and may be interrupted
            write(figures)


def write(figures: dict[str, SystemFigures]) -> None:
    machine = describe()
    FIGURES.write_text(json.dumps({"machine": machine, **figures}, indent=2) + "\n")
    picture = draw(panels(figures), PICTURE)
    source = measured_with("make bench-peers", machine)
    print(publish(PAGE, f"{tables(figures)}\n\n{picture}\n\n{source}", "peers"))


if __name__ == "__main__":
    main()
