"""A benchmark runs as the service does, and what stands beside it as it comes."""

import json
import os
import subprocess
import sys

import pytest

from app.server.openmp import ASKED
from app.server.process_tuning import ASKING
from benchmarks.support.process_tuning import as_it_comes

TELL = """
import json, os
from benchmarks.support.process_tuning import as_it_comes, as_served
as_served()
print(json.dumps([dict(os.environ), as_it_comes()]))
"""


def test_it_starts_once_more_and_a_child_is_given_what_was_there_before() -> None:
    there = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_CTYPE": "C.UTF-8"}
    for name in ("GLIBC_TUNABLES", *ASKED):
        there.pop(name, None)
    told = subprocess.run(
        [sys.executable, "-c", TELL], env=there, capture_output=True, text=True, check=True
    )
    ours, theirs = json.loads(told.stdout)
    assert theirs == there
    assert {name: ours.get(name) for name in ASKED} in (ASKED, dict.fromkeys(ASKED))


def test_what_somebody_chose_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    monkeypatch.setenv("GLIBC_TUNABLES", f"glibc.malloc.check=0:{ASKING}=1")
    assert as_it_comes()["OMP_WAIT_POLICY"] == "passive"
    assert as_it_comes()["GLIBC_TUNABLES"] == "glibc.malloc.check=0"
