"""Services for clients to be tried with, and the record of what worked.

A test tells what it tried with pytest's ``record_property("client", …)``, see ``Record``. If
``TAPEHEAD_CLIENTS_RECORD`` is set, docs/clients.json gets it at the end of the run.
"""

import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

import pytest
from clients.able_engine import able_engine
from clients.installed import clients
from support.served import Served, serve

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "clients.json"


class Record(TypedDict):
    """What a test tried. Tests of the same client and engine add to each other."""

    name: str
    version: str
    engine: str
    checks: dict[str, bool]


_records: dict[str, Record] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, value in report.user_properties:
        if name == "client" and report.when == "call":
            known = _records.setdefault(f"{value['name']}, {value['engine']}", {**value})
            known["checks"] = {**known["checks"], **value["checks"]}


def pytest_sessionfinish() -> None:
    if _records and os.environ.get("TAPEHEAD_CLIENTS_RECORD"):
        written: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
        today = datetime.now(UTC).date().isoformat()
        written |= {key: {**each, "date": today} for key, each in _records.items()}
        FIGURES.write_text(json.dumps(dict(sorted(written.items())), indent=1) + "\n")


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Notes that checks of a client passed, by its id in ``clients.toml``."""

    def note(client: str, *checks: str, name: str = "") -> None:
        found = clients()[client]
        record = Record(
            name=name or found.name,
            version=found.version,
            engine="able",
            checks=dict.fromkeys(checks, True),
        )
        record_property("client", record)

    return note


@pytest.fixture(scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The service as a process of its own, before an engine that calls tools."""
    with able_engine() as engine:
        async with serve(
            tmp_path_factory.mktemp("served"), engine_url=engine, engine_context_tokens="8192"
        ) as made:
            yield made
