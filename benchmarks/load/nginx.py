"""Run nginx with ``deploy/nginx.conf`` in front of replicas on this machine."""

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
TEMP_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""Names of nginx's temporary folders."""
LOG = """
    log_format told escape=json '{"id": "$http_x_request_id", "to": "$upstream_addr"}';
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its port and its access log."""

    port: int
    log: Path

    def upstreams(self) -> dict[str, list[int]]:
        """Ports of the replicas that nginx tried, in order, by request ID."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return {
            line["id"]: [int(each.rpartition(":")[2]) for each in line["to"].split(", ")]
            for line in lines
            if line["id"] and line["to"]
        }


def is_installed() -> bool:
    return shutil.which("nginx") is not None


@contextmanager
def nginx(replicas: Sequence[int], folder: Path) -> Iterator[Nginx]:
    """Run nginx in front of these loopback ports. Its files go to ``folder``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(adapt_config(port, replicas, folder))
    command = ["nginx", "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t", "-q"], check=True)  # tests deploy/nginx.conf
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        _wait(port, process)
        yield Nginx(port, folder / "access.log")
    finally:
        process.terminate()
        process.wait(10)


def adapt_config(port: int, replicas: Sequence[int], folder: Path) -> str:
    """The deployed configuration with loopback addresses and files in ``folder``.

    Loopback addresses need no resolver, and nginx before 1.27.3 does not know ``resolve``.
    Raises ValueError if the configuration does not have the expected lines.
    """
    address_pattern = re.compile(r"server app2?:8000 resolve")
    text, ports = CONFIGURATION.read_text(), iter(replicas)
    if len(address_pattern.findall(text)) != len(replicas):
        raise ValueError(f"nginx.conf is not for {len(replicas)} replicas")
    text = address_pattern.sub(lambda _: f"server 127.0.0.1:{next(ports)}", text)
    temp_paths = "".join(f"    {each}_temp_path {folder / each};\n" for each in TEMP_FOLDERS)
    # Workers drop root by default and then may be unable to read the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    for old, new in (
        ("pid /tmp/nginx.pid", f"{user}pid {folder / 'nginx.pid'}"),
        ("listen 8080", f"listen 127.0.0.1:{port}"),
        ("http {\n", f"http {{{LOG}    access_log {folder / 'access.log'} told;\n{temp_paths}"),
        ("access_log /dev/stdout plain", f"access_log {folder / 'plain.log'} plain"),
        ("error_log stderr", f"error_log {folder / 'error.log'}"),
    ):
        if text.count(old) != 1:
            raise ValueError(f"nginx.conf must contain {old!r} exactly once")
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
