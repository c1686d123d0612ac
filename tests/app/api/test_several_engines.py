"""Several engines behind one service: their models, their keys, and one of them that is down."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from support.before_engine import service_before, user, whole
from support.error_shape import code_of
from support.eventually import eventually
from support.networks.fake_openai_server import Engine, Script, engine, hang, models, response
from support.service import Service

from app.cli import doctor
from app.settings import Settings

KEYS = "gpu=sk-gpu, mac=sk-mac="
LISTING = response(
    200, {"data": [{"id": "m"}, {"id": "big", "owned_by": "vllm", "max_model_len": 999}]}
)


def with_engines(settings: Settings, **changes: Any) -> Settings:
    """The settings, validated with these."""
    return Settings(_env_file=None, **(settings.model_dump() | changes))


@asynccontextmanager
async def two_engines(
    settings: Settings, *completions: Script, **changes: Any
) -> AsyncIterator[tuple[Service, Engine, Engine]]:
    """A default engine with the model ``m``, and another, ``gpu``, with ``m`` and ``big``."""
    async with engine(*completions, models=LISTING) as other:
        urls = f"gpu={other.url}, mac=http://127.0.0.1:1/v1"
        changes = {"engines": urls, "engine_keys": KEYS, **changes}
        changed = with_engines(settings, engine_url="http://x", **changes)
        async with service_before(changed, whole("Default.")) as (service, server):

            async def is_reached() -> bool:
                return len((await service.client.get("/v1/models")).json()["data"]) > 1

            await eventually(is_reached)
            yield service, server, other


async def ask(service: Service, model: str | None, **more: Any) -> httpx.Response:
    body = {"model": model, "messages": [user("Hi")], **more}
    return await service.client.post("/v1/chat/completions", json=body)


async def names(service: Service) -> list[str]:
    listed = (await service.client.get("/v1/models")).json()["data"]
    return [each["id"] for each in listed]


async def test_the_models_of_all_engines_are_listed_and_reached(settings: Settings) -> None:
    async with two_engines(settings, whole("Other.")) as (service, default, other):
        assert await names(service) == ["m", "gpu/m", "big"]
        listed = (await service.client.get("/v1/models")).text
        assert not any(secret in listed for secret in ("sk-", "127.0.0.1", "http"))
        card = (await service.client.get("/v1/models/gpu/m")).json()
        assert card["id"] == "gpu/m"
        for named, at, got in (
            (None, default, "m"),
            ("m", default, "m"),
            ("gpu/m", other, "m"),
            ("big", other, "big"),
            ("gpu/big", other, "big"),
        ):
            answer = await ask(service, named)
            assert answer.status_code == 200, answer.text
            asked = at.completions[-1]
            assert asked.body["model"] == got
            key = "Bearer sk-gpu" if at is other else None
            assert asked.headers.get("authorization") == key
            assert "cache_salt" in asked.body
        refused = await ask(service, "mac/m")
        assert code_of(refused) == (404, "model_not_found")
        assert refused.json()["error"]["message"].endswith("serves: m, gpu/m, big")
        tags = (await service.client.get("/api/tags")).json()["models"]
        assert [each["name"] for each in tags] == ["m", "gpu/m", "big"]
        body = {"model": "gpu/m", "max_tokens": 9, "messages": [user("Hi")]}
        message = (await service.client.post("/v1/messages", json=body)).json()
        assert (message["content"][0]["text"], message["model"]) == ("Other.", "gpu/m")
        own = (await service.client.post("/v1/chat", json={"message": "Hi"})).status_code
        assert own == 503, "the service's own prompts go to the default engine, which streams none"
        assert default.completions[-1].body["messages"][0]["role"] == "system"


async def test_the_operator_can_name_the_models_of_each(settings: Settings) -> None:
    changes = {"engine_models": "m, gpu/big, gpu/hidden", "engine_model": "m"}
    async with two_engines(settings, whole("Other."), **changes) as (service, _, _):
        assert await names(service) == ["m", "big", "hidden"]
        assert (await ask(service, "gpu/m")).status_code == 404


async def test_an_engine_that_is_down_hides_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.language.pass_through.served_models.FRESH_SECONDS", 0)
    monkeypatch.setattr("models.language.openai_client.PROBE_SECONDS", 600)
    async with two_engines(settings, whole("Other.")) as (service, _, other):
        other.scripts["/v1/models"] = [hang]
        for path in ("/v1/models", "/v1/models/unknown", "/v1/models"):
            await service.client.get(path)
        assert await names(service) == ["m", "gpu/m", "big"], "as it was last known"
        other.scripts["/v1/chat/completions"] = [response(500)]
        assert code_of(await ask(service, "big")) == (503, "model_failed")
        assert (await ask(service, "m")).status_code == 200
        assert (await service.client.get("/ready")).status_code == 200


async def test_an_engine_that_starts_later_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.language.pass_through.named_engine.RETRY_SECONDS", 0.05)
    async with engine(whole("Other."), models=response(401)) as other:
        changed = with_engines(settings, engine_url="http://x", engines=f"gpu={other.url}")
        async with service_before(changed, whole("Default.")) as (service, _):
            assert await names(service) == ["m"]
            other.scripts["/v1/models"] = [models("big")]

            async def is_found() -> bool:
                return (await ask(service, "big")).status_code == 200

            await eventually(is_found)


async def test_a_client_reaches_no_engine_by_an_address(settings: Settings) -> None:
    async with two_engines(settings, whole("Other.")) as (service, _, other):
        for name in (f"{other.url}/m", "/m", "gpu/", "gpu//m", "../m"):
            assert (await ask(service, name)).status_code == 404
        assert other.completions == []


@pytest.mark.parametrize(
    "given",
    [
        {"engines": "http://a/v1"},
        {"engines": "gpu=ftp://a"},
        {"engines": "a b=http://a/v1"},
        {"engines": "gpu=http://a/v1,gpu=http://b/v1"},
        {"engines": "gpu=http://u:sk-1@a/v1"},
        {"engine_keys": "sk-1"},
        {"engine_keys": "mac=sk-1"},
        {"engines": "gpu=http://a/v1", "engine_url": None},
    ],
)
def test_settings_that_name_no_engine_are_refused(given: dict[str, Any]) -> None:
    valid = {"engine_url": "http://x/v1", "engines": "gpu=http://a/v1"}
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **(valid | given))
    assert "sk-1" not in str(refused.value)


def test_the_doctor_looks_at_each(settings: Settings) -> None:
    engines = "gpu=http://127.0.0.1:1/v1"
    changed = with_engines(settings, engine_url="http://127.0.0.1:1/v1", engines=engines)
    found = [check for check in doctor.run_checks(changed) if check.name.startswith("engine")]
    assert [(check.name, check.status) for check in found] == [
        ("engine", "error"),
        ("engine gpu", "note"),
    ]
    assert "sk-" not in json.dumps([check.detail for check in found])
