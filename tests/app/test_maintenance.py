"""The three loops of upkeep: one that is stuck, or fails, stops no other."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.eventually import eventually
from support.service import Service, running

from app.maintenance import Maintenance
from app.settings import Settings

LEASE = 2.0


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    async with running(settings.model_copy(update={"lease_seconds": LEASE})) as service:
        yield service


def upkeep_of(service: Service) -> Maintenance:
    maintenance: Maintenance = service.app.state.maintenance
    return maintenance


@pytest.mark.parametrize("stuck", ["sweep", "missing"])
async def test_a_loop_that_is_stuck_stops_no_other(
    service: Service, monkeypatch: pytest.MonkeyPatch, stuck: str
) -> None:
    """A reply that takes several leases is not given up, and the other loop does its work."""
    upkeep, done = upkeep_of(service), threading.Event()
    called = {"sweep": 0, "missing": 0}
    for owner, name in ((upkeep._replies, "sweep"), (upkeep._keys, "missing")):
        inner = getattr(owner, name)

        def counted(*given: Any, _name: str = name, _inner: Any = inner) -> Any:
            called[_name] += 1
            if _name == stuck:
                done.wait(30)
            return _inner(*given)

        monkeypatch.setattr(owner, name, counted)
    try:
        service.language.hold = asyncio.Event()
        saying = asyncio.create_task(service.say("hello"))
        begun = time.monotonic()
        await eventually(lambda: upkeep.last_renewal >= begun + 3 * LEASE)
        service.language.hold.set()
        assert (await saying)["message"] == service.language.answer
        other = {"sweep": "missing", "missing": "sweep"}[stuck]
        assert called[stuck] == 1
        assert called[other] > 2
    finally:
        done.set()


async def test_a_database_that_is_silent_is_known_by_its_last_renewal(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no reply runs, and until it answers again."""
    upkeep = upkeep_of(service)
    answers = threading.Event()
    renew = upkeep._replies.renew

    def fails(running: Any) -> int:
        if not answers.is_set():
            raise OSError("away")
        return renew(running)

    monkeypatch.setattr(upkeep._replies, "renew", fails)
    await eventually(lambda: upkeep.silent_for >= LEASE)
    answers.set()
    answered = time.monotonic()
    await eventually(lambda: upkeep.last_renewal >= answered)
