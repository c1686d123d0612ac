"""Every client works with the service: the real package, in a process of its own.

``make clients`` installs them all. Without it, only those are run that this Python has already.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from clients import able_engine
from clients.installed import Client, clients, command, folder, found_version
from clients.scripted import run_script
from support.served import Served

SCRIPTED = [each for each in clients().values() if each.script]


@pytest.mark.parametrize("client", SCRIPTED, ids=lambda each: each.id)
async def test_a_client_works(
    client: Client, served: Served, record_property: Callable[[str, Any], None]
) -> None:
    if command(client) is None:
        pytest.skip(f"{client.package} is not installed: make clients")
    # A user each, so that no client finds what another said.
    [bearer] = served.keys(client.id).values()
    key = bearer["Authorization"].removeprefix("Bearer ")
    checks, output = await asyncio.to_thread(run_script, client, served, key, able_engine.MODEL)
    version = client.version if folder() else found_version(client)
    record_property(
        "client", {"name": client.name, "version": version, "engine": "able", "checks": checks}
    )
    assert all(checks.values()), output
