"""The LiteLLM callback with the real package: its SDK, and its proxy with two users."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients.adapters.recording_model import recording_model
from support.eventually import eventually
from support.service import Service

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALLED = Path(os.environ.get("TAPEHEAD_CLIENTS", "")) / "litellm" / "bin"
START_SECONDS = 300.0
pytestmark = pytest.mark.skipif(
    not (INSTALLED / "python").exists() or "TAPEHEAD_CLIENTS" not in os.environ,
    reason="litellm[proxy] is not installed: make clients",
)
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "NO_PROXY": "*"}


async def memories(service: Service, user: str) -> list[str]:
    headers = {"X-User-Id": user}
    listed = (await service.client.get("/v1/memories", headers=headers)).json()["results"]
    return [each["memory"] for each in listed][::-1]


async def test_the_sdk_remembers(service: Service, tried: Callable[..., None]) -> None:
    with recording_model() as model:
        ended = await asyncio.to_thread(
            subprocess.run,
            [INSTALLED / "python", HERE / "adapters" / "litellm_sdk.py", service.url, model.url],
            env=os.environ | QUIET | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout.splitlines()[-1]) == ["Noted."] * 6
        asked = [prompt[-1]["content"] for prompt in model.prompts]
    assert asked[0] == "My dog is called Biscuit."
    assert 'I said: "My dog is called Biscuit."' in asked[1]
    assert asked[1].endswith("What is my dog called?")
    assert asked[2] == "What is my dog called?", "of another user"
    assert asked[3] == "My cat is Tom.", "a temporary chat"
    assert asked[5] == "What is my dog called?", "without a service the call goes on"
    assert await memories(service, "ann") == [
        *("My dog is called Biscuit.", "Noted.", "What is my dog called?", "Noted."),
        *("My bird is Kiwi.", "Noted."),
    ]
    assert await memories(service, "ben") == ["What is my dog called?", "Noted."]
    tried("litellm", "chat", "memory", name="LiteLLM with our callback")


@asynccontextmanager
async def proxy(folder: Path, service: str, model: str) -> AsyncIterator[httpx.AsyncClient]:
    """LiteLLM's proxy as a process, whose keys ``sk-NAME`` are of the user NAME."""
    (folder / "proxy_callback.py").write_text((HERE / "adapters/proxy_callback.py").read_text())
    config = {
        "model_list": [
            {
                "model_name": "m",
                "litellm_params": {"model": "openai/m", "api_base": model, "api_key": "x"},
            }
        ],
        "litellm_settings": {"callbacks": ["proxy_callback.memory"]},
        "general_settings": {"custom_auth": "proxy_callback.authenticate"},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [INSTALLED / "litellm", "--config", "config.yaml", "--host", "127.0.0.1"]
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=folder,
            env=os.environ
            | QUIET
            | {"PYTHONPATH": str(ROOT), "TAPEHEAD_URL": service}
            | {"LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(32)}"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False
        ) as client:

            async def lives() -> bool:
                assert process.poll() is None, output.read_text()
                try:
                    return (await client.get("/health/liveliness")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(lives, START_SECONDS, every=1)
            yield client
    finally:
        process.kill()
        process.wait()


async def test_the_proxy_keeps_its_users_apart(
    service: Service, tmp_path: Path, tried: Callable[..., None]
) -> None:
    with recording_model() as model:
        async with proxy(tmp_path, service.url, model.url) as client:

            async def ask(text: str, key: str, **more: Any) -> None:
                before = len(await memories(service, key))
                headers = {"Authorization": f"Bearer sk-{key}"} | more.pop("headers", {})
                body = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
                answer = await client.post("/v1/chat/completions", json=body, headers=headers)
                assert answer.status_code == 200, answer.text
                if "X-Temporary-Chat" not in headers:

                    async def stored() -> bool:
                        return len(await memories(service, key)) == before + 2

                    await eventually(stored, 60)

            await ask("My dog is called Biscuit.", "ann")
            await ask("What is my dog called?", "ann", stream=True)
            await ask("And what is my dog called?", "ben", user="ann")
            await ask("My cat is Tom.", "ann", headers={"X-Temporary-Chat": "true"})
            await ask("I am Ann.", "ann")
        asked = [prompt[-1]["content"] for prompt in model.prompts]
    assert 'I said: "My dog is called Biscuit."' in asked[1]
    assert asked[2] == "And what is my dog called?", "a key does not read another user's memory"
    assert asked[3] == "My cat is Tom."
    assert await memories(service, "ann") == [
        *("My dog is called Biscuit.", "Noted.", "What is my dog called?", "Noted."),
        *("I am Ann.", "Noted."),
    ]
    assert await memories(service, "ben") == ["And what is my dog called?", "Noted."]
    tried("litellm", "stream", "proxy", name="LiteLLM with our callback")
