"""Who may ask, and for whom: keys, namespaces, signed users, and every route in the matrix."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from support.error_shape import code_of
from support.keyed_service import TOO_MANY, WRONG, Keyed, guess, with_keys
from support.service import Service, running

from app.settings import Settings

SIGNING = "what-open-webui-and-we-both-know-0123"
# Routes whose answer is nobody's: what stands here needs no entry in ``BODIES``.
PUBLIC = {("GET", "/health"), ("GET", "/ready")}
MANAGING = {
    ("GET", "/metrics"),
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys"),
    ("DELETE", "/v1/keys/{key_id}"),
}
# For everyone who has a key, whoever that is.
SHARED = {
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model_id}"),
    ("GET", "/v1/keys/me"),
    ("GET", "/api/version"),
    ("GET", "/api/tags"),
    ("POST", "/api/show"),
    ("GET", "/mem0/v1/ping"),
}
# What each route is asked for; a route without an entry here fails the matrix.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/chat"): {"message": "Am I seen?"},
    ("POST", "/v1/chat/completions"): {
        "model": "fake",
        "messages": [{"role": "user", "content": "Am I seen?"}],
    },
    ("POST", "/v1/chat/recall"): {"messages": [{"role": "user", "content": "Biscuit"}]},
    ("POST", "/v1/chat/exchanges"): {
        "messages": [
            {"role": "user", "content": "Am I seen?"},
            {"role": "assistant", "content": "Am I seen?"},
        ],
    },
    ("POST", "/v1/completions"): {"model": "fake", "prompt": "Am I seen?"},
    ("POST", "/v1/responses"): {"model": "fake", "input": "Am I seen?"},
    ("GET", "/v1/responses/{response_id}"): None,
    ("GET", "/v1/responses/{response_id}/input_items"): None,
    ("POST", "/v1/responses/{response_id}/cancel"): None,
    ("DELETE", "/v1/responses/{response_id}"): None,
    ("POST", "/v1/embeddings"): {"model": "fake-words", "input": "Am I seen?"},
    **{
        ("POST", path): {
            "model": "fake",
            "messages": [{"role": "user", "content": "Am I seen?"}],
        }
        for path in ("/v1/messages", "/v1/messages/count_tokens", "/api/chat")
    },
    ("POST", "/api/generate"): {"model": "fake", "prompt": "Am I seen?"},
    ("GET", "/v1/replies/{reply_id}"): None,
    ("POST", "/v1/replies/{reply_id}/stop"): None,
    ("GET", "/v1/conversations"): None,
    ("GET", "/v1/conversations/{conversation_id}"): None,
    ("GET", "/v1/conversations/{conversation_id}/turns"): None,
    ("GET", "/v1/conversations/{conversation_id}/readings"): None,
    ("PATCH", "/v1/conversations/{conversation_id}"): {"title": "Mine now"},
    ("GET", "/v1/memories"): None,
    ("POST", "/v1/memories"): {"text": "I am allergic to peanuts."},
    ("POST", "/v1/memories/search"): {"query": "Biscuit"},
    ("GET", "/v1/memories/export"): None,
    ("POST", "/v1/memories/import"): [],
    ("GET", "/v1/memories/{memory_id}"): None,
    ("PATCH", "/v1/memories/{memory_id}"): {"text": "Mine now"},
    ("GET", "/v1/status"): None,
    ("GET", "/v1/readings/{reading_id}"): None,
    ("POST", "/v1/readings/{reading_id}/replay"): None,
    ("GET", "/v1/documents"): None,
    ("POST", "/v1/documents"): None,
    ("POST", "/v1/feedback"): {"reading_id": "none", "memory_id": "none", "feedback": None},
    # mem0's words for the same.
    ("GET", "/mem0/v1/entities"): None,
    ("POST", "/mem0/v2/memories"): {},
    ("POST", "/mem0/v3/memories"): {},
    ("GET", "/mem0/memories"): None,
    ("GET", "/mem0/v1/memories"): None,
    ("PUT", "/mem0/v1/batch"): {"memories": [{"memory_id": "none", "text": "Mine now"}]},
    ("DELETE", "/mem0/v1/batch"): {"memories": [{"memory_id": "none"}]},
    ("POST", "/mem0/v1/feedback"): {"memory_id": "none", "feedback": "POSITIVE"},
    ("DELETE", "/mem0/v1/entities/{kind}/{name}"): None,
    ("DELETE", "/mem0/v2/entities/{kind}/{name}"): None,
    **{
        ("POST", path): {"messages": [{"role": "user", "content": "Am I seen?"}]}
        for path in ("/mem0/v3/memories/add", "/mem0/v1/memories", "/mem0/memories")
    },
    **{
        ("POST", path): {"query": "Biscuit"}
        for path in (
            *("/mem0/v1/memories/search", "/mem0/v2/memories/search"),
            *("/mem0/v3/memories/search", "/mem0/search"),
        )
    },
    **{
        (method, path): body
        for path in ("/mem0/v1/memories/{memory_id}", "/mem0/memories/{memory_id}")
        for method, body in (("GET", None), ("PUT", {"text": "Mine now"}), ("DELETE", None))
    },
    ("GET", "/mem0/v1/memories/{memory_id}/history"): None,
    ("GET", "/mem0/memories/{memory_id}/history"): None,
    ("DELETE", "/mem0/v1/memories"): None,
    ("DELETE", "/mem0/memories"): None,
    # Last, so that a hole among them would show: what they would erase is looked for afterwards.
    ("DELETE", "/v1/memories/{memory_id}"): None,
    ("DELETE", "/v1/conversations/{conversation_id}"): None,
    ("DELETE", "/v1/documents/{document_id}"): None,
    ("DELETE", "/v1/memories"): None,
    ("DELETE", "/v1/users/me"): None,
}


@pytest.fixture
async def keyed(service: Service) -> Keyed:
    return with_keys(service)


@pytest.fixture
async def signing(settings: Settings) -> AsyncIterator[Keyed]:
    """The same, where the users of apps must be signed."""
    signed = Settings(_env_file=None, data_dir=settings.data_dir, openwebui_jwt_secret=SIGNING)
    async with running(signed) as service:
        yield with_keys(service)


def _operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    ]


async def test_every_route_is_somebodys(keyed: Keyed) -> None:
    """A new route must say here whose it is."""
    operations = set(_operations((await keyed.service.client.get("/openapi.json")).json()))
    assert operations == PUBLIC | MANAGING | SHARED | set(BODIES)


async def test_nobody_reaches_what_is_annas(keyed: Keyed) -> None:
    """The A/B matrix: every route, asked by everyone else for the ids of what is Anna's."""
    told = (await keyed.ask("anna", "POST", "/v1/chat", json={"message": "Biscuit is mine"})).json()
    told = (await keyed.ask("anna", "POST", "/v1/chat", json={"message": "Who is Biscuit?"})).json()
    document = await keyed.ask(
        "anna",
        "POST",
        "/v1/documents",
        content=b"Biscuit was born in May.",
        headers={
            "Content-Type": "text/plain",
            "Content-Disposition": "attachment; filename=Biscuit",
        },
    )
    ids = {
        "{document_id}": document.json()["id"],
        "{reply_id}": told["id"],
        "{response_id}": f"resp_{told['id']}",
        "{conversation_id}": told["conversation_id"],
        "{memory_id}": told["question_id"],
        "{reading_id}": told["memory"]["id"],
        "{kind}": "run",
        "{name}": told["conversation_id"],
    }

    async def annas() -> Any:
        memories = (await keyed.ask("anna", "GET", "/v1/memories")).json()
        chats = (await keyed.ask("anna", "GET", "/v1/conversations")).json()
        documents = (await keyed.ask("anna", "GET", "/v1/documents")).json()
        return memories, chats, documents

    before = await annas()
    assert len(before[0]["results"]) == 5
    for (method, path), body in BODIES.items():
        keyed.forgive()
        own = re.sub(r"{\w+}", lambda found: ids[found[0]], path)
        absent = re.sub(r"{\w+}", "00000000-0000-4000-8000-000000000000", path)
        query = {"everything": "true"} if path in ("/v1/memories", "/v1/users/me") else {}
        for who, status, code in (
            ("nobody", 401, "api_key_required"),
            ("guesser", 401, "invalid_api_key"),
            ("revoked", 401, "invalid_api_key"),
            ("admin", 403, "forbidden"),
        ):
            refused = await keyed.ask(who, method, own, json=body, params=query)
            assert code_of(refused) == (status, code), (who, method, path)
            assert status != 401 or refused.headers["www-authenticate"] == "Bearer"
        named = await keyed.ask(
            "bob", method, own, json=body, params=query, headers={"X-User-Id": "anna"}
        )
        assert code_of(named) == (403, "forbidden"), (method, path)
        for who, header in (("bob", {}), ("webui", {"X-User-Id": "anna"})):
            seen = await keyed.ask(who, method, own, json=body, params=query, headers=header)
            assert "Biscuit" not in seen.text.replace("Who is Biscuit?", ""), (who, method, path)
            if own != path:
                nothing = await keyed.ask(
                    who, method, absent, json=body, params=query, headers=header
                )
                assert code_of(seen) == code_of(nothing) == (404, "not_found"), (who, method, path)
    assert await annas() == before
    reply = (await keyed.ask("anna", "GET", f"/v1/replies/{ids['{reply_id}']}")).json()
    assert reply["status"] == "complete"


