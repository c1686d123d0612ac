"""Measure whether six attackers can delay another user's chat (``make attack``).

``python -m benchmarks.load.attack [NAME …] [--seconds S] [--seed N] [--write]``. Six users run
each attack of ``attackers.py`` at the same time; the last round runs all attacks together, one user
each. Meanwhile another user chats, and a probe requests ``/health`` twenty times a second. The
service runs in its own process as with ``tapehead serve``, with the real embedder and a language
model that needs no processor time. After each attack the service gets SIGTERM, and the script looks
up every acknowledged reply in the database.

The run fails beyond these bounds: first word after twice the idle time plus a second; ``/health``
p99 of 100 ms; 300 MB of additional memory; 10 s to stop; no acknowledged reply lost.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sqlite3
import tempfile
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import uvloop
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.load.attackers import ATTACKS, attack, prepare
from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.service_process import service

DOCS = Path(__file__).resolve().parents[2] / "docs"
RESULTS, PAGE = DOCS / "attack.json", DOCS / "trust.md"
ATTACKERS = 6
EVERYTHING = "everything"
IDLE_CHATS = 10
MAX_HEALTH_MS, MAX_MEMORY_MB, MAX_STOP_SECONDS = 100.0, 300.0, 10.0
PROBES_PER_SECOND = 20
CHAT_TIMEOUT = 60.0


class ChatUser:
    """A user who chats and records the time to the first word and the acknowledged replies."""

    def __init__(self, port: int) -> None:
        self.first_words: list[float] = []
        self.failures = 0
        self.acknowledged: list[str] = []
        self._port = port

    async def chat(self, seconds: float, peak: int = 10**6) -> None:
        """Chat sequentially for ``seconds``, with at least one and at most ``peak`` chats."""
        end = time.monotonic() + seconds
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._port}",
            headers={"X-User-Id": "victim"},
            timeout=CHAT_TIMEOUT,
        ) as client:
            for number in range(peak):
                await self._chat_once(client, number)
                if time.monotonic() >= end:
                    return
                await asyncio.sleep(0.1)

    async def _chat_once(self, client: httpx.AsyncClient, number: int) -> None:
        body = {"message": f"note {number} of mine", "stream": True, "max_tokens": 5}
        start = time.perf_counter()
        started = False
        try:
            async with client.stream("POST", "/v1/chat", json=body) as response:
                name = ""
                async for line in response.aiter_lines():
                    if line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: ") and name == "delta" and not started:
                        started = True
                        self.first_words.append(time.perf_counter() - start)
                    elif line.startswith("data: ") and name == "done":
                        self.acknowledged.append(json.loads(line.removeprefix("data: "))["id"])
        except httpx.HTTPError:
            pass
        if not started:
            self.failures += 1
            self.first_words.append(time.perf_counter() - start)


def measure(name: str, seconds: float, seed: int) -> dict[str, Any]:
    names = list(ATTACKS) if name == EVERYTHING else [name] * ATTACKERS
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=spawn) as attack_pool,
        ProcessPoolExecutor(1, mp_context=spawn) as chat_pool,
        service("paced", _with_memories(Path(folder), names)) as (port, child),
    ):
        process = psutil.Process(child.pid)
        idle, *_ = chat_pool.submit(_chat, port, 1.0, IDLE_CHATS).result()
        before = _memory(process)
        # The attack outlasts the measurement, so that SIGTERM arrives during it.
        attacking = attack_pool.submit(_attack, port, names, seconds + 5, seed)
        chatting = chat_pool.submit(_chat, port, seconds, 10**6)
        health, peak = _probe(port, process, chatting)
        first_words, failures, acknowledged = chatting.result()
        start = time.perf_counter()
        child.terminate()
        child.join(60)
        stop_seconds = time.perf_counter() - start
        statuses = attacking.result()
        lost = _lost(Path(folder), acknowledged)
    return {
        "attack": name,
        "seed": seed,
        "idle_s": _percentiles(idle),
        "begin_s": _percentiles(first_words),
        "broken": failures,
        "health_ms": {key: round(each * 1000, 1) for key, each in _percentiles(health).items()},
        "memory_mb": round((peak - before) / 1e6),
        "stop_s": round(stop_seconds, 1),
        "lost": lost,
        "answered": dict(sorted(statuses.items())),
    }


def violations(result: dict[str, Any]) -> list[str]:
    """One sentence for each bound that the result exceeds."""
    first_word, bound = result["begin_s"]["max"], 2 * result["idle_s"]["p50"] + 1
    checks = [
        (first_word > bound, f"first word after {first_word:.2f} s, allowed are {bound:.2f}"),
        (result["broken"], f"{result['broken']} chats broke"),
        (
            result["health_ms"]["p99"] > MAX_HEALTH_MS,
            f"/health took {result['health_ms']['p99']} ms (p99)",
        ),
        (result["memory_mb"] > MAX_MEMORY_MB, f"{result['memory_mb']} MB more memory"),
        (result["stop_s"] > MAX_STOP_SECONDS, f"SIGTERM took {result['stop_s']} s"),
        (result["lost"], f"{result['lost']} acknowledged replies are lost"),
    ]
    return [f"{result['attack']}: {words}" for violated, words in checks if violated]


def _with_memories(folder: Path, names: list[str]) -> Path:
    prepare(folder, names)
    return folder


def _attack(port: int, names: list[str], seconds: float, seed: int) -> Counter[str]:
    return uvloop.run(attack(port, names, seconds, seed))


def _chat(port: int, seconds: float, peak: int) -> tuple[list[float], int, list[str]]:
    chatting = ChatUser(port)
    uvloop.run(chatting.chat(seconds if peak > IDLE_CHATS else 10**6, peak))
    return chatting.first_words, chatting.failures, chatting.acknowledged


def _probe(port: int, process: psutil.Process, until: Future[Any]) -> tuple[list[float], int]:
    """Seconds of each ``/health`` request; peak bytes of the service and its children."""
    latencies, peak = [], 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=CHAT_TIMEOUT) as client:
        while not until.done():
            start = time.perf_counter()
            with suppress(httpx.HTTPError):
                client.get("/health")
            latencies.append(time.perf_counter() - start)
            peak = max(peak, _memory(process))
            time.sleep(max(0.0, 1 / PROBES_PER_SECOND - latencies[-1]))
    return latencies, peak


def _memory(process: psutil.Process) -> int:
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _percentiles(values: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(values, (50, 99)).tolist()
    return {"p50": round(p50, 4), "p99": round(p99, 4), "max": round(max(values), 4)}


def _lost(folder: Path, acknowledged: list[str]) -> int:
    with closing(sqlite3.connect(folder / "tapehead.db")) as connection:
        checks = connection.execute("SELECT id FROM slots WHERE status = 'complete'")
        stored = {row[0] for row in checks}
    return len(set(acknowledged) - stored)


def table(results: dict[str, Any]) -> str:
    """The Markdown table: for each attack a row for each version."""
    columns = [
        "six attackers", "version", "chat begins, idle", "median", "slowest", "/health p99",
        "memory", "SIGTERM",
    ]  # fmt: skip
    rows = []
    for name in [*ATTACKS, EVERYTHING]:
        for label in ("before", "after"):
            result = results.get(label, {}).get(name)
            if result is not None:
                first_word = result["begin_s"]
                rows.append(
                    [
                        name.replace("_", " "),
                        label,
                        f"{result['idle_s']['p50'] * 1000:.0f} ms",
                        f"{first_word['p50']:.2f} s",
                        f"{first_word['max']:.2f} s"
                        + (f", {result['broken']} broken" * bool(result["broken"])),
                        f"{result['health_ms']['p99']:.0f} ms",
                        f"{result['memory_mb']:+d} MB",
                        f"{result['stop_s']:.1f} s",
                    ]
                )
    return f"{markdown(columns, rows)}\n\n{measured_with('make attack', results['machine'])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    every = [*ATTACKS, EVERYTHING]
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"attacks to run (default: {' '.join(every)})"
    )
    parser.add_argument("--seconds", type=float, default=12.0, help="of each attack (default: 12)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--label", default="after", help="key in docs/attack.json (default: after)")
    parser.add_argument("--write", action="store_true", help="update docs/trust.md")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(every)
    if unknown:
        parser.error(f"unknown attack: {' '.join(sorted(unknown))}")
    print(f"seed {arguments.seed}")
    result, violated = {}, []
    for name in tqdm(arguments.names or every, desc="attacks", unit="attack"):
        result[name] = measure(name, arguments.seconds, arguments.seed)
        tqdm.write(json.dumps(result[name]))
        violated += violations(result[name])
    if arguments.write:
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results["machine"] = describe()
        results.setdefault(arguments.label, {}).update(result)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(publish(PAGE, table(results), "attack"))
    if violated:
        raise SystemExit("\n".join(violated))


if __name__ == "__main__":
    main()
