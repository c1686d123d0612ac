"""A few threads at a time, for work that holds the interpreter's lock."""

import asyncio
import threading

import pytest

from app.few_threads import FewThreads

pytestmark = pytest.mark.asyncio


async def test_only_a_few_run_at_once_and_none_is_lost() -> None:
    threads, lock, go = FewThreads(at_once=2), threading.Lock(), threading.Event()
    running = most = 0

    def work(number: int, *, twice: bool) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go.wait(10)
        with lock:
            running -= 1
        if number == 3:
            raise ValueError(number)
        return number * 2 if twice else number

    asked = [asyncio.create_task(threads.run(work, number, twice=True)) for number in range(8)]
    await asyncio.sleep(0.1)
    go.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert most == 2
    assert [each for each in found if isinstance(each, int)] == [0, 2, 4, 8, 10, 12, 14]
    assert isinstance(found[3], ValueError)


async def test_who_leaves_while_waiting_takes_no_place_along() -> None:
    threads, go = FewThreads(at_once=1), threading.Event()
    first = asyncio.create_task(threads.run(go.wait, 10))
    waiting = asyncio.create_task(threads.run(go.wait, 10))
    await asyncio.sleep(0.05)
    waiting.cancel()
    go.set()
    assert await first
    assert await asyncio.wait_for(threads.run(lambda: "next"), 5) == "next"


async def test_who_leaves_in_the_midst_keeps_the_place_until_the_thread_is_done() -> None:
    threads, go = FewThreads(at_once=1), threading.Event()

    def fail() -> None:
        go.wait(10)
        raise ValueError("nobody hears this")

    leaving = asyncio.create_task(threads.run(fail))
    await asyncio.sleep(0.05)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    later = asyncio.create_task(threads.run(lambda: "later"))
    await asyncio.sleep(0.05)
    assert not later.done()
    go.set()
    assert await asyncio.wait_for(later, 5) == "later"
