"""Everyday messages on their way through the service: what they need is in the prompt."""

from typing import Any

import pytest
from support.service import Service

pytestmark = pytest.mark.asyncio

PUMP = "The pond needs a new pump, the old pump has 30 watts"
OTHERS = ("I said yes to the job offer", "My bicycle is green", "Lunch was good")


def quoted(reply: dict[str, Any]) -> list[str]:
    return [each["memory"] for each in reply["memory"]["memories"] if each["selected"]]


async def remember(service: Service, *texts: str) -> None:
    for text in texts:
        stored = await service.client.post("/v1/memories", json={"text": text})
        assert stored.status_code == 201


async def test_a_message_that_refers_back_is_read_with_the_conversation(service: Service) -> None:
    await remember(service, PUMP, *OTHERS)
    first = await service.say("Tell me about pumps for the pond")
    alone = await service.say("Yes")
    assert PUMP not in quoted(alone)
    reply = await service.say("Yes please", conversation_id=first["conversation_id"])
    assert quoted(reply)[0] == PUMP

    replayed = await service.client.post(f"/v1/readings/{reply['memory']['id']}/replay")
    assert replayed.status_code == 200, replayed.text
    assert replayed.json()["largest_difference"] < 1e-9
    assert len(replayed.json()["then"]["parameters"]["context"]) == 2


async def test_it_is_read_with_the_messages_that_a_client_sends_along(service: Service) -> None:
    """Which nothing keeps: so such a reading cannot be read once more."""
    await remember(service, PUMP, *OTHERS)
    messages = [
        {"role": "user", "content": "Tell me about pumps for the pond"},
        {"role": "assistant", "content": "They move the water of the pond"},
        {"role": "user", "content": "Yes please"},
    ]
    body = {"model": service.language.name, "messages": messages}
    answer = (await service.client.post("/v1/chat/completions", json=body)).json()
    reading = answer["memory"]["reading"]
    assert PUMP in [each["memory"] for each in reading["memories"]]
    replayed = await service.client.post(f"/v1/readings/{reading['id']}/replay")
    assert replayed.status_code == 409
    assert "only the client has" in replayed.json()["error"]["message"]


async def test_a_request_brings_its_answer_without_a_question_mark(service: Service) -> None:
    service.language.answer = "Try Fall of Civilizations"
    await service.say("Recommend me a podcast about history")
    await remember(service, *OTHERS)
    service.language.answer = "As I said"
    reply = await service.say("Which podcast about history did you recommend?")
    assert "Try Fall of Civilizations" in quoted(reply)


async def test_what_was_said_today_and_first(service: Service) -> None:
    old = {"text": "I planted tomatoes", "created_at": "2020-05-03T10:00:00Z"}
    assert (await service.client.post("/v1/memories", json=old)).status_code == 201
    await remember(service, "The wedding was wonderful")
    reply = await service.say("What did I tell you today?")
    assert quoted(reply) == ["The wedding was wonderful"]
    stored = (await service.client.get(f"/v1/readings/{reply['memory']['id']}")).json()
    start, end = stored["parameters"]["interval"]
    assert end - start == 24 * 60 * 60
    assert stored["parameters"]["rule_interval"] == 1
    reply = await service.say("What was the first thing I told you?")
    assert quoted(reply)[0] == "I planted tomatoes"


async def test_a_greeting_reads_nothing(service: Service) -> None:
    await remember(service, "I like good mornings in the garden")
    reply = await service.say("Good morning!")
    assert quoted(reply) == []
    assert reply["memory"]["null_weight"] == 1


async def test_many_memories_are_quoted_where_many_are_asked_for(service: Service) -> None:
    cities = ["Oslo", "Lisbon", "Prague", "Vienna", "Porto", "Riga", "Tallinn", "Turin", "Sofia"]
    await remember(service, *(f"I visited the city of {city}" for city in cities), *OTHERS)
    reply = await service.say("Which cities have I visited?")
    assert all(any(city in text for text in quoted(reply)) for city in cities)
