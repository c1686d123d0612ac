"""Everything that mem0's clients can send: kept, or ignored and told, and never lost in silence."""

import asyncio
import json
import os
import shutil
import subprocess
from types import ModuleType
from typing import Any

import pytest
from support.keyed_service import Keyed
from support.mem0_client import Connect, secret
from support.service import Service

ANNA = {"user_id": "anna"}
NODE_MODULES = os.environ.get("TAPEHEAD_TEST_NODE_MODULES", "")
"""Folder of installed npm packages, ``mem0ai`` among them."""


async def test_every_option_of_its_client_is_taken(connect: Connect, keyed: Keyed) -> None:
    def use() -> None:
        client = connect(secret(keyed, "anna"))
        added = client.add(
            [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": [{"type": "text", "text": "I sing."}]},
                {
                    "role": "user",
                    "content": {"type": "image_url", "image_url": {"url": "https://x.example/a"}},
                },
                {"role": "tool", "content": "3"},
                {"role": "assistant", "content": None},
            ],
            user_id="anna",
            agent_id="coach",
            app_id="app",
            metadata={"topic": "music"},
            categories=["hobbies"],
            custom_categories=[{"hobbies": "what I like"}],
            custom_instructions="Be brief.",
            expiration_date="2030-01-01",
            structured_data_schema={"a": "b"},
            infer=False,
            async_mode=False,
            enable_graph=False,
            version="v2",
            output_format="v1.1",
            immutable=True,
        )
        assert [each["memory"] for each in added["results"]] == ["I sing."]
        assert sorted(added["ignored"]) == [
            *("agent_id", "app_id", "categories", "custom_categories", "custom_instructions"),
            *("expiration_date", "immutable", "messages[0]: role system"),
            *("messages[2]: image_url", "messages[3]: role tool", "metadata"),
            "structured_data_schema",
        ]
        client.add("I row.", filters=ANNA, run_id="", timestamp=1_600_000_000)
        found = client.search(
            "What do I do?",
            filters=ANNA,
            top_k=500,
            threshold=0.0,
            rerank=True,
            keyword_search=False,
            fields=["memory"],
            categories=["hobbies"],
            metadata={"topic": "music"},
            show_expired=True,
            reference_date="2026-01-01",
            latest_only=True,
        )
        assert {each["memory"] for each in found["results"]} == {"I sing.", "I row."}
        assert sorted(found["ignored"]) == [
            *("categories", "fields", "metadata", "reference_date", "top_k: over 100")
        ]
        listed = client.get_all(filters=ANNA, end_date="2020-12-31", categories=["hobbies"])
        assert [each["memory"] for each in listed["results"]] == ["I row."]
        assert listed["ignored"] == ["categories"]
        assert client.get_all(filters=ANNA, start_date="2020-12-31")["count"] == 1

        [one] = added["results"]
        changed = client.update(
            one["id"], text="I hum.", metadata={"a": 1}, timestamp=1, expiration_date=None
        )
        assert (changed["memory"], sorted(changed["ignored"])) == (
            "I hum.",
            ["metadata", "timestamp"],
        )
        kept = client.update(one["id"], metadata={"a": 1})
        assert (kept["memory"], kept["ignored"]) == ("I hum.", ["metadata"])
        judged = client.feedback(one["id"], "negative", "not mine")
        assert judged["feedback"] == "NEGATIVE"
        assert judged["ignored"] == ["feedback"]
        assert client.delete(one["id"], delete_linked=True)["ignored"] == ["delete_linked"]

    await asyncio.to_thread(use)


