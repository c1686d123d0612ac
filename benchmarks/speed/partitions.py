"""What it costs and gains on Postgres that the tables of turns are cut into parts.

``python -m benchmarks.speed.partitions`` fills a database of the schema before (0005), copies it
and migrates the copy. Both are asked the same in turn: what a request asks, what upkeep asks of all
users, and what an operator does. Medians, also of the differences; see docs/decisions/0005.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from benchmarks.load.replicas import postgres
from memory.db.database import MIGRATIONS, Database
from memory.repositories.memories import Store
from memory.repositories.missing_embeddings import Keys
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending, Request
from memory.repositories.slot_rows import StoredKey

EMBEDDER = "made-up"
FILL = """
INSERT INTO users (id, change_seq, next_position, epoch, created_at)
SELECT 'user-' || u, %(slots)s, %(slots)s + 1, 1, now() FROM generate_series(1, %(users)s) u
"""
# What users said came in by turns: theirs lie between those of all others.
TURNS = """
INSERT INTO slots (user_id, position, id, kind, role, text, status, remembered, conversation_id,
                   created_at, updated_at, key, embedder, change_seq)
SELECT 'user-' || u, s, gen_random_uuid(), 'turn',
       CASE s %% 2 WHEN 1 THEN 'user' ELSE 'assistant' END,
       repeat(md5(u || '/' || s), 4), 'complete', true, 'c' || s / 40, now(), now(),
       decode(repeat(md5(u || '/' || s), 96), 'hex'), 'made-up', s
FROM generate_series(1, %(slots)s) s, generate_series(1, %(users)s) u
"""
CACHES = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts"


def measure(users: int, slots: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as root:
        urls = {name: root.replace("/postgres?", f"/{name}?") for name in ("whole", "parts")}
        with psycopg.connect(root, autocommit=True) as connection:
            connection.execute("CREATE DATABASE whole")
            _fill(urls["whole"], users, slots)
            connection.execute("CREATE DATABASE parts TEMPLATE whole")
        begin = time.perf_counter()
        with closing(Database(urls["parts"])) as database:
            database.migrate()
        migrating = time.perf_counter() - begin
        spent = _ask(urls, users, rounds)
        return {
            "slots": users * slots,
            "migration_s": round(migrating, 1),
            **{
                name: _told(np.array(found["whole"]), found["parts"])
                for name, found in spent.items()
            },
            "operating": {name: _operate(url) for name, url in urls.items()},
        }


def _told(whole: np.ndarray, parts: list[float]) -> dict[str, float]:
    figures = {"whole": whole, "parts": parts, "difference": parts - whole}
    return {name: round(float(np.median(each)), 2) for name, each in figures.items()}


def _fill(url: str, users: int, slots: int) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with closing(Database(url)) as database, database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.commit()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (FILL, TURNS):
            connection.execute(statement, {"users": users, "slots": slots})
        connection.execute("VACUUM ANALYZE")


def _ask(urls: dict[str, str], users: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    generator = np.random.default_rng(0)
    spent: dict[str, dict[str, list[float]]] = {}

    def clocked(what: str, where: str, do: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        done = do()
        times = spent.setdefault(what, {}).setdefault(where, [])
        times.append(1e3 * (time.perf_counter() - begin))
        return done

    databases = {name: Database(url) for name, url in urls.items()}
    for number in range(rounds):
        user = f"user-{generator.integers(1, users + 1)}"
        key = StoredKey(generator.normal(size=384).astype("<f4").tobytes(), EMBEDDER)
        for name in sorted(databases, reverse=bool(number % 2)):
            replies, store = Replies(databases[name], "bench"), Store(databases[name], EMBEDDER)
            request = Request(user, "What is the name of my dog?", "paced")
            turn: Pending = clocked("t1_ms", name, lambda: replies.begin(request))  # noqa: B023
            outcome = Outcome("Your dog is called Biscuit.", key, key)
            clocked("t2_ms", name, lambda: replies.commit(turn, outcome))  # noqa: B023
            state, _ = clocked("whole_tape_ms", name, lambda: store.changes(user, 0))  # noqa: B023
            last = state.change_seq - 1
            clocked("catch_up_ms", name, lambda: store.changes(user, last))  # noqa: B023
            if number % 5 == 0:
                clocked("sweep_all_users_ms", name, replies.sweep)
                keys = Keys(databases[name], EMBEDDER)
                clocked("missing_keys_all_users_ms", name, lambda: keys.missing(32))  # noqa: B023
                with closing(Database(urls[name])) as fresh:
                    first = Replies(fresh, "bench")
                    turn = clocked("t1_new_connection_ms", name, lambda: first.begin(request))  # noqa: B023
                    first.commit(turn, outcome)
    for name, database in databases.items():
        with database.engine.connect() as connection:
            taken = connection.execute(text(CACHES)).scalar_one()
        spent.setdefault("connection_mib", {})[name] = [float(taken) / 2**20]
        database.close()
    return spent


def _operate(url: str) -> dict[str, float]:
    """Seconds to rebuild the indexes of the largest table that there is."""
    largest = (
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' "
        "ORDER BY pg_table_size(oid) DESC LIMIT 1"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        [table] = connection.execute(largest).fetchone() or ("slots",)
        begin = time.perf_counter()
        connection.execute(f"REINDEX TABLE {table}")
        return {"reindex_largest_s": round(time.perf_counter() - begin, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--slots", type=int, default=300, help="of each user")
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.users, asked.slots, asked.rounds), indent=2))


if __name__ == "__main__":
    main()