async def test_shared_and_managing_routes(keyed: Keyed) -> None:
    for who in ("nobody", "guesser", "revoked"):
        for method, path in SHARED | MANAGING:
            refused = await keyed.ask(who, method, re.sub("{.*}", "fake", path))
            assert refused.status_code == 401, (who, method, path)
    for who in ("anna", "webui", "admin"):
        assert (await keyed.ask(who, "GET", "/v1/models/fake")).status_code == 200
    for who in ("anna", "webui"):
        for method, path in MANAGING:
            refused = await keyed.ask(who, method, re.sub("{.*}", "fake", path))
            assert code_of(refused) == (403, "forbidden")


async def test_an_admin_makes_lists_and_revokes_keys(keyed: Keyed) -> None:
    wanted = {"kind": "user", "name": "Clara", "user": "clara"}
    made = await keyed.ask("admin", "POST", "/v1/keys", json=wanted)
    assert made.status_code == 201
    secret = made.json()["secret"]
    keyed.bearer["clara"] = {"X-API-Key": secret}
    assert (await keyed.ask("clara", "GET", "/v1/memories")).status_code == 200
    listed = await keyed.ask("admin", "GET", "/v1/keys")
    assert listed.json()["results"][-1] == {
        name: value for name, value in made.json().items() if name != "secret"
    }
    assert secret not in listed.text
    path = f"/v1/keys/{made.json()['id']}"
    assert (await keyed.ask("admin", "DELETE", path)).json()["revoked_at"] is not None
    assert code_of(await keyed.ask("clara", "GET", "/v1/memories")) == (401, "invalid_api_key")
    assert code_of(await keyed.ask("admin", "DELETE", "/v1/keys/nobody")) == (404, "not_found")


