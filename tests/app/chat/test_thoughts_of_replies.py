"""The client gets the thoughts of a reasoning model; the memory and the history do not."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from support.service import Service, events, turns, until_ended

THOUGHTS = "<think>\nNot Dunkirk. </think>\n\n"
ANSWER = "Watch Paterson."


async def complete(service: Service, *messages: str) -> dict[str, Any]:
    """A completion after these messages, the first of which is the user's."""
    roles = ("user", "assistant")
    body = {
        "model": "fake",
        "messages": [
            {"role": roles[number % 2], "content": text} for number, text in enumerate(messages)
        ],
    }
    response = await service.client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    completion: dict[str, Any] = response.json()
    return completion


async def stored_answers(service: Service, conversation_id: str) -> list[str]:
    found = await turns(service, conversation_id)
    return [turn["text"] for turn in found if turn["role"] == "assistant"]


async def test_the_client_gets_what_is_not_stored(
    service_on_each: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_on_each
    embedded: list[str] = []
    embed = service.embedder.embed

    def seen(texts: Sequence[str]) -> Awaitable[Any]:
        embedded.extend(texts)
        return embed(texts)

    monkeypatch.setattr(service.embedder, "embed", seen)
    service.language.answer = THOUGHTS + ANSWER
    reply = await service.say("Which film shall I watch?")
    assert reply["message"] == THOUGHTS + ANSWER
    assert await stored_answers(service, reply["conversation_id"]) == [ANSWER]
    stored = (await service.client.get(f"/v1/replies/{reply['id']}")).json()
    assert (stored["status"], stored["message"]) == ("complete", ANSWER)
    await service.say("Why?", conversation_id=reply["conversation_id"])
    assert service.language.prompts[-1][2].content == ANSWER
    found = await service.client.post("/v1/memories/search", json={"query": "Dunkirk"})
    assert not any("Dunkirk" in each["memory"] for each in found.json()["results"])
    assert ANSWER in embedded
    assert not any("think" in text for text in embedded)


async def test_a_stream_has_the_thoughts(service: Service) -> None:
    service.language.answer = THOUGHTS + ANSWER
    told = [each async for each in events(service.client, {"message": "Which film?"})]
    assert "".join(data["text"] for name, data in told if name == "delta") == THOUGHTS + ANSWER
    assert told[-1][1]["message"] == THOUGHTS + ANSWER
    assert await stored_answers(service, told[-1][1]["conversation_id"]) == [ANSWER]


async def test_of_a_reply_that_stops_in_its_thoughts_nothing_is_stored(service: Service) -> None:
    service.language.answer = THOUGHTS + ANSWER
    service.language.hold, service.language.hold_from = asyncio.Event(), 2
    told = events(service.client, {"message": "Which film?"})
    async for name, data in told:
        if name == "reply":
            started = data
        if name == "delta":
            break
    await told.aclose()
    reply = await until_ended(service, started["id"])
    assert (reply["status"], reply["message"]) == ("aborted", "")


async def test_a_reply_that_fails_after_its_thoughts_keeps_its_beginning(service: Service) -> None:
    service.language.answer = THOUGHTS + ANSWER
    service.language.fail_after = 5
    told = [each async for each in events(service.client, {"message": "Which film?"})]
    assert told[-1][0] == "error"
    reply = await until_ended(service, told[0][1]["id"])
    assert (reply["status"], reply["message"].strip()) == ("failed", "Watch")


async def test_thoughts_alone_leave_an_empty_answer(service: Service) -> None:
    service.language.answer = "<think>Let me see, there is"
    reply = await service.say("Which film?")
    assert reply["message"] == service.language.answer
    assert await stored_answers(service, reply["conversation_id"]) == [""]
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert not any("Let me see" in each["memory"] for each in memories)
    assert (await service.say("And?", conversation_id=reply["conversation_id"]))["message"]


async def test_a_client_that_sends_the_thoughts_back_or_not_is_recognised(
    service: Service,
) -> None:
    service.language.answer = THOUGHTS + ANSWER
    first = await complete(service, "Which film shall I watch?")
    told = first["choices"][0]["message"]["content"]
    assert told == THOUGHTS + ANSWER
    service.language.answer = "Because it is quiet."
    second = await complete(service, "Which film shall I watch?", told, "Why?")
    third = await complete(
        service,
        *("Which film shall I watch?", f"\n\n{ANSWER}", "Why?", "Because it is quiet."),
        "Is it long?",
    )
    ids = {each["memory"]["conversation_id"] for each in (first, second, third)}
    assert len(ids) == 1
    assert len(await turns(service, ids.pop())) == 6


async def test_thoughts_of_the_clients_history_are_not_in_the_prompt(service: Service) -> None:
    await complete(service, "Which film?", THOUGHTS + ANSWER, "Write <think>a</think> out.")
    *_, answer, message = service.language.prompts[-1]
    assert answer.content == ANSWER
    assert message.content.endswith("Write <think>a</think> out.")
