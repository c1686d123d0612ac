"""The three loops of maintenance: one that is stuck, or fails, stops no other."""

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


def maintenance_of(service: Service) -> Maintenance:
    maintenance: Maintenance = service.app.state.maintenance
    return maintenance


@pytest.mark.parametrize("stuck", ["sweep", "find"])
async def test_a_loop_that_is_stuck_stops_no_other(
    service: Service, monkeypatch: pytest.MonkeyPatch, stuck: str
) -> None:
    """A reply that takes several leases is not given up, and the other loop does its work."""
    maintenance, done = maintenance_of(service), threading.Event()
    called = {"sweep": 0, "find": 0}
    for owner, name in ((maintenance._replies.leases, "sweep"), (maintenance._missing, "find")):
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
        await eventually(lambda: maintenance.last_renewal >= begun + 3 * LEASE)
        service.language.hold.set()
        assert (await saying)["message"] == service.language.answer
        other = {"sweep": "find", "find": "sweep"}[stuck]
        assert called[stuck] == 1
        assert called[other] > 2
    finally:
        done.set()


async def test_a_database_that_is_silent_is_known_by_its_last_renewal(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no reply runs, and until it answers again."""
    maintenance = maintenance_of(service)
    answers = threading.Event()
    renew = maintenance._replies.leases.renew

    def fails(running: Any) -> int:
        if not answers.is_set():
            raise OSError("away")
        return renew(running)

    monkeypatch.setattr(maintenance._replies.leases, "renew", fails)
    await eventually(lambda: maintenance.seconds_since_renewal >= LEASE)
    answers.set()
    answered = time.monotonic()
    await eventually(lambda: maintenance.last_renewal >= answered)