async def test_batches_are_whole_or_not_done(
    mem0: ModuleType, connect: Connect, keyed: Keyed
) -> None:
    missing = mem0.exceptions.MemoryNotFoundError

    def use() -> None:
        client = connect(secret(keyed, "webui"))
        ids = [
            client.add(f"I am {name} {number}.", user_id=name)["results"][0]["id"]
            for name in ("ann", "bea")
            for number in range(2)
        ]
        texts = [{"memory_id": each, "text": f"Text {i}"} for i, each in enumerate(ids)]
        told = client.batch_update([*texts[:2], {**texts[2], "metadata": {"a": 1}}])
        assert told == {"message": "Successfully updated 3 memories", "ignored": ["metadata"]}
        assert [client.get(each)["memory"] for each in ids] == [
            *("Text 0", "Text 1", "Text 2", "I am bea 1.")
        ]
        unknown = {"memory_id": "none@ann"}
        with pytest.raises(missing):
            client.batch_update([{**texts[3]}, {**unknown, "text": "x"}])
        with pytest.raises(missing):
            client.batch_delete([{"memory_id": ids[0]}, unknown])
        assert client.get(ids[3])["memory"] == "I am bea 1."
        assert client.get(ids[0])["memory"] == "Text 0"
        twice = [{"memory_id": each} for each in (ids[0], ids[2], ids[0])]
        assert "deleted" in client.batch_delete(twice)["message"]
        for gone in (ids[0], ids[2]):
            with pytest.raises(missing):
                client.get(gone)

    await asyncio.to_thread(use)


async def test_entities_are_users_and_runs(
    mem0: ModuleType, connect: Connect, keyed: Keyed
) -> None:
    def use() -> None:
        client = connect(secret(keyed, "anna"))
        client.add("I sing.", user_id="anna", run_id="trip")
        client.add("I row.", user_id="anna")
        with pytest.raises(mem0.exceptions.MemoryNotFoundError):
            client.delete_users(agent_id="coach")
        with pytest.raises(mem0.exceptions.MemoryError):
            client.delete_users(user_id="bob")
        assert client.get_all(filters={"user_id": "*"})["count"] == 2
        client.delete_users(run_id="trip")
        assert [each["memory"] for each in client.get_all(filters=ANNA)["results"]] == ["I row."]
        assert client.users()["results"][0]["type"] == "user"
        assert "deleted" in client.delete_users(user_id="anna")["message"]
        assert client.get_all(filters=ANNA)["count"] == 0
        client.add("I row.", user_id="anna")
        client.reset()
        assert client.get_all(filters=ANNA)["count"] == 0

    await asyncio.to_thread(use)


RUN_1, RUN_2 = {"run_id": "one"}, {"run_id": "two"}
OLD = {"created_at": {"lt": "2020-01-01"}}


@pytest.mark.parametrize(
    ("filters", "found", "ignored"),
    [
        (None, "abcd", []),
        ({}, "abcd", []),
        (RUN_1, "a", []),
        ({"OR": [RUN_1, RUN_2]}, "ab", []),
        ({"AND": [{"user_id": "*"}, {"OR": [RUN_1, OLD]}]}, "ad", []),
        ({"NOT": [RUN_1]}, "bcd", []),
        ({"NOT": {"OR": [RUN_1, OLD]}}, "bc", []),
        ({"run_id": {"in": ["one", "two"]}}, "ab", []),
        ({"run_id": {"ne": "one"}}, "bcd", []),
        ({"AND": [RUN_1, RUN_2]}, "", []),
        ({"created_at": "2010-05-05"}, "d", []),
        ({"created_at": {"gte": "2010-05-05", "lte": "2010-05-05"}}, "d", []),
        ({"created_at": {"gt": "2010-05-05"}}, "abc", []),
        ({"created_at": {"gte": "", "lte": None}}, "abcd", []),
        ({"agent_id": "coach"}, "abcd", ["filters.agent_id"]),
        ({"AND": [{"agent_id": "coach"}, RUN_1]}, "a", ["filters.agent_id"]),
        ({"OR": [{"agent_id": "coach"}, RUN_1]}, "a", ["filters.agent_id"]),
        ({"NOT": [{"metadata": {"a": 1}}]}, "abcd", ["filters.metadata"]),
        ({"categories": {"contains": "x"}, "app_id": None}, "abcd", ["filters.categories"]),
        ({"run_id": "*"}, "abcd", ["filters.run_id"]),
        ({"canary canary": 1}, "abcd", ["filters.another field"]),
    ],
)
async def test_filters_select_what_they_say(
    service: Service, filters: Any, found: str, ignored: list[str]
) -> None:
    for text, more in (
        ("a", {"run_id": "one"}),
        ("b", {"run_id": "two"}),
        ("c", {}),
        ("d", {"timestamp": 1_273_060_800}),  # 5 May 2010, noon
    ):
        body = {"messages": f"walk {text}", **more}
        assert (await service.client.post("/mem0/memories", json=body)).status_code == 200
    listed = await service.client.post("/mem0/v2/memories/", json={"filters": filters})
    query = {"query": "walk", "filters": filters, "top_k": 20}
    searched = await service.client.post("/mem0/v2/memories/search/", json=query)
    for answer in (listed, searched):
        assert answer.status_code == 200, answer.text
        texts = sorted(each["memory"].removeprefix("walk ") for each in answer.json()["results"])
        assert "".join(texts) == found
        assert answer.json()["ignored"] == ignored
        assert "canary" not in answer.text


