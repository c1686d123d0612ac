"""aider: one message about a file, answered without a terminal."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from checks import DOG, KEY, MODEL, URL, contains, run

OPTIONS = (
    *("--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings"),
    *("--analytics-disable", "--no-pretty", "--no-show-release-notes", "--no-browser"),
    *("--edit-format", "ask", "--map-tokens", "0", "--no-detect-urls", "--no-gitignore"),
)


def aider(*arguments):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "notes.txt").write_text("nothing yet\n")
        environment = {
            **os.environ,
            "HOME": folder,
            "OPENAI_API_BASE": URL,
            "OPENAI_API_KEY": KEY,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        command = [sys.executable, "-m", "aider", "--model", f"openai/{MODEL}", *OPTIONS]
        ended = subprocess.run(
            [*command, *arguments, "notes.txt"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout


def chat():
    contains(aider("--no-stream", "--message", DOG), "Biscuit")


def stream():
    contains(aider("--stream", "--message", "Say hello."), "hello")


run(chat, stream)
