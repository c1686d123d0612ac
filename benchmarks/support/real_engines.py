"""llama.cpp's server and vLLM, each a process of its own, with the packaged model."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 300
CONTEXT_TOKENS = 4096


@contextmanager
def llama_server(program: Path, model: Path, log: Path, threads: int = 0) -> Iterator[str]:
    """The address of llama.cpp's server with a GGUF file, once it answers.

    ``threads`` is 0 for its own choice. On a busy machine several of them wait for each other.
    """
    options: tuple[str, ...] = (
        "--ctx-size",
        str(CONTEXT_TOKENS),
        "--parallel",
        "1",
        "--jinja",
        "--no-webui",
    )
    if threads:
        options += ("--threads", str(threads))
    with _server([program, "--model", model, *options], log) as url:
        yield url


@contextmanager
def vllm_serve(program: Path, model: Path, log: Path) -> Iterator[str]:
    """The address of vLLM with the folder of a model, once it answers."""
    options = ("--max-model-len", "2048", "--max-num-seqs", "2", "--served-model-name", "packaged")
    tools = ("--enable-auto-tool-choice", "--tool-call-parser", "hermes")
    # In GiB. By default it takes nearly all of the machine's memory for its cache.
    cache = {"VLLM_CPU_KVCACHE_SPACE": "1"}
    with _server([program, "serve", model, *options, *tools], log, cache) as url:
        yield url


@contextmanager
def _server(
    command: list[str | Path], log: Path, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = ("--host", "127.0.0.1", "--port", str(port))
    with log.open("w") as output:
        running = subprocess.Popen(
            [*command, *address],
            stdout=output,
            stderr=output,
            env={**os.environ, **(settings or {})},
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/health", running, log)
        yield f"{url}/v1"
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise RuntimeError(f"the engine ended: {log.read_text()[-2000:]}")
        try:
            if httpx.get(address, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the engine did not start")
