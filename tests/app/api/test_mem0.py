"""mem0's own client against the service, over a real socket; and the paths of its own server."""

import asyncio
from datetime import datetime
from types import ModuleType
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from support.error_shape import code_of
from support.keyed_service import Keyed
from support.mem0_client import Connect, secret
from support.service import Service

DOG = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "My dog is called Biscuit."},
    {"role": "assistant", "content": "A fine name."},
]


async def test_what_its_client_does(mem0: ModuleType, connect: Connect, keyed: Keyed) -> None:
    """With one user's key, in the order of its quickstart."""

    def use() -> None:
        client = connect(secret(keyed, "anna"))
        added = client.add(DOG, user_id="anna", infer=False)["results"]
        assert [(each["event"], each["role"], each["memory"]) for each in added] == [
            ("ADD", "user", "My dog is called Biscuit."),
            ("ADD", "assistant", "A fine name."),
        ]
        client.add("I was born in Riga.", user_id="anna", timestamp=1_600_000_000)
        found = client.search("What is my dog called?", filters={"user_id": "anna"}, top_k=2)
        best = found["results"][0]
        assert best["memory"] == "My dog is called Biscuit."
        assert 0 < best["score"] <= 1
        assert len(found["results"]) == 2
        least = client.search("dog", filters={"user_id": "anna"}, threshold=1.0)
        assert least["results"] == []

        first = client.get_all(filters={"AND": [{"user_id": "anna"}]}, page=1, page_size=2)
        assert (first["count"], first["previous"], len(first["results"])) == (3, None, 2)
        assert first["results"][0]["memory"] == "I was born in Riga."
        second = client.get_all(filters={"user_id": "anna"}, page=2, page_size=2)
        assert (second["next"], len(second["results"])) == (None, 1)
        assert httpx.URL(first["next"]).params["page"] == "2"
        old = {"user_id": "anna", "created_at": {"lte": "2020-12-31"}}
        [told] = client.get_all(filters=old)["results"]
        assert datetime.fromisoformat(told["created_at"]).timestamp() == 1_600_000_000

        one = client.get(best["id"])
        assert one == {name: value for name, value in best.items() if name != "score"}
        assert client.update(best["id"], text="My dog is called Rex.")["memory"].endswith("Rex.")
        [event] = client.history(best["id"])
        assert (event["event"], event["new_memory"]) == ("ADD", "My dog is called Rex.")
        assert [(user["name"], user["total_memories"]) for user in client.users()["results"]] == [
            ("anna", 3)
        ]
        assert "deleted" in client.delete(best["id"])["message"]
        with pytest.raises(mem0.exceptions.MemoryNotFoundError):
            client.get(best["id"])
        assert "deleted" in client.delete_all(user_id="anna")["message"]
        assert client.get_all(filters={"user_id": "anna"})["count"] == 0

    await asyncio.to_thread(use)


async def test_an_apps_users_are_named_as_mem0_names_them(
    mem0: ModuleType, connect: Connect, keyed: Keyed
) -> None:
    """Its client names a memory by its id alone, and the id remembers whose it is."""
    names = ["anna", "Ænne @ home/office"]

    def use() -> dict[str, str]:
        client = connect(secret(keyed, "webui"))
        ids = {}
        for name in names:
            ids[name] = client.add(f"I am {name}.", user_id=name)["results"][0]["id"]
        for name in names:
            assert client.get(ids[name])["memory"] == f"I am {name}."
            assert client.get(ids[name])["user_id"] == name
            listed = client.get_all(filters={"user_id": name})["results"]
            assert [each["memory"] for each in listed] == [f"I am {name}."]
            client.update(ids[name], text=f"I was {name}.")
        client.delete(ids[names[0]])
        other = connect(secret(keyed, "other"))
        for name in names:
            with pytest.raises(mem0.exceptions.MemoryNotFoundError):
                other.get(ids[name])
        return ids

    ids = await asyncio.to_thread(use)
    page = keyed.service.app.state.services.memories.page
    assert page("webui/anna") == []
    assert [slot.text for slot in page(f"webui/{names[1]}")] == [f"I was {names[1]}."]
    assert page(names[1]) == page("anna") == []
    # An id that names another user is that user's, whom this key does not reach.
    slot_id = ids["anna"].partition("@")[0]
    stolen = await keyed.ask("bob", "GET", f"/mem0/v1/memories/{slot_id}@anna/")
    assert code_of(stolen) == (403, "forbidden")
    for nobody in ("x@", "@anna", "x@%00", "x@" + "u" * 500):
        absent = await keyed.ask("webui", "GET", f"/mem0/v1/memories/{nobody}/")
        assert absent.status_code in (400, 404), nobody
    nameless = await keyed.ask("webui", "GET", f"/mem0/v1/memories/{slot_id}/")
    assert code_of(nameless) == (400, "unsupported_parameter")


