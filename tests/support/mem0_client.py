"""Fixtures: mem0's own client, connected to the service."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import httpx
import pytest
from support.keyed_service import Keyed, with_keys
from support.service import Service

Connect = Callable[..., Any]


@pytest.fixture(scope="session")
def mem0(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """At import it makes a folder, and would begin to tell its maker what is done with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEM0_DIR", str(tmp_path_factory.mktemp("mem0")))
        patch.setenv("MEM0_TELEMETRY", "False")
        return importlib.import_module("mem0")


@pytest.fixture
def connect(mem0: ModuleType, service: Service) -> Iterator[Connect]:
    with ExitStack() as closing:

        def made(key: str = "none", **headers: str) -> Any:
            http = closing.enter_context(httpx.Client(headers=headers, timeout=30))
            return mem0.MemoryClient(api_key=key, host=f"{service.url}/mem0", client=http)

        yield made


@pytest.fixture
async def keyed(service: Service) -> Keyed:
    return with_keys(service)


def secret(keyed: Keyed, who: str) -> str:
    """The API key of a holder."""
    return keyed.bearer[who]["Authorization"].removeprefix("Bearer ")
