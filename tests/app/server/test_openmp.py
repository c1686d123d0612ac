"""What the service asks of OpenMP, and that GNU's hears it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.server import openmp
from app.server.openmp import ASKED, look_longer


@pytest.mark.skipif(not openmp._is_gnus(), reason="torch has another OpenMP here")
def test_the_openmp_of_a_service_hears_it(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ASKED}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        asked = kept | {
            "OMP_DISPLAY_ENV": "verbose",
            "TAPEHEAD_PORT": str(taken.getsockname()[1]),
            "TAPEHEAD_DATA_DIR": str(tmp_path / "data"),
        }
        heard = subprocess.run(
            [Path(sys.executable).with_name("tapehead"), "serve"],
            env=asked,
            capture_output=True,
            text=True,
        ).stderr
    assert "cannot listen" in heard, "it went no further"
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in heard
    assert "GOMP_SPINCOUNT = '300000'" in heard


@pytest.mark.parametrize("name", ASKED)
def test_who_has_chosen_is_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ASKED:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "17")
    before = dict(os.environ)
    look_longer()
    assert os.environ == before


def test_another_openmp_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ASKED:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setattr(openmp, "_is_gnus", lambda: False)
    before = dict(os.environ)
    look_longer()
    assert os.environ == before