async def test_a_wrong_key_is_told_when_its_client_is_made(connect: Connect, keyed: Keyed) -> None:
    with pytest.raises(ValueError, match="401"):
        await asyncio.to_thread(connect, "th_" + "a" * 43)
    for token in ("Token", "token", "Basic x"):
        refused = await keyed.service.client.get("/mem0/v1/ping/", headers={"Authorization": token})
        assert code_of(refused) == (401, "api_key_required")


async def test_a_run_is_a_conversation(connect: Connect, service: Service) -> None:
    def use() -> None:
        client = connect()
        client.add(DOG, user_id="local", run_id="trip")
        client.add("Apart.", user_id="local")
        in_it = client.get_all(filters={"user_id": "local", "run_id": "trip"})
        assert [each["memory"] for each in in_it["results"]] == [
            *("A fine name.", "My dog is called Biscuit.")
        ]

    await asyncio.to_thread(use)
    turns = (await service.client.get("/v1/conversations/trip/turns")).json()["results"]
    assert [(turn["role"], turn["text"]) for turn in turns] == [
        (message["role"], message["content"]) for message in DOG[1:]
    ]
    gone = await service.client.delete("/mem0/memories", params={"run_id": "trip"})
    assert gone.status_code == 200
    left = (await service.client.get("/mem0/memories")).json()["results"]
    assert [each["memory"] for each in left] == ["Apart."]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/mem0/v3/memories/add/", {"messages": []}),
        ("POST", "/mem0/v3/memories/add/", {"messages": DOG, "user_id": "*"}),
        ("POST", "/mem0/v3/memories/add/", {"messages": [{"role": 1, "content": "canary"}]}),
        ("POST", "/mem0/v3/memories/", {"filters": {"created_at": {"gte": "canary"}}}),
        ("POST", "/mem0/v3/memories/", {"user_id": "canary", "filters": {"user_id": "b"}}),
        (
            "POST",
            "/mem0/v3/memories/",
            {"filters": {"user_id": {"in": ["canary", "b"]}}},
        ),
        ("POST", "/mem0/v3/memories/", {"filters": {"run_id": "\0canary"}}),
        ("POST", "/mem0/v3/memories/", {"filters": {"AND": ["canary"]}}),
        ("DELETE", "/mem0/v1/memories/", None),
        ("DELETE", "/mem0/v1/memories/?user_id=*", None),
        ("DELETE", "/mem0/v1/memories/?agent_id=canary", None),
        ("DELETE", "/mem0/memories?user_id=local&agent_id=canary", None),
    ],
)
async def test_what_would_be_lost_or_taken_for_everything_is_refused(
    service: Service, method: str, path: str, body: Any
) -> None:
    await service.client.post("/v1/memories", json={"text": "Still here."})
    refused = await service.client.request(method, path, json=body)
    assert refused.status_code == 400, refused.text
    assert set(refused.json()) == {"error"}
    assert "canary" not in refused.text
    left = (await service.client.get("/mem0/memories")).json()["results"]
    assert [each["memory"] for each in left] == ["Still here."]


