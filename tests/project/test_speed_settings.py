"""The environment variables that make the models faster: one set, and the libraries read them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.speed.transformers_server import OURS

ROOT = Path(__file__).resolve().parents[2]
ON_GLIBC = sys.platform == "linux" and (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")


def of_the_image() -> dict[str, str]:
    lines = (ROOT / "Dockerfile").read_text().replace("ENV ", "    ").splitlines()
    pairs = (line.strip(" \\").partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name in OURS}


def without_ours() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS}


def test_the_image_make_and_the_page_for_operators_name_the_same() -> None:
    image = of_the_image()
    assert set(image) == set(OURS)
    makefile, page = ((ROOT / file).read_text() for file in ("Makefile", "docs/operating.md"))
    for name, value in image.items():
        assert f"$(TUNED): export {name} ?= {value}\n" in makefile
    assert "export " + " ".join(f"{name}={value}" for name, value in image.items()) in page


@pytest.mark.skipif(sys.platform != "linux", reason="make sets them on Linux")
def test_make_run_sets_them_unless_they_are_set(tmp_path: Path) -> None:
    program = tmp_path / "tapehead"
    program.write_text("#!/bin/sh\nenv\n")
    program.chmod(0o755)
    command = ["make", "-s", "run", f"BIN={tmp_path}", f"VENV={tmp_path}"]
    command += ["-o", f"{tmp_path}/.base"]  # nothing is installed
    given = {**without_ours(), "OMP_WAIT_POLICY": "passive"}
    told = subprocess.run(
        command, env=given, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name, value in {**of_the_image(), "OMP_WAIT_POLICY": "passive"}.items():
        assert f"{name}={value}" in told


@pytest.mark.skipif(not ON_GLIBC, reason="they are settings of GNU's libraries")
def test_the_libraries_read_them() -> None:
    image = of_the_image()
    environment = {**without_ours(), **image, "OMP_DISPLAY_ENV": "verbose"}
    ran = subprocess.run(
        [sys.executable, "-c", "import torch"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    if "GOMP_SPINCOUNT" not in ran.stderr:
        pytest.skip("this torch has another OpenMP")
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in ran.stderr
    assert "GOMP_SPINCOUNT = '300000'" in ran.stderr
    maps = Path("/proc/self/maps").read_text().splitlines()
    [loader, *_] = [line.split()[-1] for line in maps if "/ld-linux" in line]
    tunables = subprocess.run(
        [loader, "--list-tunables"], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert "glibc.malloc.hugetlb: 0x1 " in tunables
