"""``tapehead serve``: the service on its socket, told in words while it starts."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop
from filelock import FileLock
from filelock import Timeout as Taken
from opentelemetry.trace import TracerProvider
from rich.console import Console
from sqlalchemy import make_url

from app.api.streaming import GRACE_SECONDS
from app.main import create_app
from app.model_loading import keep_loaded
from app.observability import logs
from app.server.http_protocol import Protocol, drop_stalled_readers
from app.settings import Settings

# oneDNN keeps what it has compiled for each shape of a text, up to 1,024 of them: memory that comes
# over the first hour and looks like a leak. So many are enough, at no cost that could be measured.
COMPILED_SHAPES = "64"

# Longer than a proxy keeps its connections to us (nginx: 60 s): who hangs up first should be who
# asks, or a request meets a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
# uvloop accepts one connection per listening descriptor in each turn of its loop. With a single
# descriptor, refusals of 1,000 clients took 572 and 1,878 ms instead of 313 and 494 (medians of
# `make overload` in two pairs of runs on a busy machine), with asyncio's own loop 1,101 ms.
LISTENING_DESCRIPTORS = 32

# From the signal to stop until the process ends, whatever still runs. What was acknowledged is
# stored by then, and the next start marks the rest as failed, as after a crash.
STOP_SECONDS = 9.5


class CannotServe(Exception):
    """The service could not start; the message says why, and what to do."""


def serve(settings: Settings, console: Console, *, verbose: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises CannotServe."""
    level = "info" if verbose and settings.log_level in ("warning", "error") else settings.log_level
    logs.configure(level, settings.log_format)
    # Once the server has ended in order, it raises what ended it again: no reason to die of it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", COMPILED_SHAPES)
    _allow_many_files()
    with _listen(settings) as listening, _alone(settings):
        drop_stalled_readers(listening)
        # Port 0 asks for any that is free.
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        try:
            uvloop.run(_serve(settings, console, listening))
        except KeyboardInterrupt:
            console.print("Stopped.")


async def _serve(settings: Settings, console: Console, listening: socket.socket) -> None:
    begin = time.monotonic()
    with console.status("Starting") as status:

        def report(step: str) -> None:
            status.update(f"{step} …")
            if not console.is_terminal:
                console.print(f"{step} …")

        app = create_app(settings, report=report, tracer_provider=_tracer_provider(settings))
        server = _Server(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",  # there are none here, whether or not a library for them is installed
                log_config=None,  # ours (logs.py), and of requests our lines (request_log.py):
                access_log=False,  # the server's tell the whole address
                # It would trust 127.0.0.1, or FORWARDED_ALLOW_IPS. Whom we trust, a setting says
                # (main.py).
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=int(GRACE_SECONDS) + 2,
            )
        )
        sockets = [listening, *(listening.dup() for _ in range(LISTENING_DESCRIPTORS - 1))]
        serving = asyncio.create_task(server.serve(sockets=sockets))
        settled = asyncio.create_task(app.state.settled.wait())
        # The OpenAPI document takes most of a second. Whoever asks first should not stop the loop.
        described = asyncio.create_task(asyncio.to_thread(app.openapi))
        await asyncio.wait({serving, settled}, return_when=asyncio.FIRST_COMPLETED)
        await described
    if app.state.failure is not None:
        server.should_exit = True
        await serving
        raise CannotServe(f"cannot start: {_reason(app.state.failure)}")
    if app.state.services is not None:
        keep_loaded()
        if settings.exposed and not app.state.services.api_keys.any():
            console.print("[yellow]No API keys yet.[/] Create one: tapehead keys create.")
        _invite(
            console, settings.address, app.state.services.language.name, time.monotonic() - begin
        )
    await serving


class _Server(uvicorn.Server):
    """uvicorn's, which ends within ``STOP_SECONDS`` of the signal: threads cannot be cancelled."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            last = threading.Timer(STOP_SECONDS, os._exit, (0,))
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)


def _tracer_provider(settings: Settings) -> TracerProvider | None:
    if settings.otlp_endpoint is None:
        return None
    try:
        from app.observability.otlp import open_provider
    except ImportError:
        raise CannotServe(
            "TAPEHEAD_OTLP_ENDPOINT needs an extra: "
            ".venv/bin/pip install -c constraints.txt -e '.[otel]'"
        ) from None
    return open_provider(settings.otlp_endpoint)


def _invite(console: Console, address: str, model: str, seconds: float) -> None:
    """What to do now that it is ready."""
    console.print(f"[bold green]Ready[/] in {seconds:.1f} s: {model} remembers.\n")
    ask = (
        f"curl -s {address}/v1/chat -H 'Content-Type: application/json' "
        """-d '{"message": "My dog is called Biscuit."}'"""
    )
    elsewhere = "" if address == Settings.model_construct().address else f" --url {address}"
    ways = {
        "Open": f"{address}/",
        "Talk": f"{_command()} chat{elsewhere}",
        "Read": f"{address}/docs",
        "Ask": ask,
        "Stop": "Ctrl-C",
    }
    for way, how in ways.items():
        # A line that is to be copied must not be broken to the width of the terminal.
        console.print(f"  [bold]{way:<4}[/]  {how}", soft_wrap=True, highlight=False)


def _reason(error: Exception) -> str:
    """The error in its own words; that of a database without the statement and the web address."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip() or type(error).__name__


def _command() -> str:
    """How this program is called from the folder that we are in."""
    if shutil.which("tapehead"):
        return "tapehead"
    program = Path(sys.argv[0])
    here = Path.cwd()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)


def _allow_many_files() -> None:
    """As many open files as the system lets us have: each connection is one, and 1,024 are few."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # macOS says "any number", and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the only service on this SQLite file. Any number may share a Postgres.

    The lock is the operating system's, on a file beside the database: a process that is killed
    leaves the file, and no lock. Commands like backup and doctor do not take it.
    """
    url = make_url(settings.url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        yield
        return
    database = Path(url.database).resolve()
    lock = FileLock(f"{database}.serving", timeout=0)
    try:
        settings.make_data_dir()
        lock.acquire()
    except Taken:
        raise CannotServe(
            f"another tapehead serves this folder ({database.parent}): stop it or choose another "
            f"{'TAPEHEAD_DATABASE_URL' if settings.database_url else 'TAPEHEAD_DATA_DIR'}"
        ) from None
    except OSError as error:
        raise CannotServe(f"cannot start: {_reason(error)}") from None
    try:
        yield
    finally:
        lock.release()


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything slow is done: a port that is taken shall not cost a minute."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    address = (settings.host, settings.port)
    try:
        if settings.listen_when_ready:
            return _bind(address, family)
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        raise CannotServe(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "choose another port with TAPEHEAD_PORT or --port"
        ) from None


def _bind(address: tuple[str, int], family: socket.AddressFamily) -> socket.socket:
    """As ``socket.create_server`` does, but connections are refused until the server listens."""
    bound = socket.socket(family)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