async def test_filters_are_bounded(service: Service) -> None:
    deep: Any = RUN_1
    for _ in range(20):
        deep = {"AND": [deep]}
    many = {"OR": [RUN_1] * 200}
    for filters in (deep, many, {"OR": 1}, {"created_at": {"gte": "0001-01-01T00:00:00+14:00"}}):
        answer = await service.client.post("/mem0/v3/memories/", json={"filters": filters})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"].startswith("filters")


JAVASCRIPT = """
const { MemoryClient } = require("mem0ai");
const client = new MemoryClient({ apiKey: "any", host: process.argv[1] });
(async () => {
  const filters = { user_id: "ann" };
  const added = await client.add([{ role: "user", content: "I sing." }], {
    userId: "ann", agentId: "coach", metadata: { a: 1 }, infer: false, asyncMode: false,
    enableGraph: false, expirationDate: "2030-01-01",
  });
  const [{ id }] = added.results;
  const out = { added };
  out.found = await client.search("What do I do?", { filters, topK: 3, rerank: true });
  out.all = await client.getAll({ filters, page: 1, pageSize: 2 });
  out.updated = await client.update(id, { text: "I hum.", metadata: { a: 1 } });
  out.got = await client.get(id);
  out.history = await client.history(id);
  out.feedback = await client.feedback({ memoryId: id, feedback: "POSITIVE" });
  out.batch = await client.batchUpdate([{ memoryId: id, text: "I row." }]);
  out.users = await client.users({ page: 1 });
  out.gone = await client.batchDelete([id]);
  await client.add([{ role: "user", content: "Again." }], { userId: "ann", runId: "trip" });
  await client.deleteAll({ userId: "ann", runId: "trip" });
  await client.add([{ role: "user", content: "Again." }], { userId: "ann" });
  await client.deleteUsers({ userId: "ann" });
  out.left = await client.getAll({ filters });
  console.log(JSON.stringify(out));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.mark.skipif(
    not (NODE_MODULES and shutil.which("node")),
    reason="needs node, and npm's mem0ai in the folder TAPEHEAD_TEST_NODE_MODULES",
)
async def test_its_client_for_node_does_all_of_it(service: Service) -> None:
    env = {**os.environ, "NODE_PATH": NODE_MODULES, "MEM0_TELEMETRY": "false"}
    command = ["node", "-e", JAVASCRIPT, f"{service.url}/mem0"]
    ran = await asyncio.to_thread(
        subprocess.run, command, env=env, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    out = json.loads(ran.stdout.splitlines()[-1])
    assert out["added"]["ignored"] == ["agent_id", "metadata", "expiration_date"]
    assert out["found"]["results"][0]["memory"] == "I sing."
    assert out["all"]["count"] == 1
    assert (out["updated"]["memory"], out["got"]["memory"]) == ("I hum.", "I hum.")
    assert out["history"][0]["newMemory"] == "I hum."
    assert out["feedback"]["ignored"] == ["feedback"]
    assert "1" in out["batch"]["message"]
    assert out["users"]["count"] == 1
    assert "deleted" in out["gone"]["message"]
    assert out["left"]["count"] == 0
