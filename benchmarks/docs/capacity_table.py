"""What so many users need, reckoned from what was measured: the table of docs/scale-out.md.

``python -m benchmarks.docs.capacity_table`` reads docs/benchmarks.json (tapes), docs/storage.json
and docs/replicas.json (``benchmarks.speed.storage``, ``benchmarks.load.replicas``), and writes the
table anew. Nothing is measured here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.support.markdown_tables import markdown, publish

DOCS = Path(__file__).resolve().parents[2] / "docs"
USERS = (1, 1_000, 100_000, 10_000_000, 100_000_000)

# What is supposed. A user's memory is a year or so of use:
SLOTS = 1_000
CHATS = SLOTS // 2
DAILY = 0.1  # of all users come in a day,
CHATS_A_DAY = 10  # each says so much,
PEAK = 3  # and the busiest moment is so many times the mean.
WARM_HOURS = 1  # so long a tape stays in memory after its user's last word
TOKENS = 150  # of an answer
# Llama 3.1 8B in bfloat16 on one H100 with vLLM, at its fullest:
# https://www.morphllm.com/vllm-benchmarks (cited, not measured here).
GPU_TOKENS_A_SECOND = 12_500


@dataclass(frozen=True, slots=True)
class Cost:
    """What was measured: bytes of a slot on a tape and in Postgres, of a chat; seconds of it."""

    tape: float
    slot: float
    chat: float
    log: float
    replica: float
    postgres: float

    @classmethod
    def measured(
        cls, tapes: dict[str, Any], storage: dict[str, Any], replicas: dict[str, Any]
    ) -> "Cost":
        slot = sum(storage["slot_bytes"].values())
        # The question and the answer are slots; the rest is what was read for it, and the reply.
        beside = sum(bytes_ for table, bytes_ in storage["chat_bytes"].items() if table != "slots")
        return cls(
            tape=tapes[f"{SLOTS:,}"]["bytes_per_slot"],
            slot=slot,
            chat=2 * slot + beside,
            log=storage["wal_bytes"],
            replica=replicas["cpu_ms_per_answer"] / 1e3,
            postgres=storage["postgres_cpu_ms"] / 1e3,
        )


def row(users: int, cost: Cost) -> list[str]:
    chats = users * DAILY * CHATS_A_DAY * PEAK / 86_400  # a second
    warm = max(1.0, users * DAILY * PEAK * WARM_HOURS / 24)
    return [
        f"{users:,}",
        f"{chats:,.2f}" if chats < 10 else f"{chats:,.0f}",
        _bytes(users * CHATS * 2 * cost.slot),
        _bytes(users * CHATS * cost.chat),
        f"{_bytes(chats * cost.log)}/s",
        _cores(chats * cost.postgres),
        _cores(chats * cost.replica),
        _bytes(warm * SLOTS * cost.tape),
        f"{chats * TOKENS:,.0f}",
        f"{chats * TOKENS / GPU_TOKENS_A_SECOND:,.1f}",
    ]


def _cores(cores: float) -> str:
    return f"{cores:,.0f}" if cores >= 10 else f"{cores:.1f}" if cores >= 0.1 else "< 0.1"


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} PB"


def main() -> None:
    tapes = json.loads((DOCS / "benchmarks.json").read_text())["tape"]
    storage, replicas = (
        json.loads((DOCS / f"{name}.json").read_text()) for name in ("storage", "replicas")
    )
    cost = Cost.measured(tapes, storage, replicas)
    columns = (
        "users",
        "chats a second, busiest",
        "Postgres: turns",
        "with their readings",
        "its log",
        "its cores",
        "replicas' cores",
        "warm tapes",
        "tokens a second",
        "H100s, full",
    )
    print(publish(DOCS / "scale-out.md", markdown(columns, [row(u, cost) for u in USERS])))


if __name__ == "__main__":
    main()
