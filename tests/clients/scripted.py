"""Running the script of a client, and reading what it reports."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import httpx
from clients.installed import SCRIPTS, Client, command, folder
from support.served import Served

SECONDS = 540
"""For a whole script: below pytest's own limit, and long enough for a busy machine."""
_FOREIGN = ("TAPEHEAD", "OPENAI", "ANTHROPIC", "OLLAMA", "PYTEST", "COV_")


def run_script(
    client: Client, served: Served, key: str, model: str, *checks: str
) -> tuple[dict[str, bool], str]:
    """Which checks of the client's script worked, all or the named ones, and what it wrote.

    The client must be installed. Raises AssertionError if the script ends before its first check.
    """
    runs = command(client)
    assert runs is not None
    script = SCRIPTS / client.script
    if client.runs_on_node:
        script = _beside_packages(client, script)
    ended = subprocess.run(
        [*runs, script, *checks],
        env=_environment(client, served, key, model),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    reported: dict[str, bool] = {}
    for line in ended.stdout.splitlines():
        if line.startswith('{"'):
            reported |= json.loads(line)
    output = ended.stdout + ended.stderr
    assert reported, output
    return reported, output


def output_of(
    client: Client,
    script: str,
    served: Served,
    key: str,
    model: str,
    arguments: Sequence[str],
    **more: str,
) -> str:
    """What a program that uses the client writes. ``more`` are variables of its environment."""
    runs = command(client)
    assert runs is not None
    ended = subprocess.run(
        [*runs, SCRIPTS / script, *arguments],
        env=_environment(client, served, key, model) | more,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def embedder_of(served: Served, key: str) -> str:
    """The name of the loaded embedder, as a user learns it: the error for another name has it."""
    answer = httpx.post(
        f"http://127.0.0.1:{served.port}/v1/embeddings",
        json={"model": "another", "input": "a"},
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
        trust_env=False,
    )
    message: str = answer.json()["error"]["message"]
    return message.rpartition(": ")[2]


def _beside_packages(client: Client, script: Path) -> Path:
    """A copy of the script where node finds the client's packages."""
    where = folder()
    assert where is not None
    for each in (script, script.with_name("checks.mjs")):
        shutil.copy(each, where / client.id)
    return where / client.id / script.name


def _environment(client: Client, served: Served, key: str, model: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return kept | {
        "CLIENT_ADDRESS": f"http://127.0.0.1:{served.port}",
        "CLIENT_KEY": key,
        "CLIENT_MODEL": model,
        "CLIENT_EMBEDDER": embedder_of(served, key),
        "CLIENT_PACKAGE": client.package,
        "PYTHONPATH": str(SCRIPTS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_PROXY": "127.0.0.1",
        # Each of these clients would tell its maker that it is used.
        "MEM0_TELEMETRY": "False",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "AI_SDK_LOG_WARNINGS": "false",
    }
