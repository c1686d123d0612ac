"""Measure the service under a thousand clients at once (``make overload``).

``python -m benchmarks.load.overload [paced|real] [--clients N] [--seconds S]`` reports the latency
of ``/health``, the latency of refusals, and the growth of memory, files and threads. The service
runs in its own process as with ``tapehead serve``, with the real embedder; the clients run in a
second process, the ``/health`` probe in a third. They share the machine's processors, so on few
cores the clients are a large part of the load. All clients arrive within one second, while the
service also starts its replies; ``later_rejection_ms`` covers the refusals after that.
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

from benchmarks.load.socket_clients import CrowdResults, crowd
from benchmarks.support.service_process import service

PROBES_PER_SECOND = 20


def measure(model: str, clients: int, seconds: float, seed: int) -> dict[str, Any]:
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        service(model, Path(folder)) as (port, child),
        ProcessPoolExecutor(1, mp_context=spawn) as crowd_pool,
    ):
        process = psutil.Process(child.pid)
        crowd_pool.submit(_run_crowd, port, 8, 2.0, seed).result()  # both sides warm up
        before = _resources(process)
        chatting = crowd_pool.submit(_run_crowd, port, clients, seconds, seed)
        latencies, most = [], before
        with _connection(port) as connection:
            while not chatting.done():
                start = time.perf_counter()
                _health(connection)
                latencies.append(time.perf_counter() - start)
                most = {name: max(most[name], now) for name, now in _resources(process).items()}
                time.sleep(max(0.0, 1 / PROBES_PER_SECOND - latencies[-1]))
        results = chatting.result()
        time.sleep(2)  # the service cleans up after finished requests
        after = _resources(process)
    return {
        "model": model,
        "clients": clients,
        "seconds": seconds,
        "seed": seed,
        "streams": results.streams,
        "events_per_second": round(results.events / seconds),
        "refused": dict(results.refused),
        "broken": results.broken,
        "health_ms": _milliseconds(latencies),
        "rejection_ms": _milliseconds(results.rejections),
        "later_rejection_ms": _milliseconds(results.later),
        "before": before,
        "most": most,
        "after": after,
    }


def _run_crowd(port: int, clients: int, seconds: float, seed: int) -> CrowdResults:
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


def _resources(process: psutil.Process) -> dict[str, float]:
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
    arguments = parser.parse_args()
    results = measure(arguments.model, arguments.clients, arguments.seconds, arguments.seed)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