async def test_everyone_can_ask_which_key_that_is(keyed: Keyed) -> None:
    listed = (await keyed.ask("admin", "GET", "/v1/keys")).json()["results"]
    for who, name in (("anna", "Anna"), ("webui", "Open WebUI"), ("admin", "me")):
        own = (await keyed.ask(who, "GET", "/v1/keys/me")).json()
        assert own["key"] == next(each for each in listed if each["name"] == name)
        assert own["manages"] == (who == "admin")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "user", "name": "nobody's"},
        {"kind": "user", "name": "both", "user": "anna", "namespace": "x"},
        {"kind": "app", "name": "no namespace"},
        {"kind": "app", "name": "a slash", "namespace": "a/b"},
        {"kind": "app", "name": "somebody's", "namespace": "x", "user": "anna"},
        {"kind": "admin", "name": "somebody's", "user": "anna"},
        {"kind": "king", "name": "x"},
        {"kind": "admin", "name": ""},
    ],
    ids=lambda body: body["name"],
)
async def test_a_key_that_makes_no_sense(keyed: Keyed, body: dict[str, str]) -> None:
    assert code_of(await keyed.ask("admin", "POST", "/v1/keys", json=body)) == (
        400,
        "invalid_value",
    )


async def test_an_apps_users_are_apart_from_all_others(keyed: Keyed) -> None:
    for who, header in (("anna", {}), ("webui", {"X-User-Id": "anna"})):
        said = {"message": f"I came by way of {who}"}
        assert (
            await keyed.ask(who, "POST", "/v1/chat", json=said, headers=header)
        ).status_code == 200
    seen = {
        who: (await keyed.ask(who, "GET", "/v1/memories", headers=header)).json()["results"]
        for who, header in (
            ("anna", {}),
            ("webui", {"X-User-Id": "anna"}),
            ("other", {"X-User-Id": "anna"}),
        )
    }
    assert [memory["memory"] for memory in seen["anna"]][-1] == "I came by way of anna"
    assert [memory["memory"] for memory in seen["webui"]][-1] == "I came by way of webui"
    assert seen["other"] == []


