"""Compute the capacity table of docs/scale-out.md from stored measurements.

``python -m benchmarks.docs.capacity_table`` reads docs/benchmarks.json (tapes), docs/storage.json
(``benchmarks.speed.storage``) and docs/replicas.json (``benchmarks.load.replicas``), and rewrites
the table. It measures nothing.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.support.markdown_tables import markdown, publish

DOCS = Path(__file__).resolve().parents[2] / "docs"
USERS = (1, 1_000, 100_000, 10_000_000, 100_000_000)

# Assumptions. A user's memory holds about one year of use.
SLOTS_PER_USER = 1_000
CHATS_PER_USER = SLOTS_PER_USER // 2
DAILY_SHARE = 0.1  # share of all users who are active on a day
CHATS_PER_DAY = 10  # of each active user
PEAK_FACTOR = 3  # peak load divided by mean load
WARM_HOURS = 1  # a tape stays in memory this long after its user's last message
TOKENS_PER_ANSWER = 150
# Llama 3.1 8B in bfloat16 on one fully loaded H100 with vLLM:
# https://www.morphllm.com/vllm-benchmarks (cited, not measured here).
GPU_TOKENS_PER_SECOND = 12_500


@dataclass(frozen=True, slots=True)
class Cost:
    """Measured costs.

    ``tape``: bytes of a slot in memory. ``slot``: bytes of a slot in Postgres. ``chat``: bytes of
    a chat with its reading. ``log``: bytes of Postgres's log per chat. ``replica`` and
    ``postgres``: processor seconds per chat.
    """

    tape: float
    slot: float
    chat: float
    log: float
    replica: float
    postgres: float

    @classmethod
    def from_results(
        cls, tapes: dict[str, Any], storage: dict[str, Any], replicas: dict[str, Any]
    ) -> "Cost":
        slot = sum(storage["slot_bytes"].values())
        # The question and the answer are slots; the rest is the reading and the reply.
        other = sum(bytes_ for table, bytes_ in storage["chat_bytes"].items() if table != "slots")
        return cls(
            tape=tapes[f"{SLOTS_PER_USER:,}"]["bytes_per_slot"],
            slot=slot,
            chat=2 * slot + other,
            log=storage["wal_bytes"],
            replica=replicas["cpu_ms_per_answer"] / 1e3,
            postgres=storage["postgres_cpu_ms"] / 1e3,
        )


def row(users: int, cost: Cost) -> list[str]:
    chats = users * DAILY_SHARE * CHATS_PER_DAY * PEAK_FACTOR / 86_400  # a second
    warm = max(1.0, users * DAILY_SHARE * PEAK_FACTOR * WARM_HOURS / 24)
    return [
        f"{users:,}",
        f"{chats:,.2f}" if chats < 10 else f"{chats:,.0f}",
        _format_bytes(users * CHATS_PER_USER * 2 * cost.slot),
        _format_bytes(users * CHATS_PER_USER * cost.chat),
        f"{_format_bytes(chats * cost.log)}/s",
        _format_cores(chats * cost.postgres),
        _format_cores(chats * cost.replica),
        _format_bytes(warm * SLOTS_PER_USER * cost.tape),
        f"{chats * TOKENS_PER_ANSWER:,.0f}",
        f"{chats * TOKENS_PER_ANSWER / GPU_TOKENS_PER_SECOND:,.1f}",
    ]


def _format_cores(cores: float) -> str:
    return f"{cores:,.0f}" if cores >= 10 else f"{cores:.1f}" if cores >= 0.1 else "< 0.1"


def _format_bytes(number: float) -> str:
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
    cost = Cost.from_results(tapes, storage, replicas)
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
