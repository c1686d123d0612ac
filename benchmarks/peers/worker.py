"""What is measured of one system, in a process of its own and in whichever environment has it.

``python -m benchmarks.peers.worker TASK.json``: the task names the system and what to do; what came
out is written beside it. Nothing here knows what the figures are for.
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

from benchmarks.peers.sync_embedder import Embedding
from benchmarks.peers.systems import SYSTEMS, System, Turn

BEGIN, MINUTE = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1)
CONVERSATION = 40


def evidence(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The ten best of every question, by the text of the turn: keys are all looked up."""
    keys = np.load(task["keys"])
    known = dict(zip(task["texts"], keys, strict=True))
    embedding = Embedding(task["embedder"], known)
    system: System = SYSTEMS[task["system"]](embedding, folder)
    found = []
    for user in tqdm(task["users"], desc=f"{task['system']}: evidence", unit="user"):
        turns = [Turn(*turn) for turn in user["turns"]]
        system.fill(user["id"], turns, np.stack([known[turn.text] for turn in turns]))
        found.append([system.search(user["id"], question) for question in user["questions"]])
    return {"found": found}


def speed(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Milliseconds of searching and adding by turns, as a chat does, each with its embedding.

    Bytes are those that the process grew by until every user had been searched once, for a slot.
    """
    embedding = Embedding(task["embedder"])
    system: System = SYSTEMS[task["system"]](embedding, folder)
    questions, later = task["questions"], task["later"]
    for text in questions[:20]:
        embedding.of(text)
    process = psutil.Process()
    before = process.memory_info().rss
    users, slots = task["users"], task["slots"]
    start = time.perf_counter()
    named = f"{task['system']}: {users:,} × {slots:,}"
    with tqdm(total=users * slots, desc=f"{named} filled", unit="slot") as bar:
        for number, (turns, keys) in enumerate(islice(_tapes(task), users)):
            system.fill(_user(number), turns, keys)
            bar.update(slots)
    filled = time.perf_counter() - start
    for number in range(users if system.lazy else 1):
        system.search(_user(number), questions[number % len(questions)])
    after = process.memory_info().rss

    searches, adds = [], []
    chosen = np.random.default_rng(1).integers(users, size=len(later)).tolist()
    bar = tqdm(chosen, desc=f"{named} asked", unit="turn")
    asked = islice(cycle(questions), len(later))
    for number, question, text in zip(bar, asked, later, strict=True):
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


def _tapes(task: dict[str, Any]) -> Iterator[tuple[list[Turn], np.ndarray]]:
    """Each user's turns and their keys: there are only so many, so others have the same ones."""
    texts, keys, slots = task["texts"], np.load(task["keys"], mmap_mode="r"), task["slots"]
    for start in cycle(range(0, len(texts) - slots + 1, slots)):
        turns = [
            Turn(text, f"chat-{i // CONVERSATION}", (BEGIN + i * MINUTE).isoformat())
            for i, text in enumerate(texts[start : start + slots])
        ]
        yield turns, np.array(keys[start : start + slots])


def _user(number: int) -> str:
    return f"user-{number}"


TASKS = {"evidence": evidence, "speed": speed}


def main() -> None:
    file = Path(sys.argv[1])
    task = json.loads(file.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = TASKS[task["task"]](task, Path(folder))
        file.with_suffix(".found").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