async def test_an_app_names_its_users_in_the_ways_of_its_kind(keyed: Keyed) -> None:
    ways: list[dict[str, Any]] = [
        {"headers": {"X-User-Id": "ada"}},
        {"headers": {"X-User-ID": "ada"}},
        {"headers": {"X-OpenWebUI-User-Id": "ada"}},
        {"params": {"user": "ada"}},
        {"json": {"message": "Hello", "user": "ada"}},
    ]
    for way in ways:
        answer = await keyed.ask(
            "webui", "POST", "/v1/chat", **{"json": {"message": "Hello"}} | way
        )
        assert answer.status_code == 200, way
    listed = await keyed.ask("webui", "GET", "/v1/memories", headers={"X-User-Id": "ada"})
    assert len(listed.json()["results"]) == 2 * len(ways)
    nobody = await keyed.ask("webui", "GET", "/v1/memories", headers={"X-User-Id": ""})
    assert nobody.status_code == 400, "an empty name is none"
    nobody = await keyed.ask("webui", "GET", "/v1/memories")
    assert code_of(nobody) == (400, "unsupported_parameter")
    two = await keyed.ask("webui", "GET", "/v1/memories?user=bo", headers={"X-User-Id": "ada"})
    assert code_of(two) == (400, "unsupported_parameter")
    long = await keyed.ask("webui", "GET", "/v1/memories", headers={"X-User-Id": "u" * 128})
    assert code_of(long) == (400, "unsupported_parameter"), "with its namespace it is too long"


def _signed(secret: str = SIGNING, seconds: float = 300, **claims: Any) -> str:
    """A token as Open WebUI 0.12 makes it, with these claims instead of its own."""
    now = int(time.time())
    claims = {"iss": "open-webui", "iat": now, "exp": now + seconds, **claims}
    left = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(left, secret, algorithm="HS256")


async def test_with_the_secret_an_apps_user_is_the_signed_one(signing: Keyed) -> None:
    token = {"X-OpenWebUI-User-Jwt": _signed(sub="ada")}
    ways: list[dict[str, Any]] = [
        {"headers": token},
        {"headers": {**token, "X-OpenWebUI-User-Id": "ada", "X-User-Id": "ada"}},
        {"headers": token, "json": {"message": "Hello", "user": "ada"}},
    ]
    for way in ways:
        answer = await signing.ask(
            "webui", "POST", "/v1/chat", **{"json": {"message": "Hello"}} | way
        )
        assert answer.status_code == 200, way
    listed = (await signing.ask("webui", "GET", "/v1/memories", headers=token)).json()
    assert len(listed["results"]) == 2 * len(ways)


