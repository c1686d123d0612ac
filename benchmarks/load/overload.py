"""A thousand clients at once: is ``/health`` answered, are the others refused quickly, what grows?

``python -m benchmarks.load.overload [paced|real] [--clients N] [--seconds S]``. The service runs as
``tapehead serve`` does, in a process of its own, with the real embedder; the crowd is in a second
process, and ``/health`` is asked twenty times a second from a third. They share the machine's
processors: on few of them the crowd is a good part of the load. All come within a second, while
the service also begins the replies that it has places for; how fast refusals are from then on is
told by itself.
"""

import argparse
import json
import multiprocessing
import random
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import uvloop

from benchmarks.load.socket_clients import Heard, crowd
from benchmarks.support.service_process import service

PROBES_A_SECOND = 20


def measure(model: str, clients: int, seconds: float, seed: int) -> dict[str, Any]:
    fresh = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        service(model, Path(folder)) as (port, child),
        ProcessPoolExecutor(1, mp_context=fresh) as crowds,
    ):
        process = psutil.Process(child.pid)
        crowds.submit(_talk, port, 8, 2.0, seed).result()  # both sides warm up
        before = _taken(process)
        talking = crowds.submit(_talk, port, clients, seconds, seed)
        latencies, most = [], before
        with _connection(port) as connection:
            while not talking.done():
                began = time.perf_counter()
                _health(connection)
                latencies.append(time.perf_counter() - began)
                most = {name: max(most[name], now) for name, now in _taken(process).items()}
                time.sleep(max(0.0, 1 / PROBES_A_SECOND - latencies[-1]))
        heard = talking.result()
        time.sleep(2)  # what has ended is being put away
        after = _taken(process)
    return {
        "model": model,
        "clients": clients,
        "seconds": seconds,
        "seed": seed,
        "streams": heard.streams,
        "events_per_second": round(heard.events / seconds),
        "refused": dict(heard.refused),
        "broken": heard.broken,
        "health_ms": _milliseconds(latencies),
        "rejection_ms": _milliseconds(heard.rejections),
        "later_rejection_ms": _milliseconds(heard.later),
        "before": before,
        "most": most,
        "after": after,
    }


def _talk(port: int, clients: int, seconds: float, seed: int) -> Heard:
    return uvloop.run(crowd(port, clients, seconds, seed))


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    p50, p99 = (np.percentile(seconds, (50, 99)) * 1000).tolist()
    return {
        "p50": round(p50, 1),
        "p99": round(p99, 1),
        "most": round(max(seconds) * 1000, 1),
        "n": len(seconds),
    }


def _taken(process: psutil.Process) -> dict[str, float]:
    with process.oneshot():
        mib = round(process.memory_info().rss / 2**20, 1)
        return {
            "rss_mib": mib,
            "fds": process.num_fds(),
            "threads": process.num_threads(),
            "cpu_seconds": round(sum(process.cpu_times()[:2]), 1),
        }


@contextmanager
def _connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def _health(connection: socket.socket) -> None:
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    answer = b""
    while not answer.endswith(b'{"status":"ok"}'):
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("the service closed the connection of the probe")
        answer += received


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", nargs="?", choices=("paced", "real"), default="paced")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    asked = parser.parse_args()
    told = measure(asked.model, asked.clients, asked.seconds, asked.seed)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
