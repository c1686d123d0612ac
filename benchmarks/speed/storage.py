"""Measure bytes and processor time of one message and its answer on Postgres and a replica.

``python -m benchmarks.speed.storage`` prints the figures on which docs/scale-out.md is based;
``--write`` updates docs/storage.json, which ``benchmarks.docs.capacity_table`` reads. Everything is
real (Postgres with fsync, the tape, the head, MiniLM) except the language model and the embeddings
of the initial turns, which are synthetic.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from psycopg import Connection, connect
from tqdm import tqdm  # type: ignore[import-untyped]  # no stubs here

from benchmarks.load.replicas import postgres
from benchmarks.support.synthetic_memories import (
    CLUSTER_SIZE,
    fill,
    questions,
    sample_clusters,
    turns,
    unit_vectors,
)
from memory.db.database import Database
from memory.db.tables import metadata
from memory.head_choice import choose_head
from memory.recall import KEPT_SLOTS, Recall
from memory.repositories.memories import Memories
from memory.repositories.readings import Readings
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
    """Fill ``users`` memories of ``slots`` each, then run ``chats`` chats in total."""
    generator = np.random.default_rng(0)
    embedder = SentenceEmbedder.load(bundled_embedder())
    with tempfile.TemporaryDirectory() as name, postgres(Path(name)) as url:
        database = Database(url)
        database.migrate()
        memories = Memories(database, embedder.name)
        centres = unit_vectors(
            generator.normal(size=(max(1, users * slots // CLUSTER_SIZE), DIMENSION))
        )
        unused_turns = turns(generator)
        texts: dict[str, list[str]] = {}
        for number in tqdm(range(users), desc="users"):
            user = f"user-{number}"
            texts[user] = list(islice(unused_turns, slots))
            fill(memories, user, texts[user], sample_clusters(generator, centres, slots))
        with connect(url, autocommit=True) as connection:
            before = _table_sizes(connection)
            chat_costs = _chat(
                database,
                embedder,
                connection,
                _chat_messages(texts, chats, generator),
                unused_turns,
            )
            after = _table_sizes(connection)
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
        **chat_costs,
    }


def _chat_messages(
    texts: dict[str, list[str]], chats: int, generator: np.random.Generator
) -> Iterator[tuple[str, str]]:
    """Pairs of user and message. Users take turns, so each tape is built once and then reused."""
    names = list(texts)
    for number in range(chats):
        user = names[number % len(names)]
        yield user, next(questions(texts[user], generator))


def _chat(
    database: Database,
    embedder: SentenceEmbedder,
    connection: Connection[Any],
    conversation_turns: Iterator[tuple[str, str]],
    unused_turns: Iterator[str],
) -> dict[str, float]:
    """Median milliseconds of each step of a chat; processor time and log bytes of Postgres."""
    readings, replies = Readings(database), Replies(database, "bench")
    tapes = Tapes(Memories(database, embedder.name), DIMENSION)
    recall = Recall(tapes, readings, choose_head("shipped"))
    loop = asyncio.new_event_loop()
    server = _server(connection)
    durations: dict[str, list[float]] = {
        "embed_cpu_ms": [],
        "t1_ms": [],
        "read_cpu_ms": [],
        "t2_ms": [],
    }

    def timed(name: str, clock: Callable[[], float], do: Callable[[], Any]) -> Any:
        begin = clock()
        done = do()
        durations[name].append(1e3 * (clock() - begin))
        return done

    def embed(text: str) -> Any:
        return loop.run_until_complete(embedder.embed([text]))[0]

    wal, cpu_before, messages = _wal(connection), _cpu_seconds(server), list(conversation_turns)
    for user, text in tqdm(messages, desc="chats"):
        turn: Pending = timed(
            "t1_ms",
            time.perf_counter,
            lambda: replies.begin(Request(user, text, "paced")),  # noqa: B023
        )
        key = timed("embed_cpu_ms", time.process_time, lambda: embed(text))  # noqa: B023
        tapes.current(user)  # built, or caught up
        reading = timed(
            "read_cpu_ms",
            time.process_time,
            lambda: recall.read(user, text, key, most=KEPT_SLOTS),  # noqa: B023
        )
        answer = next(unused_turns)
        outcome = Outcome(
            answer,
            StoredEmbedding.of(embed(answer), embedder.name),
            StoredEmbedding.of(key, embedder.name),
            replace(
                reading,
                selected=frozenset(slot.position for slot in reading.slots[:5]),
                conversation_id=turn.conversation_id,
                question_position=turn.question_position,
            ),
            Finish("stop", Usage(500, 60, 400)),
            {"total_ms": 1.0},
        )
        timed("t2_ms", time.perf_counter, lambda: replies.commit(turn, outcome))  # noqa: B023
    figures = {name: round(float(np.median(values)), 2) for name, values in durations.items()}
    figures["postgres_cpu_ms"] = round(1e3 * (_cpu_seconds(server) - cpu_before) / len(messages), 2)
    figures["wal_bytes"] = round((_wal(connection) - wal) / len(messages))
    loop.close()
    return figures


def _table_sizes(connection: Connection[Any]) -> dict[str, tuple[int, int]]:
    """Bytes of each table and of its indexes, after a vacuum."""
    connection.execute("VACUUM ANALYZE")
    results = {}
    for table in TABLES:
        rows, indexes = connection.execute(SIZE, {"table": table}).fetchone() or (0, 0)
        results[table] = (rows, indexes)
    return results


def _wal(connection: Connection[Any]) -> int:
    [written] = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone() or (0,)
    return int(written)


def _server(connection: Connection[Any]) -> psutil.Process:
    backend = psutil.Process(connection.info.backend_pid)
    parent = backend.parent()
    assert parent is not None
    return parent


def _cpu_seconds(server: psutil.Process) -> float:
    """Processor seconds of the server and of its open connections."""
    return sum(sum(process.cpu_times()[:2]) for process in (server, *server.children()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--slots", type=int, default=1000, help="of each user")
    parser.add_argument("--chats", type=int, default=1000, help="in total")
    parser.add_argument("--write", action="store_true", help="write docs/storage.json")
    arguments = parser.parse_args()
    results = json.dumps(measure(arguments.users, arguments.slots, arguments.chats), indent=2)
    print(results)
    if arguments.write:
        FIGURES.write_text(results + "\n")


if __name__ == "__main__":
    main()
