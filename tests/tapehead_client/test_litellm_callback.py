"""Which calls LiteLLM's callback keeps until their answer is there. ``tests/clients`` has the rest,
with the real package.
"""

import importlib
import sys
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

USER = SimpleNamespace(user_id="ann")
MESSAGES = [{"role": "user", "content": "My dog is called Biscuit."}]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module with a LiteLLM that has nothing but the base class."""
    names = "litellm", "litellm.integrations", "litellm.integrations.custom_logger"
    package, integrations, base = map(ModuleType, names)
    package.num_retries = None  # type: ignore[attr-defined]
    base.CustomLogger = type("CustomLogger", (), {})  # type: ignore[attr-defined]
    for each in (package, integrations, base):
        monkeypatch.setitem(sys.modules, each.__name__, each)
    monkeypatch.delitem(sys.modules, "tapehead_client.litellm_callback", raising=False)
    yield importlib.import_module("tapehead_client.litellm_callback")
    sys.modules.pop("tapehead_client.litellm_callback", None)


@pytest.fixture
def memory(module: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The callback, whose requests to the service are in ``posted``."""
    found = module.TapeheadMemory()
    found.posted = []

    async def post(path: str, sent: Any, call: Any) -> Any:
        found.posted.append((path, sent["messages"]))
        return {"text": "memories "}

    monkeypatch.setattr(found, "_post", post)
    return found


async def begin(memory: Any, call_id: str | None, **more: Any) -> Any:
    data = {"messages": MESSAGES, "user": "ann", "litellm_call_id": call_id, **more}
    return await memory.async_pre_call_deployment_hook(data, "acompletion")


async def succeed(memory: Any, call_id: str | None) -> None:
    message = SimpleNamespace(content="Noted.", tool_calls=None)
    answer = SimpleNamespace(choices=[SimpleNamespace(message=message)])
    await memory.async_log_success_event({"litellm_call_id": call_id}, answer, 0, 0)


async def fail(memory: Any, call_id: str | None) -> None:
    """As LiteLLM calls it: by name."""
    told = {"litellm_call_id": call_id}
    await memory.async_log_failure_event(kwargs=told, response_obj=None, start_time=0, end_time=0)


def stored(memory: Any) -> int:
    return sum(path == "exchanges" for path, _ in memory.posted)


async def test_a_call_that_fails_is_not_kept(memory: Any) -> None:
    await begin(memory, "a")
    await begin(memory, "b")
    await fail(memory, "a")
    await fail(memory, "unknown")
    assert [*memory._calls] == ["b"]
    await succeed(memory, "b")
    assert (stored(memory), len(memory._calls)) == (1, 0)


async def test_a_call_that_is_tried_again_is_stored(memory: Any) -> None:
    await begin(memory, "a", num_retries=2)
    await fail(memory, "a")
    await succeed(memory, "a")
    assert stored(memory) == 1


async def test_the_proxy_tells_when_all_attempts_have_failed(memory: Any) -> None:
    for call_id in ("a", "b"):
        data = {"messages": MESSAGES, "litellm_call_id": call_id}
        await memory.async_pre_call_hook(USER, None, data, "acompletion")
        await fail(memory, call_id)
    await succeed(memory, "a")
    assert stored(memory) == 1, "its fallback has answered"
    await memory.async_post_call_failure_hook({"litellm_call_id": "b"}, ValueError(), USER)
    assert len(memory._calls) == 0


async def test_a_call_without_an_id_gets_memories_and_is_not_kept(memory: Any) -> None:
    for call_id in (None, ""):
        sent = await begin(memory, call_id)
        assert sent["messages"][-1]["content"] == "memories My dog is called Biscuit."
        assert len(memory._calls) == 0
        await succeed(memory, call_id)
        await fail(memory, call_id)
    assert stored(memory) == 0


async def test_old_calls_and_the_oldest_of_many_are_left(
    module: Any, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1_002):
        await begin(memory, str(number))
    assert len(memory._calls) == 1_000
    assert next(iter(memory._calls)) == "2"
    await begin(memory, "2")
    assert next(iter(memory._calls)) == "3", "that one began anew"
    later = time.monotonic() + 3_601
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: later))
    await begin(memory, "new")
    assert [*memory._calls] == ["new"]
