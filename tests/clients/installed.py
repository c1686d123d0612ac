"""The clients that are tried, from ``clients.toml``, and where each is installed.

``python tests/clients/installed.py`` installs them: a virtual environment for each client of
Python, a folder for each of node. A client whose list has not changed is left as it is.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts"
UV_PIN = ROOT / ".ci" / "uv.txt"


@dataclass(frozen=True, slots=True)
class Client:
    """A client to be tried: its first package is the client itself.

    ``script`` is relative to ``scripts``; that of node ends in ``.mjs``. ``settings`` are variables
    of the environment in which its packages are installed. ``needs`` is a flag of the processor
    without which it cannot run. ``without`` names packages that come along and do not fit, and
    ``known_as`` a further name and version under which the client looks for itself.
    ``first_import`` names a module whose first import finishes the installation.
    """

    id: str
    name: str
    packages: tuple[str, ...]
    script: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    needs: str = ""
    without: tuple[str, ...] = ()
    known_as: str = ""
    first_import: str = ""

    @property
    def package(self) -> str:
        """The client's package without extras and version."""
        return self._pin[0].partition("[")[0]

    @property
    def version(self) -> str:
        """The version that is wanted."""
        return self._pin[1]

    @property
    def runs_on_node(self) -> bool:
        return self.script.endswith(".mjs")

    @property
    def _pin(self) -> tuple[str, str]:
        # A scope of npm begins with the sign that separates the version.
        name, _, version = self.packages[0].replace("==", "@").rpartition("@")
        return name, version


@cache
def clients() -> dict[str, Client]:
    """All of them, by id."""
    table = tomllib.loads((HERE / "clients.toml").read_text())
    return {
        name: Client(
            name,
            each["name"],
            tuple(each["packages"]),
            each.get("script", ""),
            tuple(each.get("settings", {}).items()),
            each.get("needs", ""),
            tuple(each.get("without", ())),
            each.get("known_as", ""),
            each.get("first_import", ""),
        )
        for name, each in table.items()
    }


def folder() -> Path | None:
    """Where they are installed, or None without the variable ``TAPEHEAD_CLIENTS``."""
    given = os.environ.get("TAPEHEAD_CLIENTS")
    return Path(given).resolve() if given else None


def command(client: Client) -> list[str | Path] | None:
    """What runs a script with this client. None if the client is not installed.

    Without the folder of installed clients, a package beside this Python does as well.
    """
    where = folder()
    if where is None:
        return None if client.runs_on_node or found_version(client) is None else [sys.executable]
    if not (where / client.id / "installed").exists():
        return None
    return ["node"] if client.runs_on_node else [where / client.id / "bin" / "python"]


def program(name: str, executable: str) -> Path | None:
    """An executable of an installed client, or None. ``TAPEHEAD_LLAMA_SERVER`` names one that was
    built elsewhere.
    """
    given = os.environ.get(f"TAPEHEAD_{executable.upper().replace('-', '_')}")
    if given:
        return Path(given)
    where = folder()
    if where is None or not (where / name / "installed").exists():
        return None
    found = [where / name / "bin" / executable]
    found += (where / name).glob(f"lib/python*/site-packages/*/bin/{executable}")
    return next((each for each in found if each.exists()), None)


def why_not(name: str) -> str:
    """Why an engine is not there, for a test that is skipped."""
    client = clients()[name]
    if client.needs and not _has(client.needs):
        return f"{client.name} needs a processor with {client.needs}"
    return f"{client.name} is not installed: make clients"


def _has(flag: str) -> bool:
    """Whether the processor has it. Linux lists its flags."""
    told = Path("/proc/cpuinfo")
    return told.exists() and flag in told.read_text().split()


def found_version(client: Client) -> str | None:
    """The version of the client that this Python would import, as far as its needs are there."""
    try:
        for package in client.packages:
            metadata.version(package.partition("==")[0].partition("[")[0])
        return metadata.version(client.package)
    except metadata.PackageNotFoundError:
        return None


def install(client: Client, where: Path, uv: Path) -> None:
    """Install it into its folder. Raises CalledProcessError if that fails."""
    target = where / client.id
    marker, wanted = target / "installed", "\n".join(client.packages)
    if marker.exists() and marker.read_text() == wanted:
        return
    shutil.rmtree(target, ignore_errors=True)
    print(f"Installing {client.name} {client.version} …", flush=True)
    environment = {**os.environ, **dict(client.settings), "UV_CACHE_DIR": str(where / "cache")}
    if client.runs_on_node:
        target.mkdir(parents=True)
        (target / "package.json").write_text(json.dumps({"private": True}))
        # No scripts: they would compile what only other parts of a package need.
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        commands = [["npm", "install", *quiet, *client.packages]]
    elif any(package.startswith("torch==") for package in client.packages):
        # With pip, which takes the same build of torch as this project.
        python = target / "bin" / "python"
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        commands = [
            [sys.executable, "-m", "venv", target],
            [ROOT / ".ci" / "install-torch", python],
            [*pip, "install", "--quiet", *client.packages],
        ]
        if client.without:
            commands.append([*pip, "uninstall", "--quiet", "--yes", *client.without])
    else:
        commands = [
            [uv, "venv", "--quiet", "--python", sys.executable, target],
            [uv, "pip", "install", "--quiet", "--python", target, *client.packages],
        ]
    if client.first_import:
        commands.append([target / "bin" / "python", "-c", f"import {client.first_import}"])
    for each in commands:
        there = target if target.exists() else where
        subprocess.run(each, cwd=there, env=environment, check=True)
    if client.known_as:
        _name_also(client, target)
    marker.write_text(wanted)


def _name_also(client: Client, target: Path) -> None:
    """Let the installed package be found under its further name and version, too."""
    name, _, version = client.known_as.partition("==")
    described = f"{client.package.replace('-', '_')}-{client.version}.dist-info"
    [installed] = target.glob(f"lib/python*/site-packages/{described}")
    also = installed.with_name(f"{name}-{version}.dist-info")
    shutil.copytree(installed, also)
    told = (also / "METADATA").read_text()
    told = told.replace(f"Name: {client.package}\n", f"Name: {name}\n", 1)
    told = told.replace(f"Version: {client.version}\n", f"Version: {version}\n", 1)
    (also / "METADATA").write_text(told)


def main() -> None:
    where = folder()
    if where is None:
        raise SystemExit("TAPEHEAD_CLIENTS must name the folder to install into.")
    tool = where / "uv"
    if not (tool / "bin" / "uv").exists():
        venv.create(tool, with_pip=True)
        pip = [tool / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
        options = ["--quiet", "--no-deps", "--require-hashes", "-r", UV_PIN]
        subprocess.run([*pip, *options], check=True)
    for client in clients().values():
        if client.needs and not _has(client.needs):
            print(f"{why_not(client.id)}. It is not installed.")
            continue
        try:
            install(client, where, tool / "bin" / "uv")
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{client.name} is not installed, and its test is skipped: {error}")


if __name__ == "__main__":
    main()
