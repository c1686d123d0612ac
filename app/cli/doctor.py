"""``tapehead doctor``: checks of the installation, with a fix for each problem."""

import asyncio
import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.settings import Settings
from memory.db.database import Database
from memory.db.error_codes import failure_of
from models.bundled import (
    EMBEDDER,
    LANGUAGE_MODEL,
    BundledModelAltered,
    BundledModelMissing,
    bundled_embedder,
    packaged_language_model,
)
from models.language.base import LanguageModelError, ModelRefused
from models.language.loading import has_bfloat16
from models.language.openai_client import OpenAIClient

Status = Literal["ok", "note", "error"]
_MARKS = {"ok": "[green]✓[/]", "note": "[yellow]•[/]", "error": "[bold red]✗[/]"}

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "sqlalchemy", "fastapi")
_DISK_GIB = 1.0  # the unpacked weights take 0.3 GiB
_RESTORE = "Stop the service and restore a backup: tapehead restore FILE."
# https://sqlite.org/wal.html: concurrent checkpoints of two connections may corrupt the file.
_WAL_RESET_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check, and a fix if it is not ok."""

    name: str
    status: Status
    detail: str
    fix: str | None = None


def run_checks(settings: Settings) -> list[Check]:
    """Run all checks. A check that raises is an error itself."""
    groups: list[Callable[[Settings], Iterator[Check]]] = [
        _software,
        _compute,
        _embedder,
        _language_model,
        _data_folder,
        _database,
        _service,
    ]
    checks: list[Check] = []
    for group in groups:
        try:
            checks += group(settings)
        except Exception as error:  # noqa: BLE001 - the other checks still run
            checks.append(Check(group.__name__.strip("_"), "error", f"The check failed: {error}"))
    return checks


def _software(_: Settings) -> Iterator[Check]:
    yield Check("tapehead", "ok", f"{version('tapehead')} on Python {platform.python_version()}")
    yield Check("packages", "ok", ", ".join(f"{name} {version(name)}" for name in _PACKAGES))


def _compute(_: Settings) -> Iterator[Check]:
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_name()
    else:
        device = f"{len(os.sched_getaffinity(0))} CPU cores"
    dtype = "bfloat16" if has_bfloat16() else "float32 (slower; no bfloat16 support)"
    yield Check("compute", "ok", f"{device}, {dtype}")


def _embedder(settings: Settings) -> Iterator[Check]:
    yield _model("embedder", settings.embedder, EMBEDDER, bundled_embedder)


def _language_model(settings: Settings) -> Iterator[Check]:
    if settings.engine_url is not None:
        yield asyncio.run(_engine(settings))
        for name, url in settings.named_engines.items():
            yield asyncio.run(_named_engine(name, url, settings.named_engine_keys.get(name)))
        return
    yield _model("language model", settings.language_model, LANGUAGE_MODEL, packaged_language_model)


async def _engine(settings: Settings) -> Check:
    url, api_key = settings.engine_url or "", settings.engine_api_key
    engine = OpenAIClient(url, api_key=api_key.get_secret_value() if api_key else None)
    try:
        cards = await engine.models()
    except ModelRefused as error:
        return Check("engine", "error", f"{url}: {error}", "Set TAPEHEAD_ENGINE_API_KEY.")
    except LanguageModelError as error:
        fix = "Start the server, or correct TAPEHEAD_ENGINE_URL."
        return Check("engine", "error", f"{url}: {error}", fix)
    finally:
        await engine.close()
    names = [card.id for card in cards]
    wanted = settings.engine_model or next(iter(settings.served_models()), None)
    if wanted is None and len(names) != 1:
        detail = f"{url} lists {', '.join(sorted(names)[:10]) or 'no models'}"
        fix = "Set TAPEHEAD_ENGINE_MODEL" + (
            "." if names else ", or add /v1 to TAPEHEAD_ENGINE_URL."
        )
        return Check("engine", "error", detail, fix)
    if wanted is not None and wanted not in names:
        return Check("engine", "note", f"{url} does not list {wanted}")
    return Check("engine", "ok", f"{wanted or names[0]} at {url}")


async def _named_engine(name: str, url: str, api_key: str | None) -> Check:
    engine = OpenAIClient(url, api_key=api_key)
    try:
        cards = await engine.models()
    except LanguageModelError as error:
        fix = "Start it, or correct TAPEHEAD_ENGINES and TAPEHEAD_ENGINE_KEYS."
        return Check(f"engine {name}", "note", f"{url}: {error}", fix)
    finally:
        await engine.close()
    return Check(f"engine {name}", "ok", f"{len(cards)} models at {url}")


def _model(name: str, wanted: str, packaged: str, find: Callable[[], Path]) -> Check:
    if wanted == "bundled":
        try:
            find()
            return Check(name, "ok", f"{packaged}, packaged")
        except BundledModelMissing as error:
            return Check(name, "error", "The packaged model is missing.", str(error))
        except BundledModelAltered as error:
            return Check(name, "error", "The packaged model was altered.", str(error))
    folder = Path(wanted)
    if not folder.is_dir():
        return Check(name, "note", f"{wanted}, from Hugging Face or its cache at the start")
    if any(folder.rglob("*.safetensors")):
        return Check(name, "ok", str(folder))
    fix = "Save the model with save_pretrained(…, safe_serialization=True)."
    return Check(name, "error", f"{folder} has no safetensors files", fix)


def _data_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        fix = "Set TAPEHEAD_DATA_DIR to a writable folder."
        yield Check("data folder", "error", f"{folder} is not writable", fix)
        return
    free = shutil.disk_usage(existing).free / 2**30
    detail = f"{folder}, {free:.1f} GiB free"
    if free < _DISK_GIB:
        yield Check("data folder", "error", detail, f"Free at least {_DISK_GIB:g} GiB.")
    else:
        yield Check("data folder", "ok", detail)


def _database(settings: Settings) -> Iterator[Check]:
    url = make_url(settings.url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        yield _sqlite()
        if not Path(url.database or "").exists():
            yield Check("database", "note", f"{shown} will be created at the first start")
            return
    database = Database(settings.url)
    try:
        current, newest = database.schema()
        damage = database.damage()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        damaged = isinstance(error, DBAPIError) and failure_of(error) == "damaged"
        fix = _RESTORE if damaged else "Start the database, or correct TAPEHEAD_DATABASE_URL."
        yield Check("database", "error", f"{shown}: {reason}", fix)
        return
    finally:
        database.close()
    if damage is not None:
        yield Check("database", "error", f"{shown} is damaged: {damage}", _RESTORE)
    elif current == newest:
        yield Check("database", "ok", f"{shown}, schema {current}")
    else:
        fix = "Run tapehead migrate, or start the service."
        yield Check("database", "note", f"{shown}, schema {current}; the newest is {newest}", fix)


def _sqlite() -> Check:
    here = sqlite3.sqlite_version_info
    fixed = here >= _WAL_RESET_FIXED[0] or any(
        here[:2] == release[:2] and here >= release for release in _WAL_RESET_FIXED
    )
    if fixed:
        return Check("sqlite", "ok", sqlite3.sqlite_version)
    detail = f"{sqlite3.sqlite_version}, which has the WAL-reset bug"
    fix = "Nothing if one service uses the data folder. Otherwise use Postgres."
    return Check("sqlite", "note", detail, fix)


def _service(settings: Settings) -> Iterator[Check]:
    try:
        ready = httpx.get(f"{settings.address}/ready", timeout=2, trust_env=False)
    except httpx.TransportError:
        yield Check(
            "service", "note", f"not running at {settings.address}", "Start it: tapehead serve."
        )
        return
    status: Status = "ok" if ready.status_code == 200 else "note"
    answer = ready.json().get("status", "not ready")
    yield Check("service", status, f"{settings.address}: {answer}")


def print_table(checks: list[Check], console: Console) -> None:
    table = Table.grid(padding=(0, 1))
    for check in checks:
        detail = Text(check.detail)
        if check.fix:
            detail.append(f"\n→ {check.fix}", style="yellow")
        table.add_row(_MARKS[check.status], f"[bold]{check.name}[/]", detail)
    console.print(table)
