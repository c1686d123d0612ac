"""``tapehead serve`` as a process of its own, and all that it writes.

Its embedder is the real one; the server that generates for it says the same to everybody.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.eventually import eventually
from support.networks.fake_openai_server import HELLO, engine, events

from memory.db.database import Database
from memory.repositories.api_keys import ApiKeys

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
CLOSE = b"Host: x\r\nConnection: close\r\n\r\n"
"""The end of a head of a request, after which the connection is closed."""
READY = re.compile(r"Read +http://[\d.]+:(\d+)/docs")


@dataclass(frozen=True, slots=True)
class Served:
    """A running one. What it writes, to stdout and to stderr, is in ``output``."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path
    folder: Path

    def keys(self, *users: str) -> dict[str, dict[str, str]]:
        """A new key for each of these users, as a header."""
        database = Database(f"sqlite:///{self.folder / 'data' / 'tapehead.db'}")
        try:
            made = {user: ApiKeys(database).create("user", "x", user_id=user)[1] for user in users}
        finally:
            database.close()
        return {user: {"Authorization": f"Bearer {secret}"} for user, secret in made.items()}

    async def stop(self) -> str:
        """Everything that it wrote, once it has ended."""
        self.process.terminate()
        await asyncio.to_thread(self.process.wait, 60)
        return self.output.read_text()


@asynccontextmanager
async def serve(folder: Path, **settings: str) -> AsyncIterator[Served]:
    """Start it, with these settings (``log_level="info"``), and wait until it is ready."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAPEHEAD_")}
    output = folder / "output"
    command = [sys.executable, "-c", "from app.cli.main import main; main()", "serve"]
    async with engine(events(*HELLO)) as behind:
        given = {"data_dir": str(folder / "data"), "port": "0", "engine_url": behind.url}
        given |= {"engine_context_tokens": "2048"} | settings
        env = {
            **kept,
            **{f"TAPEHEAD_{name.upper()}": value for name, value in given.items()},
            "PYTHONPATH": str(ROOT),
            # uvicorn would believe everybody. Only our own setting may say whom to believe.
            "FORWARDED_ALLOW_IPS": "*",
        }
        with output.open("wb") as file:
            process = subprocess.Popen(
                command, stdout=file, stderr=subprocess.STDOUT, env=env, cwd=folder
            )
        try:

            def address() -> re.Match[str] | None:
                assert process.poll() is None, output.read_text()
                return READY.search(output.read_text())

            found = await eventually(address, START_SECONDS, every=0.1)
            yield Served(int(found[1]), process, output, folder)
        finally:
            process.kill()
            process.wait()


def raw(port: int, sent: bytes) -> tuple[bytes, dict[str, str], Any]:
    """The status line, the headers and the JSON that come back."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return status.encode(), headers, json.loads(body)
