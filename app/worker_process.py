"""Processes of our own for work on foreign files: each can be killed, and has its own limits."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@asynccontextmanager
async def worker(module: str, *arguments: str) -> AsyncIterator[Process]:
    """Run ``python -m module``, with pipes. However this ends, the process ends with it.

    ``arguments`` can be seen by every user of the machine: nothing people said goes into them.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback may quote the file
        cwd=_ROOT,
        # The worker reads foreign bytes: it needs no secrets of ours.
        env={name: value for name, value in os.environ.items() if "TAPEHEAD" not in name},
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        # What lies in the pipe is taken out: asyncio sees the end of a process after that only.
        while await process.stdout.read(65536):
            pass
        await process.wait()
