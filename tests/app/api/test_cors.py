"""Pages of other sites: those that the setting names may use the service, and no others."""

from pathlib import Path

import httpx
import pytest
from support.error_shape import code_of
from support.keyed_service import with_keys
from support.service import running

from app.settings import Settings

SITE, OTHER = "http://localhost:5173", "https://evil.example"
CHAT = {"model": "fake", "messages": [{"role": "user", "content": "Hello"}]}


def preflight(site: str, **more: str) -> dict[str, str]:
    return {
        "Origin": site,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-lang",
        **more,
    }


def cors(answer: httpx.Response) -> dict[str, str]:
    return {k: v for k, v in answer.headers.items() if k.startswith("access-control")}


async def test_a_preflight_of_a_named_site_needs_no_key(settings: Settings) -> None:
    async with running(settings.model_copy(update={"cors_origins": SITE})) as service:
        with_keys(service)
        for path in ("/v1/chat/completions", "/v1/memories/any", "/nowhere"):
            answer = await service.client.options(path, headers=preflight(SITE))
            assert answer.status_code == 204
            assert answer.content == b""
            allowed = cors(answer)
            assert allowed["access-control-allow-origin"] == SITE
            assert "POST" in allowed["access-control-allow-methods"]
            assert "x-stainless-lang" in allowed["access-control-allow-headers"]
            assert "access-control-allow-credentials" not in allowed
            assert "access-control-allow-private-network" not in allowed
            assert "Origin" in answer.headers["vary"]
        local = preflight(SITE, **{"Access-Control-Request-Private-Network": "true"})
        answer = await service.client.options("/v1/models", headers=local)
        assert cors(answer)["access-control-allow-private-network"] == "true"


async def test_answers_and_errors_can_be_read_by_a_named_site_only(settings: Settings) -> None:
    async with running(settings.model_copy(update={"cors_origins": SITE})) as service:
        keyed = with_keys(service)
        for who, path, status in (
            ("anna", "/v1/models", 200),
            ("anna", "/v1/memories/none", 404),
            ("nobody", "/v1/models", 401),
            ("anna", "/nowhere", 404),
        ):
            for site in (SITE, OTHER):
                answer = await keyed.ask(who, "GET", path, headers={"Origin": site})
                assert answer.status_code == status
                assert answer.headers["vary"] == "Origin"
                assert ("access-control-allow-origin" in cors(answer)) == (site == SITE)
        streamed = await keyed.ask(
            "anna",
            "POST",
            "/v1/chat/completions",
            json={**CHAT, "stream": True},
            headers={"Origin": SITE},
        )
        assert cors(streamed)["access-control-allow-origin"] == SITE
        assert "X-Request-ID" in cors(streamed)["access-control-expose-headers"]


@pytest.mark.parametrize("origins", [None, SITE])
async def test_no_other_site_is_permitted(settings: Settings, origins: str | None) -> None:
    async with running(settings.model_copy(update={"cors_origins": origins})) as service:
        answer = await service.client.options("/v1/chat/completions", headers=preflight(OTHER))
        assert answer.status_code == 204
        assert answer.headers["allow"] == "POST"
        assert cors(answer) == {}
        refused = await service.client.post(
            "/v1/chat/completions", json=CHAT, headers={"Origin": OTHER}
        )
        assert code_of(refused) == (403, "host_not_allowed")
        assert service.language.prompts == []


@pytest.mark.parametrize(("origins", "status"), [(SITE, 200), ("*", 403)])
async def test_without_keys_a_site_must_be_named(
    settings: Settings, origins: str, status: int
) -> None:
    """With a star for all, any page that the user visits could read the memory."""
    async with running(settings.model_copy(update={"cors_origins": origins})) as service:
        answer = await service.client.get("/v1/memories", headers={"Origin": SITE})
        assert answer.status_code == status
        keyed = with_keys(service)
        answer = await keyed.ask("anna", "GET", "/v1/memories", headers={"Origin": SITE})
        assert answer.status_code == 200
        assert cors(answer)["access-control-allow-origin"] == origins


async def test_an_unexpected_error_can_be_read_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(settings.model_copy(update={"cors_origins": SITE})) as service:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("on purpose")

        monkeypatch.setattr(service.app.state.services.memories, "page", broken)
        answer = await service.client.get("/v1/memories", headers={"Origin": SITE})
        assert code_of(answer) == (500, "internal_error")
        assert cors(answer)["access-control-allow-origin"] == SITE


async def test_headers_that_are_no_names_are_not_repeated(settings: Settings) -> None:
    async with running(settings.model_copy(update={"cors_origins": SITE})) as service:
        for asked in ("canary canary", "a;b=canary", "canary" * 100, "x," * 100 + "canary"):
            headers = preflight(SITE) | {"Access-Control-Request-Headers": asked}
            answer = await service.client.options("/v1/models", headers=headers)
            assert answer.status_code == 204
            assert "canary" not in str(answer.headers)
            assert "Authorization" in cors(answer)["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://chat.example.org/, http://[::1]:3000", None),
        ("app://obsidian.md,chrome-extension://abcdefgh", None),
        ("*", ["*"]),
        ("", []),
        ("null", ValueError),
        ("chat.example.org", ValueError),
        ("https://chat.example.org/path", ValueError),
        ("https://*.example.org", ValueError),
        ("https://a:b@example.org", ValueError),
    ],
)
def test_origins_are_scheme_host_and_port(given: str, read: object, tmp_path: Path) -> None:
    if read is ValueError:
        with pytest.raises(ValueError, match="must be an origin"):
            Settings(_env_file=None, data_dir=tmp_path, cors_origins=given)
        return
    origins = Settings(_env_file=None, data_dir=tmp_path, cors_origins=given).origins
    assert origins == read if read is not None else len(origins) == 2
    assert not any(origin.endswith("/") for origin in origins)
