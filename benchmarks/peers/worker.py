"""Measure one system in its own process and virtual environment.

``python -m benchmarks.peers.worker TASK.json``: the task names the system and the measurement; the
results go to a file next to it.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.peers.sync_embedder import SyncEmbedder
from benchmarks.peers.systems import SYSTEMS, System, Turn

BEGIN, MINUTE = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1)
TURNS_PER_CONVERSATION = 40


def evidence(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The texts of the ten best turns for every question, with precomputed embeddings."""
    embeddings = np.load(task["keys"])
    precomputed = dict(zip(task["texts"], embeddings, strict=True))
    embedder = SyncEmbedder(task["embedder"], precomputed)
    system: System = SYSTEMS[task["system"]](embedder, folder)
    results = []
    for user in tqdm(task["users"], desc=f"{task['system']}: evidence", unit="user"):
        turns = [Turn(*turn) for turn in user["turns"]]
        system.fill(user["id"], turns, np.stack([precomputed[turn.text] for turn in turns]))
        results.append([system.search(user["id"], question) for question in user["questions"]])
    return {"found": results}


def speed(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Milliseconds of a search and an addition, alternating as in a chat, embedding included.

    ``bytes_per_slot`` is the growth of the process until every user was searched once.
    """
    embedder = SyncEmbedder(task["embedder"])
    system: System = SYSTEMS[task["system"]](embedder, folder)
    questions, additions = task["questions"], task["later"]
    for text in questions[:20]:
        embedder.embed(text)
    process = psutil.Process()
    before = process.memory_info().rss
    users, slots = task["users"], task["slots"]
    start = time.perf_counter()
    label = f"{task['system']}: {users:,} × {slots:,}"
    with tqdm(total=users * slots, desc=f"{label} filled", unit="slot") as bar:
        for number, (turns, embeddings) in enumerate(islice(_users(task), users)):
            system.fill(_user(number), turns, embeddings)
            bar.update(slots)
    filled = time.perf_counter() - start
    for number in range(users if system.lazy else 1):
        system.search(_user(number), questions[number % len(questions)])
    after = process.memory_info().rss

    searches, adds = [], []
    chosen = np.random.default_rng(1).integers(users, size=len(additions)).tolist()
    bar = tqdm(chosen, desc=f"{label} asked", unit="turn")
    cycled = islice(cycle(questions), len(additions))
    for number, question, text in zip(bar, cycled, additions, strict=True):
        start = time.perf_counter()
        system.search(_user(number), question)
        middle = time.perf_counter()
        system.add(_user(number), text)
        searches.append(middle - start)
        adds.append(time.perf_counter() - middle)
    return {
        "search_ms": 1e3 * float(np.median(searches)),
        "search_p95_ms": 1e3 * float(np.quantile(searches, 0.95)),
        "add_ms": 1e3 * float(np.median(adds)),
        "add_p95_ms": 1e3 * float(np.quantile(adds, 0.95)),
        "bytes_per_slot": (after - before) / (users * slots),
        "fill_per_second": users * slots / filled,
    }


def _users(task: dict[str, Any]) -> Iterator[tuple[list[Turn], np.ndarray]]:
    """Turns and embeddings of each user; they repeat when they are used up."""
    texts, embeddings, slots = task["texts"], np.load(task["keys"], mmap_mode="r"), task["slots"]
    for start in cycle(range(0, len(texts) - slots + 1, slots)):
        turns = [
            Turn(text, f"chat-{i // TURNS_PER_CONVERSATION}", (BEGIN + i * MINUTE).isoformat())
            for i, text in enumerate(texts[start : start + slots])
        ]
        yield turns, np.array(embeddings[start : start + slots])


def _user(number: int) -> str:
    return f"user-{number}"


TASKS = {"evidence": evidence, "speed": speed}


def main() -> None:
    file = Path(sys.argv[1])
    task = json.loads(file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        results = TASKS[task["task"]](task, Path(folder))
        file.with_suffix(".found").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
