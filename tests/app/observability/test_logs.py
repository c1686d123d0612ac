"""The log: what each line holds, and that nothing of what people say is ever in it."""

import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from support.eventually import eventually
from support.service import Service

from app.main import create_app
from app.observability import logs
from app.settings import Settings
from models.language.base import Message, Sampling
from models.language.local import LocalLanguageModel

CANARY = "CANARY-marzipan"
BODY = {
    "message": CANARY,
    "text": CANARY,
    "query": CANARY,
    "title": CANARY,
    "model": "fake",
    "messages": [{"role": "user", "content": CANARY}],
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that the process logs at the finest level, as JSON; undone after the test."""
    loggers = [logging.getLogger(), *map(logging.getLogger, [*logging.root.manager.loggerDict])]
    before = [(log, log.handlers[:], log.level, log.propagate) for log in loggers]
    hooks, kind = (threading.excepthook, sys.unraisablehook), logging.getLoggerClass()
    stream = io.StringIO()
    logs.configure("debug", "json", stream)
    yield stream
    for log, handlers, level, propagate in before:
        log.handlers[:], log.propagate = handlers, propagate
        log.setLevel(level)
    threading.excepthook, sys.unraisablehook = hooks
    logging.setLoggerClass(kind)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def say_it_everywhere(service: Service) -> set[tuple[str, str]]:
    """Every route of the API, with the canary wherever one can be put."""
    document = (await service.client.get("/openapi.json")).json()
    asked = set()
    for path, methods in document["paths"].items():
        for method in methods:
            address = path
            while "{" in address:
                before, _, rest = address.partition("{")
                address = before + CANARY + rest.partition("}")[2]
            fields = {"message", "text", "query", "title", "messages", "model"}
            for body in (BODY, *({field: BODY[field]} for field in fields)):
                await service.client.request(
                    method,
                    address,
                    json=body,
                    params={"q": CANARY, "user": CANARY},
                    headers={"X-User-Id": CANARY, "Idempotency-Key": CANARY, "X-Other": CANARY},
                )
            asked.add((method.upper(), path))
    return asked


async def test_no_route_writes_what_was_said(service: Service, written: io.StringIO) -> None:
    """At the finest level, asked with bodies that fit and bodies that do not."""
    asked = await say_it_everywhere(service)
    ok = await service.say(CANARY, user=CANARY)
    chat = {"message": CANARY, "stream": True, "user": CANARY}
    streamed = await service.client.post("/v1/chat", json=chat)
    assert CANARY in service.language.prompts[-1][-1].content
    assert "event: done" in streamed.text
    one = {"X-User-Id": CANARY}
    await service.client.get(f"/v1/conversations/{ok['conversation_id']}/turns", headers=one)
    await service.client.patch(
        f"/v1/memories/{ok['question_id']}", json={"text": CANARY}, headers=one
    )
    await service.client.get("/v1/memories", params={"limit": CANARY})
    await service.client.post("/v1/chat", content=f'{{"message": "{CANARY}'.encode())
    told = {(line["method"], line["route"]) for line in lines(written) if "route" in line}
    assert {(method, path.replace(":path", "")) for method, path in asked} <= told
    assert "marzipan" not in written.getvalue().lower()


async def test_failures_are_told_without_what_was_said(
    service: Service, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine, an embedder and a fault of ours whose messages all quote what they were given."""
    service.language.fail_after, service.language.error = 1, RuntimeError(f"prompt: {CANARY}")
    assert (await service.client.post("/v1/chat", json={"message": CANARY})).status_code == 500
    service.language.fail_after = None

    def fault(*_: Any) -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ExceptionGroup(CANARY, [ValueError(CANARY)]) from error

    monkeypatch.setattr(service.app.state.services.memories, "get", fault)
    answer = await service.client.get("/v1/memories/x")
    assert answer.status_code == 500
    service.embedder.broken = True
    await service.say(CANARY)
    exceptions = "\n".join(line.get("exception", "") for line in lines(written))
    for kind in ("RuntimeError", "KeyError", "ExceptionGroup", "ValueError", "EmbedderError"):
        assert kind in exceptions
    assert "test_logs.py" in exceptions, "where it happened is told"
    request_id = answer.headers["X-Request-ID"]
    assert request_id in {line.get("request_id") for line in lines(written) if "exception" in line}
    assert "marzipan" not in written.getvalue().lower()


async def test_a_database_that_quotes_the_row_is_not_quoted(
    service_on_each: Service, written: io.StringIO
) -> None:
    """Postgres tells the whole failing row in its error; SQLite is made to say as much."""
    database = service_on_each.app.state.services.database
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.execute(
                text(
                    "CREATE TRIGGER never BEFORE INSERT ON slots WHEN NEW.text LIKE '%marzipan%' "
                    f"BEGIN SELECT RAISE(ABORT, 'no {CANARY}'); END"
                )
            )
        else:
            connection.execute(
                text("ALTER TABLE slots ADD CHECK (text NOT LIKE '%marzipan%')"),
            )
    for path, body in (("/v1/chat", {"message": CANARY}), ("/v1/memories", {"text": CANARY})):
        assert (await service_on_each.client.post(path, json=body)).status_code == 500
    exceptions = "\n".join(line.get("exception", "") for line in lines(written))
    assert "sqlalchemy.exc.IntegrityError" in exceptions
    number = "SQLITE_CONSTRAINT_TRIGGER" if database.is_sqlite else "sqlstate=23514"
    assert number in exceptions
    assert "marzipan" not in written.getvalue().lower()


async def test_an_engine_that_dies_quoting_its_prompt_is_not_quoted(
    tiny_folder: Path, written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    """The real one, whose library has handlers of its own that print the error."""
    logs.configure("debug", "json", written)  # what was imported only now is taken over, too
    language = LocalLanguageModel.load(tiny_folder, cache_tokens=2048)
    await language.start()
    try:

        def die() -> None:
            raise RuntimeError(CANARY)

        language._engine.batch.update_batch = die  # type: ignore[union-attr]
        with pytest.raises(Exception, match="engine"):
            async for _ in language.stream([Message("user", CANARY)], Sampling(max_tokens=20)):
                pass
        await eventually(lambda: language.restarts)
    finally:
        await language.close()
    told = lines(written)
    assert any("message redacted" in line["event"] for line in told), "the library had something"
    assert any("RuntimeError" in line.get("exception", "") for line in told)
    assert any("is restarted" in line["event"] for line in told)
    captured = capfd.readouterr()
    assert "marzipan" not in (written.getvalue() + captured.out + captured.err).lower()


AS_SERVE_DOES = """
import logging, sys
import app.server.serve
from app.observability import logs
logs.configure("info", "json")
assert "transformers" not in sys.modules, "it comes while models are loaded"
import transformers
from transformers.utils.logging import get_logger
get_logger("transformers.generation").warning("said: CANARY-marzipan")
for name in [*logging.root.manager.loggerDict]:
    library = logging.getLogger(name)
    assert library.propagate and not library.handlers, name
"""


def test_a_library_that_is_imported_later_prints_nothing_either() -> None:
    there = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", AS_SERVE_DOES], env=there, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    [line] = map(json.loads, done.stderr.splitlines())
    assert "message redacted" in line["event"]
    assert "marzipan" not in done.stdout + done.stderr


def test_a_thread_that_dies_is_told_without_its_words(
    written: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    def die() -> None:
        raise OSError(5, CANARY)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    [line] = lines(written)
    assert "OSError errno=5" in line["exception"]
    assert "marzipan" not in (written.getvalue() + capfd.readouterr().err).lower()


async def test_one_line_a_request_with_its_id_route_status_and_time(
    service: Service, written: io.StringIO
) -> None:
    mine = "3f0c5cd2b5f14ac8a1d4a0f5b0f7f9a1"
    await service.client.get("/v1/memories/nope?user=ann", headers={"X-Request-ID": mine})
    await service.client.get("/nowhere")
    first, second = [line for line in lines(written) if line["event"] == "request"]
    assert first["request_id"] == mine
    shown = {"method": "GET", "route": "/v1/memories/{memory_id}", "status": 404}
    assert shown.items() <= first.items()
    assert first["code"] == "not_found"
    assert 0 < first["duration_ms"] < 60_000
    assert first["level"] == "info"
    assert first["logger"] == "app.observability.request_log"
    assert first["timestamp"].endswith("Z")
    assert second["route"] == "unmatched"
    assert second["request_id"] != mine


async def test_what_a_reply_logs_carries_the_id_of_its_request(
    service: Service, written: io.StringIO
) -> None:
    """It is written by a task that outlives the request."""
    service.language.fail_after = 0
    answer = await service.client.post("/v1/chat", json={"message": "hello"})
    [failed] = [line for line in lines(written) if line["event"].startswith("reply ")]
    assert failed["request_id"] == answer.headers["X-Request-ID"]


async def test_probes_are_told_only_at_the_finest_level(
    service: Service, written: io.StringIO
) -> None:
    for path in ("/health", "/ready", "/metrics", "/v1/models"):
        await service.client.get(path)
    levels = {line["route"]: line["level"] for line in lines(written) if "route" in line}
    assert levels == {
        "/health": "debug",
        "/ready": "debug",
        "/metrics": "debug",
        "/v1/models": "info",
    }


def test_for_eyes_it_is_no_json(written: io.StringIO) -> None:
    logs.configure("info", "console", written)
    logging.getLogger("app.x").info("request", extra={"route": "/v1/chat", "user": CANARY})
    logging.getLogger("app.x").debug("too fine")
    told = written.getvalue()
    assert "route=/v1/chat" in told
    assert CANARY not in told, "of what is added only known fields are told"
    assert "too fine" not in told
    with pytest.raises(json.JSONDecodeError):
        json.loads(told)


def test_an_exception_that_leads_to_itself_is_told_once() -> None:
    one, two = ValueError("x"), TypeError("y")
    one.__cause__, two.__cause__ = two, one
    assert logs.describe_exception(one).count("ValueError") == 1
    assert logs.describe_exception(None) == ""
    assert "sqlstate=57P01" in logs.describe_exception(psycopg.errors.AdminShutdown())


def test_no_library_tells_each_of_its_steps_where_only_warnings_are_wanted(
    settings: Settings,
) -> None:
    create_app(settings)
    for name in ("sqlalchemy.engine.Engine", "sse_starlette", "httpx"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
