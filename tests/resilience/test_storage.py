"""What a client sees when the disk is full, the database locked, damaged or out of reach, and when
the embedder is another one or out of its mind.
"""

import asyncio
import os
import resource
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress

import numpy as np
import pytest
from jaxtyping import Float32
from sqlalchemy import exc
from support.error_shape import code_of
from support.eventually import eventually
from support.networks.fakes import FakeEmbedder
from support.service import Service, running

from app.cli.doctor import run_checks
from app.maintenance import backfill_embeddings
from app.settings import Settings
from memory.db.database import Database
from memory.embedding import BATCH
from memory.repositories.missing_embeddings import MissingEmbeddings
from models.embedding_queue import EmbedderError


def limit_pages(service: Service, more: int) -> None:
    """As if the disk had room for so many more pages."""
    with service.app.state.services.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")


async def test_on_a_full_disk_nothing_is_half_stored_and_everything_can_be_read(
    service: Service,
) -> None:
    told = await service.say("My dog is called Biscuit")
    limit_pages(service, 2)
    for _ in range(20):
        refused = await service.client.post("/v1/memories", json={"text": "long " * 2000})
        if refused.status_code != 201:
            break
    assert code_of(refused) == (507, "storage_full")
    assert refused.headers["Retry-After"]
    key = {"Idempotency-Key": "k"}
    body = {"message": "very " * 1500}
    assert code_of(await service.client.post("/v1/chat", json=body, headers=key)) == (
        507,
        "storage_full",
    )
    kept = await service.client.get(f"/v1/replies/{told['id']}")
    assert kept.json()["message"] == told["message"]
    found = await service.client.post("/v1/memories/search", json={"query": "Biscuit"})
    assert found.json()["results"]
    limit_pages(service, 10_000)
    assert (await service.client.post("/v1/chat", json=body, headers=key)).status_code == 200
    listed = (await service.client.get("/v1/conversations")).json()["results"]
    assert [each["turns"] for each in listed] == [2, 2]


async def test_while_another_program_writes_a_client_is_told_to_come_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database.__init__, "__kwdefaults__", {"pool_size": 8, "busy_timeout": 0.1})
    async with running(settings) as service:
        await service.say("hello")
        file = settings.data_dir / "tapehead.db"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asked = [service.client.post("/v1/chat", json={"message": "again"}) for _ in range(6)]
            for refused in await asyncio.gather(*asked):
                assert code_of(refused) == (503, "database_busy")
                assert refused.headers["Retry-After"] == "1"
            assert (await service.client.get("/v1/memories")).status_code == 200
            other.execute("ROLLBACK")
        await service.say("again")
        assert len(service.language.prompts) == 2, "those that were refused were not generated"


async def test_without_file_descriptors_a_client_is_told_so(service: Service) -> None:
    await service.say("hello")
    database = service.app.state.services.database
    database._reader.dispose()  # else its connections are open already
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")), before[1]))
    held = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        refused = await service.client.get("/v1/memories")
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert code_of(refused) == (503, "database_unavailable")
    assert len((await service.client.get("/v1/memories")).json()["results"]) == 2


async def test_a_damaged_database_is_called_so_by_the_service_and_by_the_doctor(
    settings: Settings,
) -> None:
    async with running(settings) as service:
        for number in range(40):
            await service.client.post("/v1/memories", json={"text": f"fact {number} " * 400})
    file = settings.data_dir / "tapehead.db"
    content = file.read_bytes()
    # What came last: a start looks at the first page, and at that with the version of the schema.
    half = len(content) // 2
    file.write_bytes(content[:half] + bytes(len(content) - half))
    async with running(settings) as service:
        assert code_of(await service.client.get("/v1/memories")) == (503, "database_damaged")
        [check] = [each for each in run_checks(settings) if each.name == "database"]
        assert check.status == "error"
        assert "damaged" in check.detail or "malformed" in check.detail
        assert "backup" in (check.fix or "")


