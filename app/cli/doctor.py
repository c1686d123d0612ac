"""``tapehead doctor``: everything that the service needs, and how to mend what is wrong."""

import asyncio
import json
import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
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
from models.language.openai_client import Upstream

State = Literal["well", "note", "wrong"]
_MARKS = {"well": "[green]✓[/]", "note": "[yellow]•[/]", "wrong": "[bold red]✗[/]"}

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "sqlalchemy", "fastapi")
_DISK_GIB = 1.0  # the unpacked weights take 0.3 GiB; the rest is for what is said
_RESTORE = "stop the service and restore a backup"
# https://sqlite.org/wal.html: two connections that checkpoint at once may corrupt the file.
_WAL_RESET_MENDED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and if that is not well, how to mend it."""

    name: str
    state: State
    found: str
    mend: str | None = None


def examine(settings: Settings) -> list[Check]:
    """Look at everything. A check that breaks is itself a finding."""
    looks: list[Callable[[Settings], Iterator[Check]]] = [
        _software,
        _compute,
        _embedder,
        _language_model,
        _data_folder,
        _database,
        _service,
    ]
    checks: list[Check] = []
    for look in looks:
        try:
            checks += look(settings)
        except Exception as error:  # noqa: BLE001 - the other checks still run
            checks.append(
                Check(look.__name__.strip("_"), "wrong", f"could not be examined: {error}")
            )
    return checks


def _software(_: Settings) -> Iterator[Check]:
    yield Check("tapehead", "well", f"{version('tapehead')} on Python {platform.python_version()}")
    yield Check("packages", "well", ", ".join(f"{name} {version(name)}" for name in _PACKAGES))


def _compute(_: Settings) -> Iterator[Check]:
    import torch

    if torch.cuda.is_available():
        where = torch.cuda.get_device_name()
    else:
        where = f"{len(os.sched_getaffinity(0))} CPU cores"
    number = "bfloat16" if has_bfloat16() else "float32 (no bfloat16 here, so slower)"
    yield Check("compute", "well", f"{where}, {number}")


def _embedder(settings: Settings) -> Iterator[Check]:
    yield _model("embedder", settings.embedder, EMBEDDER, bundled_embedder)


def _language_model(settings: Settings) -> Iterator[Check]:
    if settings.engine_url is not None:
        yield asyncio.run(_engine(settings))
        return
    yield _model("language model", settings.language_model, LANGUAGE_MODEL, packaged_language_model)


async def _engine(settings: Settings) -> Check:
    url, key = settings.engine_url or "", settings.engine_key
    engine = Upstream(url, key=key.get_secret_value() if key else None)
    try:
        cards = await engine.models()
    except ModelRefused as error:
        return Check("engine", "wrong", f"{url}: {error}", "set TAPEHEAD_ENGINE_KEY")
    except LanguageModelError as error:
        mend = "is it running, and is TAPEHEAD_ENGINE_URL right?"
        return Check("engine", "wrong", f"{url}: {error}", mend)
    finally:
        await engine.close()
    names, wanted = [card.id for card in cards], settings.engine_model
    if wanted is None and len(names) != 1:
        found = f"{url} has {', '.join(sorted(names)[:10]) or 'no list of models'}"
        mend = "name one with TAPEHEAD_ENGINE_MODEL" if names else "does the address end in /v1?"
        return Check("engine", "wrong", found, mend)
    if wanted is not None and wanted not in names:
        return Check("engine", "note", f"{url} does not list {wanted}")
    return Check("engine", "well", f"{wanted or names[0]} at {url}")


def _model(name: str, wanted: str, packaged: str, find: Callable[[], Path]) -> Check:
    if wanted == "bundled":
        try:
            find()
            return Check(name, "well", f"{packaged}, packaged")
        except BundledModelMissing as error:
            return Check(name, "wrong", "the packaged model is missing", str(error))
        except BundledModelAltered as error:
            return Check(name, "wrong", "the packaged model was altered", str(error))
    folder = Path(wanted)
    if not folder.is_dir():
        return Check(name, "note", f"{wanted}, from the hub or its cache at start")
    if any(folder.rglob("*.safetensors")):
        return Check(name, "well", str(folder))
    mend = "save the model with save_pretrained(…, safe_serialization=True)"
    return Check(name, "wrong", f"{folder} holds no safetensors", mend)


def _data_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir.absolute()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        mend = "choose another with TAPEHEAD_DATA_DIR"
        yield Check("data folder", "wrong", f"{folder} cannot be written", mend)
        return
    free = shutil.disk_usage(there).free / 2**30
    found = f"{folder}, {free:.1f} GiB free"
    if free < _DISK_GIB:
        yield Check("data folder", "wrong", found, f"make room: {_DISK_GIB:g} GiB at least")
    else:
        yield Check("data folder", "well", found)


def _database(settings: Settings) -> Iterator[Check]:
    url = make_url(settings.url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        yield _sqlite()
        if not Path(url.database or "").exists():
            yield Check("database", "note", f"{shown} will be made at the first start")
            return
    database = Database(settings.url)
    try:
        there, newest = database.schema()
        damage = database.damage()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        damaged = isinstance(error, DBAPIError) and failure_of(error) == "damaged"
        mend = _RESTORE if damaged else "is it running, and is TAPEHEAD_DATABASE_URL right?"
        yield Check("database", "wrong", f"{shown}: {reason}", mend)
        return
    finally:
        database.close()
    if damage is not None:
        yield Check("database", "wrong", f"{shown} is damaged: {damage}", _RESTORE)
    elif there == newest:
        yield Check("database", "well", f"{shown}, schema {there}")
    else:
        mend = "tapehead migrate (tapehead serve does it, too)"
        yield Check("database", "note", f"{shown}, schema {there}, newest is {newest}", mend)


def _sqlite() -> Check:
    here = sqlite3.sqlite_version_info
    mended = here >= _WAL_RESET_MENDED[0] or any(
        here[:2] == fixed[:2] and here >= fixed for fixed in _WAL_RESET_MENDED
    )
    if mended:
        return Check("sqlite", "well", sqlite3.sqlite_version)
    found = f"{sqlite3.sqlite_version}, which has the WAL-reset bug"
    mend = "run one service per data folder (it has one writer, so it is safe), or use Postgres"
    return Check("sqlite", "note", found, mend)


def _service(settings: Settings) -> Iterator[Check]:
    try:
        ready = httpx.get(f"{settings.address}/ready", timeout=2, trust_env=False)
    except httpx.TransportError:
        yield Check("service", "note", f"not running at {settings.address}", "tapehead serve")
        return
    state: State = "well" if ready.status_code == 200 else "note"
    yield Check(
        "service", state, f"{settings.address} says {ready.json().get('status', 'not yet')}"
    )


def print_table(checks: list[Check], console: Console) -> None:
    table = Table.grid(padding=(0, 1))
    for check in checks:
        found = Text(check.found)
        if check.mend:
            found.append(f"\n→ {check.mend}", style="yellow")
        table.add_row(_MARKS[check.state], f"[bold]{check.name}[/]", found)
    console.print(table)


def print_json(checks: list[Check], console: Console) -> None:
    console.print_json(json.dumps([asdict(check) for check in checks]))
