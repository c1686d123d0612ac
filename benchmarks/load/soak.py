"""Run the service under a steady mix of requests to see whether its memory grows.

``python -m benchmarks.load.soak --minutes 30`` (or ``make soak MINUTES=30``) runs it as ``tapehead
serve`` does, with the real embedder and a paced language model. The mix has chats (some aborted),
memories added, searched, edited and forgotten, one-time users and invalid requests. Users forget
everything now and then, so the amount of data stays constant. The script samples resident memory,
open files and the latency of ``/health``, and plots them. It fails if a reply broke, a reply is
left pending, or the memory grows.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks.support.service_process import service

ROOT = Path(__file__).resolve().parents[2]
USERS = 40
WORKERS = 8
SAMPLES = 600
"""Maximum number of points of a curve."""
FLAT_MIB = 16.0
"""Allowed difference between the medians of the third and the last quarter."""
WARM_MINUTES = 10.0
"""Shorter runs are not judged: caches still fill and libraries still load."""
WORDS = ("apple", "river", "lamp", "otter", "violin", "north", "soup", "kite", "amber", "train")


def soak(
    minutes: float, seed: int, rate: float, log: Any = print
) -> tuple[list[tuple[float, ...]], list[str]]:
    """Run the mix at ``rate`` requests per second.

    Returns samples of (minute, MiB, open files, ms of /health) and a sentence for each fault.
    """
    log(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        with service("paced", Path(folder)) as (port, child):
            process = psutil.Process(child.pid)
            samples, counts = asyncio.run(_run_mix(port, process, minutes * 60, seed, rate))
        pending = _pending(Path(folder))
    log(json.dumps({**counts, "pending": pending}))
    faults = [f"{what}: {times}" for what, times in counts.items() if what.startswith("broken")]
    if pending:
        faults.append(f"{pending} replies are left pending")
    memory = np.array([sample[1] for sample in samples])
    third, last = (np.median(part) for part in np.array_split(memory, 4)[2:])
    log(f"{third:.1f} MiB in the third quarter, {last:.1f} MiB in the last")
    if minutes >= WARM_MINUTES and last - third > FLAT_MIB:
        faults.append(
            f"the memory grows: {last - third:.1f} MiB from the third quarter to the last"
        )
    if samples[-1][2] > samples[0][2] + 2 * WORKERS + 16:  # connections, and threads' databases
        faults.append(f"open files grow: {samples[0][2]} → {samples[-1][2]}")
    return samples, faults


def _pending(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "tapehead.db")) as connection:
        rows = connection.execute("SELECT count(*) FROM slots WHERE status = 'pending'")
        count: int = rows.fetchone()[0]
        return count


async def _run_mix(
    port: int, process: psutil.Process, seconds: float, seed: int, rate: float
) -> tuple[list[tuple[float, ...]], Counter[str]]:
    counts: Counter[str] = Counter()
    samples: list[tuple[float, ...]] = []
    started_at = time.monotonic()
    end = started_at + seconds
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

        async def work(number: int) -> None:
            rng = random.Random(f"{seed}/{number}")
            while time.monotonic() < end:
                await asyncio.sleep(rng.expovariate(rate / WORKERS))
                await _step(client, rng, counts)

        async def sample() -> None:
            while (now := time.monotonic()) < end:
                start = time.perf_counter()
                await client.get("/health")
                ms = (time.perf_counter() - start) * 1000
                mib = process.memory_info().rss / 2**20
                samples.append(((now - started_at) / 60, mib, process.num_fds(), ms))
                await asyncio.sleep(max(0.25, seconds / SAMPLES))

        await asyncio.gather(sample(), *map(work, range(WORKERS)))
    return samples, counts


async def _step(client: httpx.AsyncClient, rng: random.Random, counts: Counter[str]) -> None:
    """Send one random request and count it; count an unexpected response as broken."""
    one_time = rng.random() < 0.05
    user = f"once-{rng.random()}" if one_time else f"user-{rng.randrange(USERS)}"
    headers = {"X-User-Id": user}
    text = " ".join(rng.choices(WORDS, k=rng.randint(3, 60)))
    kind = rng.choices(
        ("chat", "leave", "whole", "add", "search", "edit", "forget", "bad"),
        (30, 10, 15, 15, 15, 5, 5, 5),
    )[0]
    counts[kind] += 1
    if kind in ("chat", "leave"):
        body = {"message": text, "stream": True, "max_tokens": rng.randint(1, 40)}
        leave = rng.randint(1, 20) if kind == "leave" else None
        if not await _stream(client, body, headers, leave):
            counts["broken chat"] += 1
        return
    if kind == "whole":
        response = await client.post("/v1/chat", json={"message": text}, headers=headers)
        expected = 409 if response.status_code == 409 else 200  # forgotten while it was written
    elif kind == "add":
        response = await client.post("/v1/memories", json={"text": text}, headers=headers)
        expected = 201
    elif kind == "search":
        response = await client.post("/v1/memories/search", json={"query": text}, headers=headers)
        expected = 200
    elif kind == "edit":
        rows = (await client.get("/v1/memories", params={"limit": 5}, headers=headers)).json()
        for memory in rows["results"][:1]:
            path = f"/v1/memories/{memory['id']}"
            edited = await client.patch(path, json={"text": text}, headers=headers)
            if edited.status_code not in (200, 404, 409):
                counts[f"broken edit {edited.status_code}"] += 1
        return
    elif kind == "forget":
        everything = {"everything": True}
        response = await client.delete("/v1/memories", params=everything, headers=headers)
        expected = 200
    else:
        response = await client.post("/v1/chat", content=b'{"message": "' + text.encode())
        expected = 400
    if response.status_code != expected:
        counts[f"broken {kind} {response.status_code}"] += 1


async def _stream(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str], leave: int | None
) -> bool:
    """Follow a chat, or abort it after ``leave`` events. Returns whether it went as expected."""
    async with client.stream("POST", "/v1/chat", json=body, headers=headers) as response:
        if response.status_code != 200:
            return False
        last, events = "", 0
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                last, events = line, events + 1
                if leave is not None and events >= leave:
                    return True
        # A user who forgets everything during a reply loses that reply as well.
        return last in ("event: done", "event: error")


def draw(samples: list[tuple[float, ...]], path: Path) -> None:
    from matplotlib.figure import Figure

    minutes, memory, files, health = np.array(samples).T
    figure = Figure(figsize=(9, 6), layout="constrained")
    curves = (
        (memory, "resident memory, MiB"),
        (files, "open files"),
        (health, "/health, ms"),
    )
    for place, (values, title) in enumerate(curves, start=1):
        axes = figure.add_subplot(3, 1, place)
        axes.plot(minutes, values, linewidth=1)
        axes.set_ylabel(title)
        axes.set_ylim(0, max(values) * 1.2)
        axes.grid(alpha=0.3)
    axes.set_xlabel("minutes")
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=10.0, help="requests a second")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--plot", type=Path, default=ROOT / "docs" / "soak.png")
    asked = parser.parse_args()
    samples, faults = soak(asked.minutes, asked.seed, asked.rate)
    with suppress(ImportError):
        draw(samples, asked.plot)
        print(f"drawn: {asked.plot}")
    if faults:
        raise SystemExit("; ".join(faults))


if __name__ == "__main__":
    main()