@pytest.mark.parametrize("signed", [None, "ada"])
@pytest.mark.parametrize(
    "way",
    [
        {"headers": {"X-User-Id": "bo"}},
        {"headers": {"X-OpenWebUI-User-Id": "bo"}},
        {"params": {"user": "bo"}},
        {"json": {"message": "Hello", "user": "bo"}},
    ],
    ids=["X-User-Id", "Open WebUI's", "query", "body"],
)
async def test_with_the_secret_a_plain_name_reaches_nobody(
    signing: Keyed, way: dict[str, Any], signed: str | None
) -> None:
    """Neither alone, nor beside the signature of somebody else."""
    token = {} if signed is None else {"X-OpenWebUI-User-Jwt": _signed(sub=signed)}
    asked = {"json": {"message": "Hello"}} | way | {"headers": way.get("headers", {}) | token}
    refused = await signing.ask("webui", "POST", "/v1/chat", **asked)
    assert code_of(refused) == (403, "forbidden")
    assert "X-OpenWebUI-User-Jwt" in refused.json()["error"]["message"]


async def test_with_the_secret_users_keys_are_as_before(signing: Keyed) -> None:
    assert (await signing.ask("anna", "GET", "/v1/memories")).status_code == 200
    named = await signing.ask("anna", "GET", "/v1/memories", headers={"X-User-Id": "anna"})
    assert named.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-OpenWebUI-User-Id": "ada"},
        {"X-OpenWebUI-User-Jwt": _signed(secret="x" * 32, sub="ada")},
        {"X-OpenWebUI-User-Jwt": _signed(seconds=-60, sub="ada")},
        {"X-OpenWebUI-User-Jwt": _signed(sub="ada", exp=None)},
        {"X-OpenWebUI-User-Jwt": _signed(sub="ada", iat=int(time.time()) + 600)},
        {"X-OpenWebUI-User-Jwt": _signed()},
        {"X-OpenWebUI-User-Jwt": _signed(sub="ada", iss="another-app")},
        {"X-OpenWebUI-User-Jwt": _signed(sub="ada", iss=None)},
        {"X-OpenWebUI-User-Jwt": _signed(sub="ada", aud="another-service")},
        {"X-OpenWebUI-User-Jwt": jwt.encode({"sub": "ada", "exp": 9e9}, "", algorithm="none")},
        {"X-OpenWebUI-User-Jwt": "ada"},
    ],
    ids=[
        "nobody",
        "unsigned",
        "another's secret",
        "too old",
        "of no end",
        "of tomorrow",
        "without a user",
        "of another issuer",
        "of no issuer",
        "for another service",
        "algorithm none",
        "no token",
    ],
)
async def test_a_user_that_nobody_signed_for(signing: Keyed, headers: dict[str, str]) -> None:
    refused = await signing.ask("webui", "GET", "/v1/memories", headers=headers)
    assert code_of(refused) == (403, "forbidden")


async def test_without_the_secret_a_signature_is_refused_and_the_plain_header_taken(
    keyed: Keyed,
) -> None:
    signed = {"X-OpenWebUI-User-Jwt": _signed(sub="ada")}
    assert code_of(await keyed.ask("webui", "GET", "/v1/memories", headers=signed))[0] == 403
    plain = {"X-OpenWebUI-User-Id": "ada"}
    assert (await keyed.ask("webui", "GET", "/v1/memories", headers=plain)).status_code == 200


