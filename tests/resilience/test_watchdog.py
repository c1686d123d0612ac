"""A real engine that dies or is left in the middle, seen over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.eventually import eventually
from support.service import Service, events, running, until_ended

from app.settings import Settings
from models.language.local import LocalLanguageModel

LONG = {"message": "hello", "max_tokens": 300}


@pytest.fixture
async def tiny_service(settings: Settings, tiny_folder: Path) -> AsyncIterator[Service]:
    """The service with the tiny model, which talks as long as it may."""
    language = LocalLanguageModel.load(tiny_folder, cache_tokens=8192)
    async with running(settings, language) as service:
        yield service


async def listen(service: Service, told: list[tuple[str, Any]], user: str) -> None:
    async for event in events(service.client, LONG, **{"X-User-Id": user}):
        told.append(event)  # noqa: PERF401 - the test looks at them as they come


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("death", [RuntimeError, SystemExit])
async def test_when_the_batching_thread_dies(
    tiny_service: Service, death: type[BaseException]
) -> None:
    """Every stream is told so, every reply is failed, the service is not ready, then is again."""
    service, streams = tiny_service, 5
    language: Any = service.language
    told: list[list[tuple[str, Any]]] = [[] for _ in range(streams)]
    listening = [
        asyncio.create_task(listen(service, heard, f"user{i}")) for i, heard in enumerate(told)
    ]
    await eventually(lambda: all(any(name == "delta" for name, _ in heard) for heard in told))

    def die() -> None:
        raise death("on purpose")

    language._engine.batch.update_batch = die
    seen = set()
    deadline = time.monotonic() + 60
    while not language.restarts:
        assert time.monotonic() < deadline, "the engine is not started again"
        ready = await service.client.get("/ready")
        seen.add((ready.status_code, ready.json().get("error", {}).get("code")))
        assert (await service.client.get("/health")).status_code == 200
        await asyncio.sleep(0.005)
    assert (503, "model_failed") in seen
    await asyncio.gather(*listening)
    for i, heard in enumerate(told):
        name, data = heard[-1]
        assert (name, data["error"]["code"]) == ("error", "model_failed")
        who = {"X-User-Id": f"user{i}"}
        reply = await service.client.get(f"/v1/replies/{heard[0][1]['id']}", headers=who)
        assert (reply.json()["status"], reply.json()["error"]) == ("failed", "model_failed")
    assert (await service.client.get("/ready")).status_code == 200
    await service.say("hello again", max_tokens=5)
    metrics = (await service.client.get("/metrics")).text
    assert "tapehead_engine_restarts_total 1.0" in metrics
    assert f'tapehead_replies_total{{code="model_failed",status="failed"}} {streams}.0' in metrics


@pytest.mark.parametrize("after", [0, 1, 2, 5, 17])
async def test_who_leaves_frees_the_engine(tiny_service: Service, after: int) -> None:
    """After so many pieces. The engine forgets the request; it would go on for 300 tokens else."""
    language: Any = tiny_service.language
    told = events(tiny_service.client, LONG)
    pieces = 0
    async for name, data in told:
        if name == "reply":
            reply_id = data["id"]
        pieces += name == "delta"
        if pieces == after and name in ("delta", "memory"):
            break
    await told.aclose()
    reply = await until_ended(tiny_service, reply_id)
    assert reply["status"] == "aborted"
    assert len(reply["message"]) < 300
    assert language._answers == {}
    await eventually(lambda: not language._engine.batch.scheduler.active_requests)
    chat = tiny_service.app.state.services.chat
    assert chat.running == {}
    assert chat.admission.running == 0
