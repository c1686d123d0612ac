"""The real nginx with ``deploy/nginx.conf``, before replicas on this machine."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""What nginx wants a folder for, wherever it was built to have it."""
LOG = """
    log_format told escape=json '{"id": "$http_x_request_id", "to": "$upstream_addr"}';
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running one: its port, and for each request that named itself whom it was sent to."""

    port: int
    log: Path

    def sent_to(self) -> dict[str, list[int]]:
        """Request id → the ports of the replicas that were tried, in order."""
        told = map(json.loads, self.log.read_text().splitlines())
        return {
            line["id"]: [int(each.rpartition(":")[2]) for each in line["to"].split(", ")]
            for line in told
            if line["id"] and line["to"]
        }


def found() -> bool:
    return shutil.which("nginx") is not None


@contextmanager
def nginx(replicas: Sequence[int], folder: Path) -> Iterator[Nginx]:
    """nginx before these ports of the loopback. ``folder`` takes its files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(adapted(port, replicas, folder))
    command = ["nginx", "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t", "-q"], check=True)  # it is our file that is tried, too
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        _wait(port, process)
        yield Nginx(port, folder / "access.log")
    finally:
        process.terminate()
        process.wait(10)


def adapted(port: int, replicas: Sequence[int], folder: Path) -> str:
    """The configuration that is deployed, but for addresses and places of files.

    Addresses of the loopback need no resolver, and an nginx before 1.27.3 knows no ``resolve``.
    """
    there = re.compile(r"server app2?:8000 resolve")
    text, ports = CONFIGURATION.read_text(), iter(replicas)
    if len(there.findall(text)) != len(replicas):
        raise ValueError(f"nginx.conf is not for {len(replicas)} replicas")
    text = there.sub(lambda _: f"server 127.0.0.1:{next(ports)}", text)
    places = "".join(f"    {each}_temp_path {folder / each};\n" for each in PLACES)
    # Its workers give up being root, and the folder may be closed to others.
    user = "user root;\n" if os.geteuid() == 0 else ""
    for old, new in (
        ("pid /tmp/nginx.pid", f"{user}pid {folder / 'nginx.pid'}"),
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("http {\n", f"http {{{LOG}    access_log {folder / 'access.log'} told;\n{places}"),
        ("access_log /dev/stdout plain", f"access_log {folder / 'plain.log'} plain"),
        ("error_log stderr", f"error_log {folder / 'error.log'}"),
    ):
        if text.count(old) != 1:
            raise ValueError(f"nginx.conf has not one {old!r}")
        text = text.replace(old, new)
    return text


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if process.poll() is not None:
            raise RuntimeError(f"nginx ended with {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError("nginx did not start")