def test_every_error_of_a_database_has_a_look_and_says_nothing_of_a_statement() -> None:
    from app.errors import error_body, error_kind

    locked = sqlite3.OperationalError("SELECT secret")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    for error, expected in (
        (exc.OperationalError("SELECT secret", {}, locked), "database_busy"),
        (exc.OperationalError("SELECT secret", {}, Exception("secret")), "database_unavailable"),
        (exc.InterfaceError("SELECT secret", {}, Exception("secret")), "database_unavailable"),
        (exc.TimeoutError("QueuePool of secret"), "database_busy"),
        (exc.ProgrammingError("SELECT secret", {}, Exception("secret")), "internal_error"),
    ):
        assert error_kind(error).code == expected
        assert "secret" not in str(error_body(error))


# The embedder


class Odd(FakeEmbedder):
    """Gives this to every text that has "odd" in it."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        vectors = await super().embed(texts)
        for row, text in enumerate(texts):
            if "odd" in text:
                vectors[row] = self.value
        return vectors


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
async def test_a_vector_that_is_no_direction_is_no_key_and_the_turn_is_kept(
    settings: Settings, value: float
) -> None:
    async with running(settings, embedder=Odd(value)) as service:
        reply = await service.say("an odd message of mine")
        await service.client.post("/v1/memories", json={"text": "an odd fact of mine"})
        services = service.app.state.services
        missing = MissingEmbeddings(services.database, service.embedder.name)
        while await backfill_embeddings(missing, service.embedder):
            pass
        slots = [change.slot for change in services.memories.changes("local", 0)[1] if change.slot]
        embedded = {slot.text: slot.embedding is not None for slot in slots}
        assert embedded == {
            "an odd message of mine": False,
            "an odd fact of mine": False,
            service.language.answer: True,
        }
        found = await service.client.post("/v1/memories/search", json={"query": "odd fact of mine"})
        assert found.json()["results"][0]["memory"] == "an odd fact of mine"
        assert reply["memory"] is not None


async def test_while_the_embedder_is_broken_keys_wait_and_are_not_given_up(
    service: Service,
) -> None:
    """A text that alone cannot be embedded is given up; one among many that cannot, is not."""
    service.embedder.broken = True
    await service.client.post("/v1/memories", json={"text": "my red boat"})
    missing = MissingEmbeddings(service.app.state.services.database, service.embedder.name)
    with pytest.raises(EmbedderError):
        await backfill_embeddings(missing, service.embedder)
    assert [slot.text for slot in missing.find(9)] == ["my red boat"]
    service.embedder.broken = False
    assert await backfill_embeddings(missing, service.embedder) == 1
    assert missing.find(9) == []


TEXTS = [f"fact {number} of mine" for number in range(40)]


class Smaller(FakeEmbedder):
    """Another embedder, which is stopped in its work after so many of the old texts."""

    name = "fake-smaller"
    dimension = 16

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most

    async def embed(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        if texts[0] in TEXTS:
            if self.left < len(texts):
                await asyncio.Event().wait()
            self.left -= len(texts)
        return await super().embed(texts)


async def test_another_embedder_of_another_dimension_searches_no_old_key(
    settings: Settings, database_url: str
) -> None:
    """Words find until the new embeddings are there, which come in batches over two restarts."""
    settings = settings.model_copy(update={"database_url": database_url})
    query = {"query": "fact 7 of mine, was it not?"}

    async def best(service: Service) -> tuple[str, float]:
        found = await service.client.post("/v1/memories/search", json=query)
        hit = found.json()["results"][0]
        return hit["memory"], hit["signals"]["cosine"]

    async def until_without_embedding(service: Service, embedder: Smaller, number: int) -> None:
        missing = MissingEmbeddings(service.app.state.services.database, embedder.name)
        await eventually(lambda: len(missing.find(99)) <= number)

    async with running(settings) as service:
        for text in TEXTS:
            await service.client.post("/v1/memories", json={"text": text})
        assert (await best(service))[1] > 0.1
    async with running(settings, embedder=Smaller(0)) as service:
        assert await best(service) == ("fact 7 of mine", 0)
    async with running(settings, embedder=(first := Smaller(BATCH))) as service:
        await until_without_embedding(service, first, len(TEXTS) - BATCH)
    async with running(settings, embedder=(second := Smaller(99))) as service:
        await until_without_embedding(service, second, 0)
        assert second.left == 99 - (len(TEXTS) - BATCH), (
            "what was done before the restart is not done again"
        )
        assert (await best(service))[1] > 0.1
