"""Processes that tests kill or stop: ``server.py``, and scripts that see these modules."""

import os
import subprocess
import sys
from pathlib import Path

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
