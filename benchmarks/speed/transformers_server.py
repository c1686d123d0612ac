"""``transformers serve`` in a process of its own, as the service is beside it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from app.settings import Settings
from models.language.batching_engine import PAGE_TOKENS, STEP_TOKENS

START_SECONDS = 180
OURS = ("GLIBC_TUNABLES", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
"""What the Makefile sets for our service. The other server is measured as it comes."""


@asynccontextmanager
async def transformers_serve(folder: Path, settings: Settings, log: Path) -> AsyncIterator[str]:
    """``transformers serve`` on a local folder, once it answers; what it logs is in ``log``.

    It calls the model by the folder. Raises RuntimeError if it does not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    options = {
        "port": port,
        "device": "cpu",
        "cb-block-size": PAGE_TOKENS,
        "cb-num-blocks": settings.kv_cache_tokens // PAGE_TOKENS,
        "cb-max-batch-tokens": max(STEP_TOKENS, settings.max_concurrent_replies),
    }
    command: list[str | Path] = [program, "serve", folder, "--continuous-batching"]
    command += [f"--{name}={value}" for name, value in options.items()]
    offline = {name: value for name, value in os.environ.items() if name not in OURS}
    offline |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    with log.open("w") as out:
        process = subprocess.Popen(command, env=offline, stdout=out, stderr=out)
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                await _until_well(client, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(30)


async def _until_well(client: httpx.AsyncClient, address: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if (await client.get(address)).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)
    raise RuntimeError(f"transformers serve did not start: {log.read_text()[-500:]}")