async def test_a_search_of_its_typescript_client(service: Service) -> None:
    """``mem0ai`` 3.3.1 of npm names the format of the answer, and escapes an id in the address."""
    added = await service.client.post(
        "/mem0/v3/memories/add/", json={"messages": DOG[1:2], "user_id": "bea"}
    )
    [memory] = added.json()["results"]
    body = {"query": "dog", "output_format": "v1.1", "filters": {"user_id": "bea"}}
    found = await service.client.post("/mem0/v3/memories/search/", json=body)
    assert [each["id"] for each in found.json()["results"]] == [memory["id"]]
    escaped = quote(memory["id"], safe="")
    assert "%40bea" in escaped
    got = await service.client.get(f"/mem0/v1/memories/{escaped}/")
    assert got.json()["memory"] == "My dog is called Biscuit."
    assert found.json()["ignored"] == []
    other = await service.client.post(
        "/mem0/v3/memories/search/", json=body | {"output_format": "v2"}
    )
    assert other.json()["ignored"] == ["output_format"]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_trailing_slash_erases_nothing_that_was_not_confirmed(
    service: Service, slash: str
) -> None:
    """Two routes whose paths differed by it meant different things, and one had no confirmation."""
    await service.client.post("/v1/memories", json={"text": "Still here."})
    for query in ("", "?user_id=local", "?run_id=trip"):
        answer = await service.client.delete(f"/v1/memories{slash}{query}", follow_redirects=True)
        assert code_of(answer) == (400, "unsupported_parameter"), query
    assert len((await service.client.get("/v1/memories")).json()["results"]) == 1
    erased = await service.client.delete(
        f"/v1/memories{slash}?everything=true", follow_redirects=True
    )
    assert erased.json() == {"forgotten": 1}


async def test_the_paths_of_its_own_server(service_on_each: Service) -> None:
    client = service_on_each.client
    added = await client.post("/mem0/memories", json={"messages": DOG, "user_id": "ada"})
    assert added.status_code == 200, added.text
    memory_id = added.json()["results"][0]["id"]
    found = await client.post("/mem0/search", json={"query": "dog", "user_id": "ada"})
    assert found.json()["results"][0]["id"] == memory_id
    listed = await client.get("/mem0/memories", params={"user_id": "ada"})
    assert len(listed.json()["results"]) == 2
    assert (await client.get("/mem0/memories")).json()["results"] == []
    assert (await client.get(f"/mem0/memories/{memory_id}")).json()["user_id"] == "ada"
    edited = await client.put(f"/mem0/memories/{memory_id}", json={"text": "My dog is called Rex."})
    assert edited.json()["memory"] == "My dog is called Rex."
    [event] = (await client.get(f"/mem0/memories/{memory_id}/history")).json()
    assert event["memory_id"] == memory_id
    assert (await client.delete(f"/mem0/memories/{memory_id}")).status_code == 200
    assert (await client.get(f"/mem0/memories/{memory_id}")).status_code == 404
    assert (await client.delete("/mem0/memories?user_id=ada")).status_code == 200
    assert (await client.get("/mem0/memories?user_id=ada")).json()["results"] == []


async def test_times_at_the_ends_of_the_calendar(service: Service) -> None:
    for end in ({"lte": "9999-12-31T23:59:59.999999Z"}, {"gt": "9999-12-31T23:59:59.999999+00:00"}):
        body = {"filters": {"created_at": {**end, "gte": "0001-01-01"}}}
        assert (await service.client.post("/mem0/v3/memories/", json=body)).status_code == 200
    beyond = {"filters": {"created_at": {"gte": "0001-01-01T00:00:00+14:00"}}}
    assert (await service.client.post("/mem0/v3/memories/", json=beyond)).status_code == 400
