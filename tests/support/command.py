"""The command ``tapehead``: within this process, and as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli

TAPEHEAD = Path(sys.executable).with_name("tapehead")
ROOT = Path(__file__).resolve().parents[2]
# As ``TAPEHEAD``, and of this checkout wherever it is installed.
COMMAND = [sys.executable, "-c", "from app.cli.main import main; main()"]


def tapehead(
    *arguments: str, stdin: str = "", cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command within this process, which saves the seconds that its imports take.

    An exception that would end a process with a traceback is raised.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if "TAPEHEAD" in name:
                patch.delenv(name)
        for name, value in _ours(settings).items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        ended = CliRunner().invoke(cli, arguments, input=stdin, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, ended.exit_code, ended.stdout, ended.stderr)


def tapehead_process(
    *arguments: str, cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process: what starts a service, and what the imports decide."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def environment(**settings: str) -> dict[str, str]:
    """That of a process with these settings (``log_level="info"``) and no others of ours."""
    others = {name: value for name, value in os.environ.items() if "TAPEHEAD" not in name}
    paths = [str(ROOT), *filter(None, [others.get("PYTHONPATH")])]
    return {**others, "PYTHONPATH": os.pathsep.join(paths), **_ours(settings)}


def _ours(settings: dict[str, str]) -> dict[str, str]:
    ours = {f"TAPEHEAD_{name.upper()}": value for name, value in settings.items()}
    return {"COLUMNS": "200", **ours}
