"""What one message and its answer cost a real Postgres and a replica: bytes, and processor time.

``python -m benchmarks.speed.storage`` prints the figures that docs/scale-out.md reckons with; with
``--write`` they go into docs/storage.json, from which ``benchmarks.docs.capacity_table`` makes its
table. All is real (Postgres that syncs, the tape, the head, MiniLM) but the language model, and the
keys of what was said before, which are made up.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from psycopg import Connection, connect
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from benchmarks.load.replicas import postgres
from benchmarks.support.synthetic_memories import CLUSTER, around, fill, normal, questions, turns
from memory.db.database import Database
from memory.db.tables import metadata
from memory.heads import choose_head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import ReadingRecord, Readings
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Outcome, Pending, Request
from memory.repositories.slot_rows import StoredEmbedding
from memory.tape.cache import Tapes
from models.bundled import bundled_embedder
from models.embedder import SentenceEmbedder
from models.language.base import Finish, Usage

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "storage.json"
DIMENSION = 384
TABLES = [table.name for table in metadata.sorted_tables if table.name != "api_keys"]
SIZE = "SELECT pg_table_size(%(table)s::regclass), pg_indexes_size(%(table)s::regclass)"


def measure(users: int, slots: int, chats: int) -> dict[str, Any]:
    """Of so many users with so many slots each, who then say so many things in all."""
    generator = np.random.default_rng(0)
    embedder = SentenceEmbedder.load(bundled_embedder())
    with tempfile.TemporaryDirectory() as name, postgres(Path(name)) as url:
        database = Database(url)
        database.migrate()
        memories = Memories(database, embedder.name)
        centres = normal(generator.normal(size=(max(1, users * slots // CLUSTER), DIMENSION)))
        said = turns(generator)
        texts: dict[str, list[str]] = {}
        for number in tqdm(range(users), desc="users"):
            user = f"user-{number}"
            texts[user] = list(islice(said, slots))
            fill(memories, user, texts[user], around(generator, centres, slots))
        with connect(url, autocommit=True) as connection:
            before = _settled(connection)
            told = _chat(database, embedder, connection, _asked(texts, chats, generator), said)
            after = _settled(connection)
        database.close()
    asyncio.run(asyncio.to_thread(embedder.close))
    filled = {"slots": users * slots}
    return {
        "users": users,
        "slots_a_user": slots,
        "chats": chats,
        "slot_bytes": {
            "row": round(before["slots"][0] / filled["slots"]),
            "indexes": round(before["slots"][1] / filled["slots"]),
        },
        "chat_bytes": {
            table: round((sum(after[table]) - sum(before[table])) / chats) for table in TABLES
        },
        **told,
    }


def _asked(
    texts: dict[str, list[str]], chats: int, generator: np.random.Generator
) -> Iterator[tuple[str, str]]:
    """Who says what. Every user in turn, so that each has one tape to build and then goes on."""
    names = list(texts)
    for number in range(chats):
        user = names[number % len(names)]
        yield user, next(questions(texts[user], generator))


def _chat(
    database: Database,
    embedder: SentenceEmbedder,
    connection: Connection[Any],
    asked: Iterator[tuple[str, str]],
    said: Iterator[str],
) -> dict[str, float]:
    """Milliseconds and bytes of a chat, medians, by what it is spent on."""
    readings, replies = Readings(database), Replies(database, "bench")
    tapes = Tapes(Memories(database, embedder.name), DIMENSION)
    recall = Recall(tapes, readings, choose_head("shipped"))
    loop = asyncio.new_event_loop()
    server = _server(connection)
    spent: dict[str, list[float]] = {
        "embed_cpu_ms": [],
        "t1_ms": [],
        "read_cpu_ms": [],
        "t2_ms": [],
    }

    def clocked(name: str, clock: Callable[[], float], do: Callable[[], Any]) -> Any:
        begin = clock()
        done = do()
        spent[name].append(1e3 * (clock() - begin))
        return done

    def embed(text: str) -> Any:
        return loop.run_until_complete(embedder.embed([text]))[0]

    wal, busy, everything = _wal(connection), _busy(server), list(asked)
    for user, text in tqdm(everything, desc="chats"):
        turn: Pending = clocked(
            "t1_ms",
            time.perf_counter,
            lambda: replies.begin(Request(user, text, "paced")),  # noqa: B023
        )
        key = clocked("embed_cpu_ms", time.process_time, lambda: embed(text))  # noqa: B023
        tapes.current(user)  # built, or caught up
        reading = clocked(
            "read_cpu_ms",
            time.process_time,
            lambda: recall.read(user, text, key, most=KEPT_SLOTS),  # noqa: B023
        )
        answer = next(said)
        outcome = Outcome(
            answer,
            StoredEmbedding.of(embed(answer), embedder.name),
            StoredEmbedding.of(key, embedder.name),
            ReadingRecord(
                reading=reading,
                selected=frozenset(slot.position for slot in reading.slots[:5]),
                conversation_id=turn.conversation_id,
                question_position=turn.question_position,
            ),
            Finish("stop", Usage(500, 60, 400)),
            {"total_ms": 1.0},
        )
        clocked("t2_ms", time.perf_counter, lambda: replies.commit(turn, outcome))  # noqa: B023
    figures = {name: round(float(np.median(values)), 2) for name, values in spent.items()}
    figures["postgres_cpu_ms"] = round(1e3 * (_busy(server) - busy) / len(everything), 2)
    figures["wal_bytes"] = round((_wal(connection) - wal) / len(everything))
    loop.close()
    return figures


def _settled(connection: Connection[Any]) -> dict[str, tuple[int, int]]:
    """Bytes of each table and of its indexes."""
    connection.execute("VACUUM ANALYZE")
    found = {}
    for table in TABLES:
        rows, indexes = connection.execute(SIZE, {"table": table}).fetchone() or (0, 0)
        found[table] = (rows, indexes)
    return found


def _wal(connection: Connection[Any]) -> int:
    [written] = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone() or (0,)
    return int(written)


def _server(connection: Connection[Any]) -> psutil.Process:
    backend = psutil.Process(connection.info.backend_pid)
    parent = backend.parent()
    assert parent is not None
    return parent


def _busy(server: psutil.Process) -> float:
    """Seconds of processor time that the server has taken, those of connections that are open
    included.
    """
    return sum(sum(process.cpu_times()[:2]) for process in (server, *server.children()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--slots", type=int, default=1000, help="of each user")
    parser.add_argument("--chats", type=int, default=1000, help="of all together")
    parser.add_argument("--write", action="store_true", help="into docs/storage.json")
    asked = parser.parse_args()
    found = json.dumps(measure(asked.users, asked.slots, asked.chats), indent=2)
    print(found)
    if asked.write:
        FIGURES.write_text(found + "\n")


if __name__ == "__main__":
    main()
