"""A program that asks for large pages is started once more, and is otherwise the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.server import process_tuning
from app.server.process_tuning import ASKING, use_large_pages

TELL = """
import os, sys
from pathlib import Path
from app.server import process_tuning
process_tuning._ALLOWED = Path(sys.argv[1])
print("begun", flush=True)
process_tuning.use_large_pages()
print(os.getpid(), os.environ["GLIBC_TUNABLES"], *sys.argv[1:])
"""


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    file = tmp_path / "enabled"
    file.write_text("always [madvise] never\n")
    return file


@pytest.mark.skipif(
    not (sys.platform == "linux" and (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")),
    reason="the wish is one to glibc",
)
def test_it_is_the_same_process_with_the_same_arguments_and_other_wishes(
    tmp_path: Path, allowed: Path
) -> None:
    script = tmp_path / "tell.py"
    script.write_text(TELL)
    given = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.check=0"}
    process = subprocess.Popen(
        [sys.executable, script, allowed, "two words"],
        env={**given, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    told, _ = process.communicate(timeout=60)
    assert told.splitlines() == [
        "begun",
        "begun",
        f"{process.pid} glibc.malloc.check=0:{ASKING}=1 {allowed} two words",
    ]


@pytest.mark.parametrize(
    ("wishes", "modes"),
    [
        (f"{ASKING}=0", "always [madvise] never"),
        ("", "[always] madvise never"),
        ("", "always madvise [never]"),
        ("", None),
    ],
)
def test_it_goes_on_as_it_is(
    wishes: str, modes: str | None, allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody has chosen, where every page is large, where none is, where nobody knows."""
    allowed.unlink() if modes is None else allowed.write_text(modes)
    monkeypatch.setattr(process_tuning, "_ALLOWED", allowed)
    monkeypatch.setenv("GLIBC_TUNABLES", wishes)
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("started anew"))
    use_large_pages()
    assert os.environ["GLIBC_TUNABLES"] == wishes
