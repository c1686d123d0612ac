"""Waiting for a condition, with a deadline."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    condition: Callable[[], T | Awaitable[T]], seconds: float = 60, *, every: float = 0.01
) -> T:
    """The first true value of ``condition``, which is looked at ``every`` so many seconds.

    Raises AssertionError if there is none after ``seconds``.
    """
    try:
        async with asyncio.timeout(seconds):
            while True:
                value = condition()
                if inspect.isawaitable(value):
                    value = await value
                if value:
                    return value
                await asyncio.sleep(every)
    except TimeoutError:
        raise AssertionError(_late(condition, seconds)) from None


def wait_until(condition: Callable[[], T], seconds: float = 60, *, every: float = 0.01) -> T:
    """The same for a test that runs no event loop."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, _late(condition, seconds)
        time.sleep(every)
    return value


def _late(condition: Callable[[], object], seconds: float) -> str:
    try:
        source = inspect.getsource(condition).strip()
    except (OSError, TypeError):
        source = repr(condition)
    return f"still not true after {seconds:g} s: {source}"
