"""Can six attackers hold up somebody else's chat? (``make attack``)

``python -m benchmarks.load.attack [NAME …] [--seconds S] [--seed N] [--write]``. Each attack of
``attackers.py`` is done by six users at once; at the end one user does each, all together. Beside
them one user chats, and ``/health`` is asked twenty times a second. The service runs as ``tapehead
serve`` does, in a process of its own, with the real embedder and a model that costs nothing: a chat
begins with its first word. After each attack the service is told to stop (SIGTERM), and what the
user was promised is looked up in the database.

Bounds (the run fails beyond them): the chat begins within twice its idle time and a second;
``/health`` p99 100 ms; 300 MB more memory; SIGTERM 10 s; nothing acknowledged is lost.
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
HEALTH_MS, MEMORY_MB, STOP_SECONDS = 100.0, 300.0, 10.0
PROBES_A_SECOND = 20
VICTIM_TIMEOUT = 60.0


class Victim:
    """Somebody who chats, and notes what was acknowledged."""

    def __init__(self, port: int) -> None:
        self.begins: list[float] = []
        self.broken = 0
        self.acknowledged: list[str] = []
        self._port = port

    async def chat(self, seconds: float, most: int = 10**6) -> None:
        """One chat after the other, for so long, and at least one."""
        end = time.monotonic() + seconds
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._port}",
            headers={"X-User-Id": "victim"},
            timeout=VICTIM_TIMEOUT,
        ) as client:
            for number in range(most):
                await self._chat_once(client, number)
                if time.monotonic() >= end:
                    return
                await asyncio.sleep(0.1)

    async def _chat_once(self, client: httpx.AsyncClient, number: int) -> None:
        body = {"message": f"note {number} of mine", "stream": True, "max_tokens": 5}
        began = time.perf_counter()
        begun = False
        try:
            async with client.stream("POST", "/v1/chat", json=body) as response:
                name = ""
                async for line in response.aiter_lines():
                    if line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: ") and name == "delta" and not begun:
                        begun = True
                        self.begins.append(time.perf_counter() - began)
                    elif line.startswith("data: ") and name == "done":
                        self.acknowledged.append(json.loads(line.removeprefix("data: "))["id"])
        except httpx.HTTPError:
            pass
        if not begun:
            self.broken += 1
            self.begins.append(time.perf_counter() - began)


def measure(name: str, seconds: float, seed: int) -> dict[str, Any]:
    names = list(ATTACKS) if name == EVERYTHING else [name] * ATTACKERS
    fresh = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=fresh) as attackers,
        ProcessPoolExecutor(1, mp_context=fresh) as victims,
        service("paced", _prepared(Path(folder), names)) as (port, child),
    ):
        process = psutil.Process(child.pid)
        idle, *_ = victims.submit(_chat, port, 1.0, IDLE_CHATS).result()
        before = _memory(process)
        # It goes on a little after all was measured, for the service to be stopped in the midst.
        attacking = attackers.submit(_attack, port, names, seconds + 5, seed)
        victim = victims.submit(_chat, port, seconds, 10**6)
        health, most = _probe(port, process, victim)
        begins, broken, acknowledged = victim.result()
        began = time.perf_counter()
        child.terminate()
        child.join(60)
        stopped = time.perf_counter() - began
        answered = attacking.result()
        lost = _lost(Path(folder), acknowledged)
    return {
        "attack": name,
        "seed": seed,
        "idle_s": _seconds(idle),
        "begin_s": _seconds(begins),
        "broken": broken,
        "health_ms": {key: round(each * 1000, 1) for key, each in _seconds(health).items()},
        "memory_mb": round((most - before) / 1e6),
        "stop_s": round(stopped, 1),
        "lost": lost,
        "answered": dict(sorted(answered.items())),
    }


def faults(told: dict[str, Any]) -> list[str]:
    """The bounds that it broke, in words."""
    begin, bound = told["begin_s"]["max"], 2 * told["idle_s"]["p50"] + 1
    found = [
        (begin > bound, f"a chat began after {begin:.2f} s, {bound:.2f} are allowed"),
        (told["broken"], f"{told['broken']} chats broke"),
        (told["health_ms"]["p99"] > HEALTH_MS, f"/health took {told['health_ms']['p99']} ms (p99)"),
        (told["memory_mb"] > MEMORY_MB, f"{told['memory_mb']} MB more memory"),
        (told["stop_s"] > STOP_SECONDS, f"SIGTERM took {told['stop_s']} s"),
        (told["lost"], f"{told['lost']} acknowledged replies are lost"),
    ]
    return [f"{told['attack']}: {words}" for wrong, words in found if wrong]


def _prepared(folder: Path, names: list[str]) -> Path:
    prepare(folder, names)
    return folder


def _attack(port: int, names: list[str], seconds: float, seed: int) -> Counter[str]:
    return uvloop.run(attack(port, names, seconds, seed))


def _chat(port: int, seconds: float, most: int) -> tuple[list[float], int, list[str]]:
    victim = Victim(port)
    uvloop.run(victim.chat(seconds if most > IDLE_CHATS else 10**6, most))
    return victim.begins, victim.broken, victim.acknowledged


def _probe(port: int, process: psutil.Process, until: Future[Any]) -> tuple[list[float], int]:
    """Times of ``/health``, and the most memory of the service and its children, in bytes."""
    latencies, most = [], 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=VICTIM_TIMEOUT) as client:
        while not until.done():
            began = time.perf_counter()
            with suppress(httpx.HTTPError):
                client.get("/health")
            latencies.append(time.perf_counter() - began)
            most = max(most, _memory(process))
            time.sleep(max(0.0, 1 / PROBES_A_SECOND - latencies[-1]))
    return latencies, most


def _memory(process: psutil.Process) -> int:
    total = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _seconds(values: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(values, (50, 99)).tolist()
    return {"p50": round(p50, 4), "p99": round(p99, 4), "max": round(max(values), 4)}


def _lost(folder: Path, acknowledged: list[str]) -> int:
    with closing(sqlite3.connect(folder / "tapehead.db")) as connection:
        found = connection.execute("SELECT id FROM slots WHERE status = 'complete'")
        kept = {row[0] for row in found}
    return len(set(acknowledged) - kept)


def table(results: dict[str, Any]) -> str:
    """Before and after, an attack a row."""
    columns = [
        "six attackers", "version", "chat begins, idle", "median", "slowest", "/health p99",
        "memory", "SIGTERM",
    ]  # fmt: skip
    rows = []
    for name in [*ATTACKS, EVERYTHING]:
        for label in ("before", "after"):
            told = results.get(label, {}).get(name)
            if told is not None:
                begin = told["begin_s"]
                rows.append(
                    [
                        name.replace("_", " "),
                        label,
                        f"{told['idle_s']['p50'] * 1000:.0f} ms",
                        f"{begin['p50']:.2f} s",
                        f"{begin['max']:.2f} s"
                        + (f", {told['broken']} broken" * bool(told["broken"])),
                        f"{told['health_ms']['p99']:.0f} ms",
                        f"{told['memory_mb']:+d} MB",
                        f"{told['stop_s']:.1f} s",
                    ]
                )
    return f"{markdown(columns, rows)}\n\n{measured_with('make attack', results['machine'])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    every = [*ATTACKS, EVERYTHING]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {' '.join(every)}")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--label", default="after", help="the column in docs/attack.json")
    parser.add_argument("--write", action="store_true", help="write docs/trust.md, too")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(every)
    if unknown:
        parser.error(f"unknown attack: {' '.join(sorted(unknown))}")
    print(f"seed {asked.seed}")
    told, wrong = {}, []
    for name in tqdm(asked.names or every, desc="attacks", unit="attack"):
        told[name] = measure(name, asked.seconds, asked.seed)
        tqdm.write(json.dumps(told[name]))
        wrong += faults(told[name])
    if asked.write:
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results["machine"] = describe()
        results.setdefault(asked.label, {}).update(told)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(publish(PAGE, table(results), "attack"))
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
