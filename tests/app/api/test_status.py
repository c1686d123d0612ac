"""``GET /v1/status``, and what the page asks of conversations and memories beside it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.service import Service

pytestmark = pytest.mark.asyncio


async def test_status_tells_what_answers_reads_and_is_remembered(service: Service) -> None:
    await service.say("My dog is called Biscuit.")
    await service.client.post("/v1/memories", json={"text": "I am allergic to peanuts."})
    status = (await service.client.get("/v1/status")).json()
    assert status["model"] == "fake"
    assert status["memory"] == {"kinds": {"turn": 2, "fact": 1}, "last_position": 3}
    head = status["head"]
    assert head["measured"]["head"]["mrr"] > head["measured"]["cosine"]["mrr"]
    other = await service.client.get("/v1/status", headers={"X-User-Id": "bob"})
    assert other.json()["memory"] == {"kinds": {}, "last_position": 0}


async def test_status_tells_nothing_of_the_machine(service: Service) -> None:
    told = (await service.client.get("/v1/status")).text
    settings = service.app.state.services.settings
    assert str(settings.data_dir) not in told
    assert settings.url not in told
    assert settings.system_prompt not in told


async def test_the_weights_of_a_conversation_are_those_of_its_readings(service: Service) -> None:
    await service.say("My dog is called Biscuit.")
    reply = await service.say("What is my dog called?")
    await service.say("And is my dog called Biscuit?", conversation_id=reply["conversation_id"])
    answer = await service.client.get(f"/v1/conversations/{reply['conversation_id']}/readings")
    first, second = answer.json()["results"]
    detail = (await service.client.get(f"/v1/readings/{first['id']}")).json()
    assert first["id"] == reply["memory"]["id"]
    assert first["question_position"] == detail["question_position"] == 3
    assert second["question_position"] == 5
    assert first["weights"] == [
        {"position": memory["position"], "weight": memory["score"]} for memory in detail["memories"]
    ]
    assert first["weights"][0]["position"] == 1
    foreign = await service.client.get(
        f"/v1/conversations/{reply['conversation_id']}/readings", headers={"X-User-Id": "bob"}
    )
    assert foreign.status_code == 404


async def test_memories_are_listed_and_searched_by_date(service_on_each: Service) -> None:
    client = service_on_each.client
    start = datetime(2024, 5, 1, tzinfo=UTC)
    for day in range(3):
        made = start + timedelta(days=day)
        body = {"text": f"walked the dog, day {day}", "created_at": made.isoformat()}
        assert (await client.post("/v1/memories", json=body)).status_code == 201
    second = {"since": "2024-05-02T00:00:00Z", "until": "2024-05-03T00:00:00Z"}

    def texts(answer: Any) -> list[str]:
        return [memory["memory"] for memory in answer.json()["results"]]

    assert texts(await client.get("/v1/memories", params=second)) == ["walked the dog, day 1"]
    found = await client.post("/v1/memories/search", json={"query": "dog", **second})
    assert texts(found) == ["walked the dog, day 1"]
    assert len(texts(await client.post("/v1/memories/search", json={"query": "dog"}))) == 3
