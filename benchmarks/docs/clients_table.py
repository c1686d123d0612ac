"""Write the tables of clients and engines from what the tests recorded.

``python -m benchmarks.docs.clients_table`` reads docs/clients.json, which ``make clients`` writes,
and rewrites the tables in docs/interfaces.md and docs/engines.md. It tries nothing.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.support.markdown_tables import markdown, publish

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES = DOCS / "clients.json"
ABLE = "able"
"""The engine of the tests that calls tools and answers in any schema."""
COLUMNS = {
    "chat": "chat",
    "stream": "stream",
    "history": "own message back",
    "tools": "tools",
    "structured": "structured output",
    "embeddings": "embeddings",
    "memory": "memory",
}


def clients_table(records: dict[str, Any]) -> str:
    """The clients before the able engine."""
    chosen = [each for each in records.values() if each["engine"] == ABLE]
    return _table("client", [(each, each["name"], each["version"]) for each in chosen])


def engines_table(records: dict[str, Any]) -> str:
    """Real engines, by the client that asked through the service."""
    chosen = [each for each in records.values() if each["engine"] != ABLE]
    rows = [(each, each["engine"], f"{each['name']} {each['version']}") for each in chosen]
    return _table("engine", rows, "asked with")


def _table(first: str, rows: list[tuple[Any, str, str]], second: str = "version") -> str:
    used = [key for key in COLUMNS if any(key in record["checks"] for record, _, _ in rows)]
    columns = (first, second, "tried on", *(COLUMNS[key] for key in used), "also")
    return markdown(columns, [_row(*each, used) for each in rows])


def _row(record: Any, name: str, version: str, used: list[str]) -> list[str]:
    checks: dict[str, bool] = record["checks"]
    cells = [{True: "✓", False: "✗", None: "–"}[checks.get(key)] for key in used]
    more = [
        name.replace("_", " ") + ("" if passed else " ✗")
        for name, passed in checks.items()
        if name not in COLUMNS
    ]
    return [name, version, record["date"], *cells, ", ".join(more) or "–"]


def main() -> None:
    records = json.loads(FIGURES.read_text())
    print(publish(DOCS / "interfaces.md", clients_table(records), "clients"))
    print(publish(DOCS / "engines.md", engines_table(records), "engines"))


if __name__ == "__main__":
    main()
