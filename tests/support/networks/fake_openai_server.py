"""Servers for a remote language model to meet: one that does what a test says, byte by byte, and
two real ones, each a process of its own.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from crash.processes import PATHS, SERVER
from support.eventually import eventually, wait_until

BIN = Path(sys.executable).parent
READY_SECONDS = 120  # a guard, not a measure

Write = Callable[[bytes], Awaitable[None]]
Script = Callable[[Write], Awaitable[None]]


def chunk(text: str = "", reason: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    return json.dumps({"object": "chat.completion.chunk", "choices": [choice], **more})


USAGE = json.dumps(
    {
        "choices": [],
        "usage": {
            "prompt_tokens": 40,
            "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 32},
        },
    }
)
HELLO = (chunk("Hel"), chunk("lo"), chunk(reason="stop"), USAGE, "[DONE]")


def response(status: int, body: Any = None, kind: str = "application/json") -> Script:
    """A whole response."""

    async def script(write: Write) -> None:
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}"
        await write(f"{head}\r\n\r\n".encode() + content)

    return script


def events(*data: str, then: str = "end", kind: str = "text/event-stream") -> Script:
    """A stream of these events, and then its end, a reset of the connection, or nothing more."""

    async def script(write: Write) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
        await write(head.encode())
        for each in data:
            part = f"data: {each}\n\n".encode()
            await write(b"%x\r\n%s\r\n" % (len(part), part))
        if then == "end":
            await write(b"0\r\n\r\n")
        elif then == "hang":
            await asyncio.Event().wait()
        elif then == "comments":
            while True:
                await write(b"9\r\n: alive\n\n\r\n")
                await asyncio.sleep(0.02)
        else:
            raise ConnectionResetError

    return script


async def hang(write: Write) -> None:
    await asyncio.Event().wait()


async def reset(write: Write) -> None:
    raise ConnectionResetError


@dataclass
class Asked:
    """One request that the engine got. ``left`` is set when its client went away before the end."""

    path: str
    headers: dict[str, str]
    body: Any
    left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Engine:
    """Answers each path with its scripts in turn, the last of them for ever."""

    scripts: dict[str, list[Script]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    connected: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def completions(self) -> list[Asked]:
        return [each for each in self.asked if each.path == "/v1/chat/completions"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        self.connected.add(writer)
        ahead = b""  # the byte of the next request that was read in looking for a departure
        try:
            while True:
                head = (ahead + await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                content = await reader.readexactly(int(headers.get("content-length", 0)))
                asked = Asked(head[0].split()[1], headers, json.loads(content or b"null"))
                self.asked.append(asked)
                scripts = self.scripts.get(asked.path, [response(404, {"detail": "Not Found"})])
                script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
                answering = asyncio.create_task(script(write))
                leaving = asyncio.create_task(reader.read(1))
                await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if not answering.done():
                    asked.left.set()
                    answering.cancel()
                    return
                await answering
                ahead = await leaving
                if not ahead:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            self.connected.discard(writer)


def models(name: str = "m", **more: Any) -> Script:
    return response(200, {"object": "list", "data": [{"id": name, "object": "model", **more}]})


@asynccontextmanager
async def engine(*completions: Script, **paths: Script) -> AsyncIterator[Engine]:
    """An engine with one model ``m``, or with the responses that are named for other paths."""
    scripts = {"/v1/models": [paths.pop("models", models())], "/health": [response(200)]}
    scripts |= {f"/{name.replace('_', '-')}": [script] for name, script in paths.items()}
    made = Engine({**scripts, "/v1/chat/completions": list(completions)})
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()

        def is_left() -> bool:
            for writer in made.connected:
                writer.transport.abort()
            return not made.connected

        await eventually(is_left, every=0)


@contextmanager
def process(command: list[str | Path], **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """A process that is gone afterwards."""
    running = subprocess.Popen(command, text=True, **options)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
        try:
            running.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()


@contextmanager
def slow_service(
    data: Path, words_a_second: float
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """This service in another process, with a model that counts slowly: its address, itself."""
    command = [sys.executable, SERVER, data, str(words_a_second)]
    with process(command, stdout=subprocess.PIPE, env=PATHS) as running:
        assert running.stdout is not None
        url = f"http://127.0.0.1:{int(running.stdout.readline())}"
        _wait_for(f"{url}/ready")
        yield f"{url}/v1", running


@contextmanager
def transformers_serve(folder: Path, log: Path) -> Iterator[str]:
    """``transformers serve`` on a local folder: its address. It calls the model by the folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [BIN / "transformers", "serve", folder, "--port", str(port), "--device", "cpu"]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    with log.open("w") as out, process(command, env=offline, stdout=out, stderr=out):
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1"


def _wait_for(address: str) -> None:
    def answers() -> bool:
        try:
            return httpx.get(address, timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    wait_until(answers, READY_SECONDS, every=0.1)
