"""Pools of threads: fair between users, bounded, and nothing lost when a caller leaves."""

import asyncio
import threading
from collections.abc import Callable

import httpx
import pytest
from support.eventually import eventually
from support.service import Service

from app.errors import QueueFull, UserQueueFull
from app.fair_pools import FairQueue, WorkPool

pytestmark = pytest.mark.asyncio

SOON = 0.05


class Blocked:
    """Work that notes whose it was, and ends when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun: list[str] = []

    def __call__(self, user_id: str, result: object = None) -> object:
        self.begun.append(user_id)
        self.go.wait(10)
        if isinstance(result, Exception):
            raise result
        return result


def begin(pool: WorkPool, work: Callable[..., object], *users: str) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(pool.run(work, user)) for user in users]


async def test_results_and_errors_come_back_and_only_so_many_run_at_once() -> None:
    pool, work = WorkPool("work", 2, per_user=2), Blocked()
    results = [1, ValueError("two"), 3, 4]
    asked = [asyncio.create_task(pool.run(work, "ada", each)) for each in results]
    await asyncio.sleep(SOON)
    assert (len(work.begun), pool.running, pool.waiting) == (2, 2, 2)
    work.go.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert found == results
    assert (pool.running, pool.waiting) == (0, 0)


async def test_one_user_cannot_take_the_last_thread() -> None:
    pool, work = WorkPool("work", 3), Blocked()
    asked = begin(pool, work, *["ada"] * 10)
    await asyncio.sleep(SOON)
    assert work.begun == ["ada", "ada"]
    assert await asyncio.wait_for(pool.run(lambda user: user, "ben"), 5) == "ben"
    work.go.set()
    await asyncio.gather(*asked)


async def test_who_waits_is_served_in_turn_a_user_at_a_time() -> None:
    pool, work = WorkPool("work", 1), Blocked()
    asked = begin(pool, work, "ada", "ada", "ada", "ada", "ben", "cem", "ben")
    await asyncio.sleep(SOON)
    work.go.set()
    await asyncio.gather(*asked)
    assert work.begun == ["ada", "ben", "cem", "ada", "ben", "ada", "ada"]


async def test_queues_are_bounded_in_all_and_for_each_user() -> None:
    pool, work = WorkPool("work", 1, waiting=3, waiting_per_user=2), Blocked()
    asked = begin(pool, work, "ada", "ada", "ada", "ben")
    await asyncio.sleep(SOON)
    with pytest.raises(UserQueueFull):
        await pool.run(work, "ada")
    with pytest.raises(QueueFull):
        await pool.run(work, "cem")
    work.go.set()
    await asyncio.gather(*asked)
    assert await pool.run(work, "ada", "again") == "again"


async def test_who_leaves_while_waiting_leaves_nothing_behind() -> None:
    pool, work = WorkPool("work", 1), Blocked()
    first, *waiting = begin(pool, work, "ada", "ada", "ben")
    await asyncio.sleep(SOON)
    for each in waiting:
        each.cancel()
    work.go.set()  # and in the same moment the thread becomes free
    await first
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (pool.running, pool.waiting) == (0, 0)
    assert work.begun == ["ada"]
    assert await asyncio.wait_for(pool.run(work, "cem", "next"), 5) == "next"


async def test_who_leaves_in_the_midst_keeps_the_thread_until_it_is_done() -> None:
    pool, work = WorkPool("work", 1), Blocked()
    leaving = asyncio.create_task(pool.run(work, "ada", ValueError("nobody hears this")))
    await asyncio.sleep(SOON)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    later = asyncio.create_task(pool.run(lambda user: user, "ben"))
    await asyncio.sleep(SOON)
    assert not later.done()
    work.go.set()
    assert await asyncio.wait_for(later, 5) == "ben"


async def test_only_a_wait_for_others_counts_as_long() -> None:
    pool, work = WorkPool("work", 2), Blocked()
    asked = begin(pool, work, "ada", "ada")
    await asyncio.sleep(SOON)
    assert pool.longest_wait == 0
    asked += begin(pool, work, "ben", "cem")
    await asyncio.sleep(SOON)
    assert pool.longest_wait >= SOON / 2
    work.go.set()
    await asyncio.gather(*asked)
    assert pool.longest_wait == 0


async def test_the_service_is_not_ready_while_chats_wait_for_threads(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.routes.health.LONGEST_WAIT", SOON)
    chats, work = service.app.state.services.pools.chats, Blocked()
    busy = begin(chats, work, *[f"user {n}" for n in range(chats.slots)])
    waiting = asyncio.create_task(service.say("hello", user="ada"))

    async def refusal() -> httpx.Response | None:
        ready = await service.client.get("/ready")
        return None if ready.status_code == 200 else ready

    assert (await eventually(refusal)).json()["error"]["code"] == "queue_full"
    work.go.set()
    await asyncio.gather(*busy, waiting)
    assert (await service.client.get("/ready")).status_code == 200


async def test_places_are_refused_and_given_back() -> None:
    places = FairQueue("imports", 2, per_user=1, waiting=0)
    async with places.slot("ada"):
        with pytest.raises(UserQueueFull):
            async with places.slot("ada"):
                pass
        async with places.slot("ben"):
            with pytest.raises(QueueFull):
                async with places.slot("cem"):
                    pass
        async with places.slot("cem"):
            pass
    async with places.slot("ada"):
        pass
    assert (places.running, places.waiting) == (0, 0)
