"""``tapehead doctor``: problems are found, each with a fix."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from support.service import Service

from app.cli import doctor
from app.cli.doctor import Check
from app.settings import Settings
from memory.db.database import Database
from models import bundled


def findings(settings: Settings, **changes: object) -> dict[str, Check]:
    checks = doctor.run_checks(settings.model_copy(update=changes))
    return {check.name: check for check in checks}


def test_a_fresh_machine_is_well(settings: Settings) -> None:
    found = findings(settings, port=1)
    assert {check.status for check in found.values()} <= {"ok", "note"}
    assert found["database"].detail.endswith("will be created at the first start")
    assert found["service"].fix == "Start it: tapehead serve."


def test_the_schema_is_named(settings: Settings, empty_database_url: str) -> None:
    assert findings(settings, database_url=empty_database_url)["database"].status == "note"
    database = Database(empty_database_url)
    database.migrate()
    database.close()
    assert findings(settings, database_url=empty_database_url)["database"].status == "ok"


def test_a_database_that_is_away(settings: Settings) -> None:
    found = findings(settings, database_url="postgresql://u:secret@127.0.0.1:1/x")["database"]
    assert found.status == "error"
    assert "TAPEHEAD_DATABASE_URL" in (found.fix or "")
    assert "secret" not in found.detail


def test_a_file_that_is_no_database(settings: Settings) -> None:
    settings.make_data_dir()
    (settings.data_dir / "tapehead.db").write_text("not a database, however long it may be" * 99)
    assert findings(settings)["database"].status == "error"


def test_a_model_without_safetensors(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").touch()
    found = findings(settings, language_model=str(tmp_path))["language model"]
    assert found.status == "error"
    assert "safe_serialization" in (found.fix or "")


def test_a_packaged_model_that_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "find_spec", lambda _: None)
    found = findings(settings)["embedder"]
    assert found.status == "error"
    assert "pip install" in (found.fix or "")


def test_a_data_folder_that_cannot_be(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = findings(settings, data_dir=tmp_path / "file" / "data")["data folder"]
    assert found.status == "error"


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 40, 1), "note"), ((3, 44, 6), "ok"), ((3, 51, 2), "note"), ((3, 53, 0), "ok")],
)
def test_the_wal_reset_bug_of_sqlite(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], status: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert findings(settings)["sqlite"].status == status


async def test_a_service_that_runs(settings: Settings, service: Service) -> None:
    port = int(service.url.rpartition(":")[2])
    found = await asyncio.to_thread(findings, settings, port=port)
    assert found["service"].status == "ok"


def test_a_check_that_breaks_is_a_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: 1 / 0)
    assert findings(settings)["software"].status == "error"
