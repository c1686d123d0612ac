"""The command ``tapehead``, run as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

TAPEHEAD = Path(sys.executable).with_name("tapehead")


def tapehead(
    *arguments: str, stdin: str = "", cwd: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    ours = {f"TAPEHEAD_{name.upper()}": value for name, value in settings.items()}
    others = {name: value for name, value in os.environ.items() if "TAPEHEAD" not in name}
    return subprocess.run(
        [TAPEHEAD, *arguments],
        input=stdin,
        cwd=cwd,
        env={**others, "COLUMNS": "200", **ours},
        capture_output=True,
        text=True,
        timeout=120,
    )