async def test_a_front_end_names_its_chat(keyed: Keyed) -> None:
    body = BODIES["POST", "/v1/chat/completions"]
    user = {"X-User-Id": "ada"}
    seen = []
    for header in (
        {"X-OpenWebUI-Chat-Id": "chat-1"},
        {"X-Conversation-ID": "chat-1"},
        {"X-Conversation-ID": "new"},
    ):
        answer = await keyed.ask(
            "webui", "POST", "/v1/chat/completions", json=body, headers={**user, **header}
        )
        seen.append(answer.json()["memory"]["conversation_id"])
    assert seen[:2] == ["chat-1", "chat-1"]
    assert seen[2] not in ("new", "chat-1")


async def test_two_keys_in_one_request(keyed: Keyed) -> None:
    other = {"X-API-Key": keyed.bearer["bob"]["Authorization"].removeprefix("Bearer ")}
    assert code_of(await keyed.ask("anna", "GET", "/v1/memories", headers=other))[0] == 401
    same = {"X-API-Key": keyed.bearer["anna"]["Authorization"].removeprefix("Bearer ")}
    assert (await keyed.ask("anna", "GET", "/v1/memories", headers=same)).status_code == 200


async def test_who_guesses_has_to_wait_and_others_need_not(keyed: Keyed) -> None:
    """All come from one address here, and none of the right keys was seen before."""
    assert await guess(keyed.service, 31) == [WRONG] * 30 + [TOO_MANY]
    waiting = await keyed.ask("guesser", "GET", "/v1/memories")
    assert waiting.headers["retry-after"] == "60"
    assert (await keyed.ask("bob", "GET", "/v1/memories")).status_code == 200
    revoked = await keyed.ask("revoked", "GET", "/v1/memories")
    assert code_of(revoked) == TOO_MANY, "it is as wrong as any other"


async def test_without_a_trusted_proxy_nobody_chooses_the_address(keyed: Keyed) -> None:
    answers = []
    for number in range(31):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
        answers += await guess(keyed.service, 1, **forged)
    assert answers == [WRONG] * 30 + [TOO_MANY]


async def test_on_the_loopback_without_keys_all_are_local(service: Service) -> None:
    whatever = {"Authorization": "Bearer none"}
    assert (await service.client.get("/v1/memories", headers=whatever)).status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        proxied = await service.client.get("/v1/memories", headers={header: "192.0.2.1"})
        assert code_of(proxied) == (401, "api_key_required")
    own = (await service.client.get("/v1/keys/me")).json()
    assert own == {"key": None, "manages": True}
    made = await service.client.post("/v1/keys", json={"kind": "admin", "name": "me"})
    assert made.status_code == 201
    assert code_of(await service.client.get("/v1/memories")) == (401, "api_key_required")
    assert code_of(await service.client.get("/v1/memories", headers=whatever))[0] == 401
    mine = {"Authorization": f"Bearer {made.json()['secret']}"}
    assert (await service.client.get("/v1/keys", headers=mine)).status_code == 200
    assert (await service.client.delete(f"/v1/keys/{made.json()['id']}", headers=mine)).is_success
    assert code_of(await service.client.get("/v1/memories")) == (401, "api_key_required")


async def test_beyond_the_loopback_there_is_no_way_without_a_key(settings: Settings) -> None:
    # The test's server listens on the loopback all the same: what is tried is what it answers.
    async with running(settings.model_copy(update={"host": "0.0.0.0"})) as service:
        assert code_of(await service.client.get("/v1/memories")) == (401, "api_key_required")
        assert (await service.client.get("/health")).status_code == 200
        keyed = with_keys(service)
        named = {"Host": "tapehead.example", "X-Forwarded-For": "192.0.2.1"}
        assert (await keyed.ask("anna", "GET", "/v1/memories", headers=named)).status_code == 200


async def test_keys_are_in_no_log(keyed: Keyed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for who in ("anna", "guesser", "revoked"):
        await keyed.ask(who, "POST", "/v1/chat", json={"message": "hello"})
    keyed.service.language.fail_after = 0
    await keyed.ask("anna", "POST", "/v1/chat", json={"message": "hello"})
    for who in ("anna", "guesser", "revoked"):
        assert keyed.bearer[who]["Authorization"].removeprefix("Bearer ") not in caplog.text
