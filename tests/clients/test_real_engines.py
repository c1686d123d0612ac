"""Through the service to a real engine: tools and objects come back as the engine gives them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients.installed import Client, clients, command, program, why_not
from clients.scripted import output_of, run_script
from support.served import Served, serve

from benchmarks.support.real_engines import llama_server, vllm_serve
from models.bundled import bundled_language_model, packaged_language_model

ENGINES = {"llama-server": "llama-server", "vllm": "vllm"}
"""The program of each engine, by its id in ``clients.toml``."""
CHECKS = {
    "openai": ("structured",),
    "openai-node": ("structured",),
    "ai-sdk-compatible": ("structured",),
    "pydantic-ai": ("structured",),
}
"""What does not depend on the model's wit, by client: a grammar makes what is asked for."""
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}},
    "required": ["city"],
}
FORMS = {
    "tool": {
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}],
    },
    "object": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": WEATHER}}
    },
    "text": {},
}


@dataclass(frozen=True, slots=True)
class Real:
    """A real engine, and the service before it."""

    id: str
    url: str
    model: str
    served: Served
    key: str


@contextmanager
def started(name: str, folder: Path) -> Iterator[str]:
    """The address of an engine, while it runs."""
    found = program(name, ENGINES[name])
    assert found is not None
    if name == "vllm":
        model = bundled_language_model(folder / "model")
        with vllm_serve(found, model, folder / "log") as url:
            yield url
    else:
        with llama_server(found, packaged_language_model(), folder / "log", 1) as url:
            yield url


@pytest.fixture(scope="module", params=ENGINES)
async def real(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Real]:
    name = request.param
    if program(name, ENGINES[name]) is None:
        pytest.skip(why_not(name))
    folder = tmp_path_factory.mktemp("real")
    with started(name, folder) as url:
        model = httpx.get(f"{url}/models", trust_env=False).json()["data"][0]["id"]
        # The window is the engine's own.
        async with serve(folder, engine_url=url, engine_context_tokens="") as served:
            [bearer] = served.keys("anna").values()
            yield Real(name, url, model, served, bearer["Authorization"].removeprefix("Bearer "))


@pytest.mark.parametrize("form", FORMS)
async def test_an_answer_is_the_engines_own(real: Real, form: str) -> None:
    """Without the memory, the same greedy request gets the same message either way."""
    body = {
        "model": real.model,
        "messages": [{"role": "user", "content": "What is the weather in Rome?"}],
        "temperature": 0,
        "max_tokens": 24,
        "cache_prompt": False,  # else the second way would begin where the first one ended
        **FORMS[form],
    }
    headers = {"Authorization": f"Bearer {real.key}"}
    through = f"http://127.0.0.1:{real.served.port}/v1"
    async with httpx.AsyncClient(timeout=300, trust_env=False) as client:
        directly = await client.post(f"{real.url}/chat/completions", json=body)
        without_memory = body | {"memory": {"read": False, "write": False}}
        passed = await client.post(
            f"{through}/chat/completions", json=without_memory, headers=headers
        )
    assert passed.status_code == 200, passed.text
    assert _choice(passed.json()) == _choice(directly.json())


def _choice(answer: Any) -> Any:
    """The choice, without the ids that differ from call to call."""
    [choice] = answer["choices"]
    for call in choice["message"].get("tool_calls") or ():
        del call["id"]
    return choice


@pytest.mark.parametrize("name", CHECKS)
async def test_a_client_gets_its_objects(
    real: Real, name: str, record_property: Callable[[str, Any], None]
) -> None:
    client = clients()[name]
    if command(client) is None:
        pytest.skip(f"{client.package} is not installed: make clients")
    checks, output = await asyncio.to_thread(
        run_script, client, real.served, real.key, real.model, *CHECKS[name]
    )
    record_property("client", record(client, real, checks))
    assert all(checks.values()), output


async def test_an_agent_remembers_between_its_runs(real: Real) -> None:
    """The second run has no history. Its tool gets what the first one was told."""
    client = clients()["pydantic-ai"]
    if command(client) is None:
        pytest.skip(f"{client.package} is not installed: make clients")

    def run(*arguments: str) -> str:
        return output_of(
            client,
            "frameworks/remembering_agent.py",
            real.served,
            real.key,
            real.model,
            arguments,
            CLIENT_ENGINE=real.id,
        )

    await asyncio.to_thread(run, "tell", "My dog is called Biscuit.")
    asked = await asyncio.to_thread(run, "ask", "What is my dog called? Engrave the name.")
    assert "engrave(name='Biscuit')" in asked


def record(client: Client, real: Real, checks: dict[str, bool]) -> dict[str, Any]:
    """What docs/clients.json gets to know."""
    engine = clients()[real.id]
    tried = {"name": client.name, "version": client.version, "checks": checks}
    return tried | {"engine": f"{engine.name} {engine.version}"}
