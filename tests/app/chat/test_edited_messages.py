"""A message said anew, in place of a turn and all that came after it."""

import asyncio
from typing import Any

import pytest
from support.eventually import eventually
from support.service import Service

pytestmark = pytest.mark.asyncio


async def turns(service: Service, conversation_id: str) -> list[dict[str, Any]]:
    answer = await service.client.get(f"/v1/conversations/{conversation_id}/turns")
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_what_is_replaced_is_erased_and_the_rest_is_not(service_on_each: Service) -> None:
    service = service_on_each
    first = await service.say("My dog is called Biscuit.")
    conversation = first["conversation_id"]
    second = await service.say("Where is my zebra?", conversation_id=conversation)
    await service.say("Is my dog Biscuit?", conversation_id=conversation)
    anew = await service.say(
        "Where is my dog?", conversation_id=conversation, replaces=second["question_id"]
    )
    said = [turn["text"] for turn in await turns(service, conversation)]
    assert said == [
        "My dog is called Biscuit.",
        "Noted, thank you.",
        "Where is my dog?",
        "Noted, thank you.",
    ]
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert "zebra" not in str(memories)
    gone = await service.client.get(f"/v1/readings/{second['memory']['id']}")
    assert gone.status_code == 404
    assert (await service.client.get(f"/v1/replies/{second['id']}")).status_code == 404
    kept = await service.client.get(f"/v1/readings/{first['memory']['id']}")
    assert kept.status_code == 200
    # The prompt shows the conversation as it now is.
    assert "zebra" not in str(service.language.prompts[-1])
    assert (await service.client.get(f"/v1/replies/{anew['id']}")).json()["status"] == "complete"


async def test_a_refused_message_erases_nothing(service: Service) -> None:
    first = await service.say("My dog is called Biscuit.")
    conversation, turn = first["conversation_id"], first["question_id"]
    other = await service.say("Something else.")
    refused = [
        ({"conversation_id": conversation, "replaces": other["question_id"]}, 404),
        ({"conversation_id": conversation, "replaces": "nothing"}, 404),
        ({"conversation_id": other["conversation_id"], "replaces": turn}, 404),
        ({"replaces": turn}, 400),
        (
            {"conversation_id": conversation, "replaces": turn, "message": "long " * 3000},
            400,
        ),
    ]
    for body, status in refused:
        answer = await service.client.post("/v1/chat", json={"message": "anew", **body})
        assert answer.status_code == status, answer.text
    foreign = await service.client.post(
        "/v1/chat",
        json={"message": "anew", "conversation_id": conversation, "replaces": turn},
        headers={"X-User-Id": "bob"},
    )
    assert foreign.status_code == 404
    assert len(await turns(service, conversation)) == 2
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert len(memories) == 4


async def test_nothing_is_replaced_in_a_conversation_that_is_busy(service: Service) -> None:
    first = await service.say("My dog is called Biscuit.")
    service.language.hold = asyncio.Event()
    conversation = first["conversation_id"]
    under_way = asyncio.create_task(service.say("Slowly now.", conversation_id=conversation))
    await eventually(lambda: len(service.language.prompts) >= 2)
    body = {
        "message": "anew",
        "conversation_id": conversation,
        "replaces": first["question_id"],
    }
    refused = await service.client.post("/v1/chat", json=body)
    assert refused.json()["error"]["code"] == "conversation_busy"
    service.language.hold.set()
    await under_way
    assert len(await turns(service, conversation)) == 4
