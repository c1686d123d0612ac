"""The service for half an hour, used as people use it, to see whether it grows.

``python -m benchmarks.load.soak --minutes 30`` (or ``make soak MINUTES=30``) runs it as ``tapehead
serve`` does, with the real embedder and a model that only talks, under a steady mix of chats (some
left midway), memories added, searched, edited and forgotten, users who come once, and bad requests.
What users have is forgotten now and then, so that there is as much of it all the time. It samples
the process's memory, its open files and the time of ``/health``, draws them, and fails if a reply
broke, one is left pending, or the memory is not flat.
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
"""At most so many points of a curve."""
FLAT_MIB = 16.0
"""What the medians of the third and the last quarter may differ by: tapes grow, Python breathes."""
WARM_MINUTES = 10.0
"""In less than so many, memory still grows for good reasons: caches fill, libraries load."""
WORDS = ("apple", "river", "lamp", "otter", "violin", "north", "soup", "kite", "amber", "train")


def soak(
    minutes: float, seed: int, rate: float, told: Any = print
) -> tuple[list[tuple[float, ...]], list[str]]:
    """Samples of (minute, MiB, open files, ms of /health), and what was wrong, in words.

    ``rate`` is requests a second.
    """
    told(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        with service("paced", Path(folder)) as (port, child):
            process = psutil.Process(child.pid)
            samples, done = asyncio.run(_use(port, process, minutes * 60, seed, rate))
        pending = _pending(Path(folder))
    told(json.dumps({**done, "pending": pending}))
    faults = [f"{what}: {times}" for what, times in done.items() if what.startswith("broken")]
    if pending:
        faults.append(f"{pending} replies are left pending")
    memory = np.array([sample[1] for sample in samples])
    third, last = (np.median(part) for part in np.array_split(memory, 4)[2:])
    told(f"{third:.1f} MiB in the third quarter, {last:.1f} MiB in the last")
    if minutes >= WARM_MINUTES and last - third > FLAT_MIB:
        faults.append(
            f"the memory grows: {last - third:.1f} MiB from the third quarter to the last"
        )
    if samples[-1][2] > samples[0][2] + 2 * WORKERS + 16:  # connections, and threads' databases
        faults.append(f"open files grow: {samples[0][2]} → {samples[-1][2]}")
    return samples, faults


def _pending(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "tapehead.db")) as connection:
        found = connection.execute("SELECT count(*) FROM slots WHERE status = 'pending'")
        count: int = found.fetchone()[0]
        return count


async def _use(
    port: int, process: psutil.Process, seconds: float, seed: int, rate: float
) -> tuple[list[tuple[float, ...]], Counter[str]]:
    done: Counter[str] = Counter()
    samples: list[tuple[float, ...]] = []
    begin = time.monotonic()
    end = begin + seconds
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

        async def work(number: int) -> None:
            dice = random.Random(f"{seed}/{number}")
            while time.monotonic() < end:
                await asyncio.sleep(dice.expovariate(rate / WORKERS))
                await _step(client, dice, done)

        async def look() -> None:
            while (now := time.monotonic()) < end:
                began = time.perf_counter()
                await client.get("/health")
                ms = (time.perf_counter() - began) * 1000
                mib = process.memory_info().rss / 2**20
                samples.append(((now - begin) / 60, mib, process.num_fds(), ms))
                await asyncio.sleep(max(0.25, seconds / SAMPLES))

        await asyncio.gather(look(), *map(work, range(WORKERS)))
    return samples, done


async def _step(client: httpx.AsyncClient, dice: random.Random, done: Counter[str]) -> None:
    """One thing that somebody does. What comes of it is counted, and what must not, as broken."""
    once = dice.random() < 0.05
    user = f"once-{dice.random()}" if once else f"user-{dice.randrange(USERS)}"
    headers = {"X-User-Id": user}
    text = " ".join(dice.choices(WORDS, k=dice.randint(3, 60)))
    kind = dice.choices(
        ("chat", "leave", "whole", "add", "search", "edit", "forget", "bad"),
        (30, 10, 15, 15, 15, 5, 5, 5),
    )[0]
    done[kind] += 1
    if kind in ("chat", "leave"):
        body = {"message": text, "stream": True, "max_tokens": dice.randint(1, 40)}
        leave = dice.randint(1, 20) if kind == "leave" else None
        if not await _stream(client, body, headers, leave):
            done["broken chat"] += 1
        return
    if kind == "whole":
        answer = await client.post("/v1/chat", json={"message": text}, headers=headers)
        expected = 409 if answer.status_code == 409 else 200  # forgotten while it was written
    elif kind == "add":
        answer = await client.post("/v1/memories", json={"text": text}, headers=headers)
        expected = 201
    elif kind == "search":
        answer = await client.post("/v1/memories/search", json={"query": text}, headers=headers)
        expected = 200
    elif kind == "edit":
        found = (await client.get("/v1/memories", params={"limit": 5}, headers=headers)).json()
        for memory in found["results"][:1]:
            path = f"/v1/memories/{memory['id']}"
            edited = await client.patch(path, json={"text": text}, headers=headers)
            if edited.status_code not in (200, 404, 409):
                done[f"broken edit {edited.status_code}"] += 1
        return
    elif kind == "forget":
        everything = {"everything": True}
        answer = await client.delete("/v1/memories", params=everything, headers=headers)
        expected = 200
    else:
        answer = await client.post("/v1/chat", content=b'{"message": "' + text.encode())
        expected = 400
    if answer.status_code != expected:
        done[f"broken {kind} {answer.status_code}"] += 1


async def _stream(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str], leave: int | None
) -> bool:
    """Whether it ended well; or began well, where it is left after so many events."""
    async with client.stream("POST", "/v1/chat", json=body, headers=headers) as answer:
        if answer.status_code != 200:
            return False
        last, events = "", 0
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                last, events = line, events + 1
                if leave is not None and events >= leave:
                    return True
        # A user who is forgotten while a reply is written loses that reply, too.
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
