"""Processes that tests kill or stop: ``server.py``, and scripts that see these modules."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from support.eventually import wait_until

SERVER = Path(__file__).with_name("server.py")
PATHS = os.environ | {"PYTHONPATH": f"{SERVER.parents[1]}{os.pathsep}{SERVER.parents[2]}"}
ANSWER = " ".join(str(number) for number in range(20))


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        env=PATHS,
        timeout=300,
    )


@contextmanager
def serving(
    folder: Path, words_a_second: float, *more: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``server.py`` as a process that is killed in the end, and its port, once it is ready."""
    process = subprocess.Popen(
        [sys.executable, SERVER, folder, str(words_a_second), *more],
        stdout=subprocess.PIPE,
        text=True,
        env=PATHS,
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        ready = f"http://127.0.0.1:{port}/ready"
        wait_until(lambda: httpx.get(ready, trust_env=False).status_code == 200)
        yield process, port
    finally:
        process.kill()
        process.communicate()
