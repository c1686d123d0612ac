"""Clients that send the same beginning again: regenerate, edit, delete, swipe, a sliding window."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from support.eventually import eventually
from support.service import Service, turns

from models.language.base import Message

pytestmark = pytest.mark.asyncio
CHAT = {"X-OpenWebUI-Chat-Id": "chat-1"}
ANSWER = "Noted, thank you."


async def ask(service: Service, *texts: str, headers: Any = None, **more: Any) -> dict[str, Any]:
    """A completion after these messages, the last of which is the user's."""
    first = "user" if len(texts) % 2 else "assistant"
    roles = ("user", "assistant") if first == "user" else ("assistant", "user")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(texts)]
    body = {"model": "fake", "messages": messages, **more}
    answer = await service.client.post("/v1/chat/completions", json=body, headers=headers or {})
    assert answer.status_code == 200, answer.text
    memory: dict[str, Any] = answer.json()["memory"]
    return memory


async def remembered(service: Service) -> list[str]:
    """All memories, oldest first."""
    listed = (await service.client.get("/v1/memories", params={"limit": 100})).json()["results"]
    return [memory["memory"] for memory in listed][::-1]


async def conversations(service: Service) -> list[str]:
    listed = (await service.client.get("/v1/conversations")).json()["results"]
    return [conversation["id"] for conversation in listed]


def numbered() -> Callable[[Sequence[Message]], str]:
    """A language model that never says the same twice."""
    said = 0

    def answer(_: Sequence[Message]) -> str:
        nonlocal said
        said += 1
        return f"Answer number {said}."

    return answer


async def test_regenerated_and_then_edited_in_a_named_chat(service_on_each: Service) -> None:
    service = service_on_each
    for _ in range(3):
        await ask(service, "I was born in 1980.", headers=CHAT)
    assert await remembered(service) == ["I was born in 1980.", ANSWER]
    await ask(service, "I was born in 1990, sorry.", headers=CHAT)
    await ask(service, "I was born in 1990, sorry.", ANSWER, "When was I born?", headers=CHAT)
    assert "1980" not in str(await remembered(service))
    assert "1980" not in str(service.language.prompts[-1])
    assert len(await turns(service, "chat-1")) == 4


async def test_a_reply_never_reads_the_answer_that_it_replaces(service: Service) -> None:
    """Neither a kept one, nor one of which nothing is kept."""
    service.language.answer = "Your zebra is called Zoe."
    await ask(service, "What is my zebra called?", headers=CHAT)
    for memory in ({"write": False}, {}):
        reading = await ask(service, "What is my zebra called?", headers=CHAT, memory=memory)
        assert reading["reading"]["memories"] == []
        assert "Zoe" not in str(service.language.prompts[-1])
    assert len(await turns(service, "chat-1")) == 2, "what is not kept replaces nothing"


@pytest.mark.parametrize("headers", [CHAT, None], ids=["named", "unnamed"])
async def test_the_last_message_regenerated_and_edited(service: Service, headers: Any) -> None:
    await ask(service, "hello", headers=headers)
    for _ in range(3):
        await ask(service, "hello", ANSWER, "I was born in 1980.", headers=headers)
    await ask(service, "hello", ANSWER, "I was born in 1990, sorry.", headers=headers)
    assert await remembered(service) == ["hello", ANSWER, "I was born in 1990, sorry.", ANSWER]
    assert len(await conversations(service)) == 1


async def test_an_earlier_message_edited_takes_all_after_it_along(service: Service) -> None:
    await ask(service, "one", headers=CHAT)
    await ask(service, "one", ANSWER, "two", headers=CHAT)
    await ask(service, "one", ANSWER, "two", ANSWER, "three", headers=CHAT)
    await ask(service, "one", ANSWER, "zwei", headers=CHAT)
    assert await remembered(service) == ["one", ANSWER, "zwei", ANSWER]
    await ask(service, "eins", headers=CHAT)
    assert await remembered(service) == ["eins", ANSWER]


@pytest.mark.parametrize("headers", [CHAT, None], ids=["named", "unnamed"])
async def test_an_exchange_deleted_in_the_midst(service: Service, headers: Any) -> None:
    service.language.answer = numbered()
    await ask(service, "one", headers=headers)
    await ask(service, "one", "Answer number 1.", "two", headers=headers)
    shown = "one", "Answer number 1.", "two", "Answer number 2.", "three"
    await ask(service, *shown, headers=headers)
    shown = "one", "Answer number 1.", "three", "Answer number 3.", "four"
    await ask(service, *shown, headers=headers)
    assert await remembered(service) == [*shown, "Answer number 4."]
    assert len(await conversations(service)) == 1


@pytest.mark.parametrize("length", [2, 3, 4, 5])
@pytest.mark.parametrize("headers", [CHAT, None], ids=["named", "unnamed"])
async def test_the_last_messages_are_the_same_conversation(
    service: Service, headers: Any, length: int
) -> None:
    chat: list[str] = []
    for number in range(5):
        chat.append(f"message {number}")
        await ask(service, *chat[-length:], headers=headers)
        chat.append(ANSWER)
    [conversation] = await conversations(service)
    assert [turn["text"] for turn in await turns(service, conversation)] == chat


async def test_new_messages_alone_with_an_id_of_the_body(service: Service) -> None:
    for text in ("one", "two", "two"):
        await ask(service, text, conversation_id="mine")
    texts = [turn["text"] for turn in await turns(service, "mine")]
    assert texts == ["one", ANSWER, "two", ANSWER], "the last one again: regenerated"


async def test_a_window_of_one_message_that_is_told_to_have_a_parent(service: Service) -> None:
    parent = CHAT | {"X-OpenWebUI-User-Message-Parent-Id": "a-message"}
    await ask(service, "one", headers=CHAT)
    await ask(service, "two", headers=parent)
    assert len(await turns(service, "chat-1")) == 4


async def test_another_answer_chosen_or_edited_gets_its_words(service: Service) -> None:
    service.language.answer = numbered()
    await ask(service, "one", headers=CHAT)
    await ask(service, "one", headers=CHAT)
    await ask(service, "one", "Answer number 1.", "two", headers=CHAT)
    assert await remembered(service) == ["one", "Answer number 1.", "two", "Answer number 3."]
    await ask(service, "uno", "Answer number 1.", "two", "Tres.", "three", headers=CHAT)
    expected = ["uno", "Answer number 1.", "two", "Tres.", "three", "Answer number 4."]
    assert await remembered(service) == expected

    async def found() -> bool:  # once the new words are embedded
        body = {"query": "uno"}
        results = (await service.client.post("/v1/memories/search", json=body)).json()["results"]
        return bool(results) and results[0]["memory"] == "uno"

    await eventually(found)


async def test_without_an_id_another_chat_that_begins_alike_loses_nothing(
    service: Service,
) -> None:
    """A second chat at any time, and its first message again."""
    await ask(service, "hi")
    await ask(service, "hi", ANSWER, "My cat is called Minka.")
    await ask(service, "hi")
    await ask(service, "hi", ANSWER, "My dog is called Rex.")
    assert {"My cat is called Minka.", "My dog is called Rex."} <= {*await remembered(service)}
    assert len(await conversations(service)) == 2


async def test_without_an_id_chats_begun_at_once_lose_nothing(service: Service) -> None:
    await ask(service, "hi")
    await ask(service, "hi")
    await ask(service, "hi", ANSWER, "My cat is called Minka.")
    await ask(service, "hi", ANSWER, "My dog is called Rex.")
    assert {"My cat is called Minka.", "My dog is called Rex."} <= {*await remembered(service)}


async def test_without_an_id_a_fork_of_an_old_place_loses_nothing(service: Service) -> None:
    await ask(service, "one")
    await ask(service, "one", ANSWER, "two")
    await ask(service, "one", ANSWER, "two", ANSWER, "three")
    for again in ("two", "zwei"):
        await ask(service, "one", ANSWER, again)
    assert {"two", "three", "zwei"} <= {*await remembered(service)}


async def test_examples_before_a_message_are_no_chat(service: Service) -> None:
    for text in ("My cat is called Minka.", "My dog is called Rex."):
        await ask(service, "I got a promotion", "🎉", text)
    assert {"My cat is called Minka.", "My dog is called Rex."} <= {*await remembered(service)}


async def test_a_named_chat_is_found_by_its_name_alone(service: Service) -> None:
    await ask(service, "hi", headers=CHAT)
    await service.say("hi")
    await ask(service, "hi")
    await ask(service, "hi", headers={"X-OpenWebUI-Chat-Id": "chat-2"})
    assert len(await conversations(service)) == 4
    assert await remembered(service) == ["hi", ANSWER] * 4


async def test_a_chat_that_gets_its_id_later_is_one(service: Service) -> None:
    """LibreChat names no chat with its first message."""
    await ask(service, "one", headers={"X-Conversation-ID": "new"})
    await ask(service, "one", ANSWER, "two", headers={"X-Conversation-ID": "a-chat"})
    assert await conversations(service) == ["a-chat"]
    await ask(service, "eins", headers={"X-Conversation-ID": "a-chat"})
    assert await remembered(service) == ["eins", ANSWER]


async def test_another_user_with_the_same_chat_loses_nothing(service: Service) -> None:
    for text in ("one", "two"):
        await ask(service, text, headers=CHAT | {"X-User-Id": text})
    for user in ("one", "two"):
        found = await service.client.get("/v1/memories", headers={"X-User-Id": user})
        assert len(found.json()["results"]) == 2


async def test_two_regenerations_at_once_and_a_running_reply(service_on_each: Service) -> None:
    """Each client gets its answer whole; one of them stays."""
    service = service_on_each
    service.language.hold = asyncio.Event()
    asked = [asyncio.create_task(ask(service, "one", headers=CHAT)) for _ in range(3)]
    await eventually(lambda: len(service.language.prompts) == 3)
    service.language.hold.set()
    replies = await asyncio.gather(*asked)
    assert len({reply["reply_id"] for reply in replies}) == 3
    kept = await turns(service, "chat-1")
    assert [turn["text"] for turn in kept] == ["one", ANSWER]
    assert kept[1]["status"] == "complete"
    await ask(service, "one", ANSWER, "two", headers=CHAT)
    assert len(await turns(service, "chat-1")) == 4


async def test_an_edit_while_the_old_answer_is_written(service: Service) -> None:
    await ask(service, "one", headers=CHAT)
    service.language.hold = asyncio.Event()
    running = asyncio.create_task(ask(service, "one", ANSWER, "a zebra", headers=CHAT))
    await eventually(lambda: len(service.language.prompts) == 2)
    edited = asyncio.create_task(ask(service, "one", ANSWER, "a horse", headers=CHAT))
    await eventually(lambda: len(service.language.prompts) == 3)
    service.language.hold.set()
    await asyncio.gather(running, edited)
    assert await remembered(service) == ["one", ANSWER, "a horse", ANSWER]
    assert "zebra" not in str(service.language.prompts[-1])


async def test_a_message_behind_a_running_reply_waits_its_turn(service: Service) -> None:
    service.language.hold = asyncio.Event()
    running = asyncio.create_task(ask(service, "one", headers=CHAT))
    await eventually(lambda: service.language.prompts)
    said = [{"role": "user", "content": text} for text in ("one", "two")]
    body = {"model": "fake", "messages": said}
    refused = await service.client.post("/v1/chat/completions", json=body, headers=CHAT)
    assert refused.json()["error"]["code"] == "conversation_busy"
    service.language.hold.set()
    await running


async def test_messages_without_text_replace_nothing(service: Service) -> None:
    """Such as pictures that this model does not see, or calls of tools."""
    await ask(service, "one", headers=CHAT)
    await ask(service, "one", ANSWER, "two", headers=CHAT)
    await ask(service, "", "", "three", headers=CHAT)
    texts = [turn["text"] for turn in await turns(service, "chat-1")]
    assert texts == ["one", ANSWER, "two", ANSWER, "three", ANSWER]


async def test_a_failed_answer_is_tried_again(service: Service) -> None:
    for headers in (CHAT, {}):
        service.language.fail_after = 1
        body = {"model": "fake", "messages": [{"role": "user", "content": "one"}]}
        for _ in range(2):
            failed = await service.client.post("/v1/chat/completions", json=body, headers=headers)
            assert failed.status_code >= 500
        service.language.fail_after = None
        await ask(service, "one", headers=headers)
    assert await remembered(service) == ["one", ANSWER] * 2


async def test_a_named_speaker_regenerated_and_edited_in_place(service: Service) -> None:
    """Clients send the name apart from the text."""
    for headers in (CHAT, {}):
        said: list[dict[str, str]] = []
        for text in ("I swim.", "I swim."):
            said = [{"role": "user", "name": "Bea", "content": text}]
            body = {"model": "fake", "messages": said}
            await service.client.post("/v1/chat/completions", json=body, headers=headers)
        said += [{"role": "assistant", "content": ANSWER}, {"role": "user", "content": "Since?"}]
        body = {"model": "fake", "messages": said}
        await service.client.post("/v1/chat/completions", json=body, headers=headers)
    assert await remembered(service) == ["I swim.", ANSWER, "Since?", ANSWER] * 2
    said[0]["content"] = "I row."
    said += [{"role": "assistant", "content": ANSWER}, {"role": "user", "content": "Why?"}]
    body = {"model": "fake", "messages": said}
    await service.client.post("/v1/chat/completions", json=body, headers=CHAT)
    listed = (await service.client.get("/v1/memories")).json()["results"]
    assert [each["speaker"] for each in listed if each["memory"] == "I row."] == ["Bea"]


async def test_a_continued_answer_replaces_its_beginning(service: Service) -> None:
    await ask(service, "one", headers=CHAT)
    messages = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "Noted, "}]
    body = {"model": "fake", "messages": messages}
    await service.client.post("/v1/chat/completions", json=body, headers=CHAT)
    kept = await remembered(service)
    assert (len(kept), kept[0]) == (2, "one")
    assert kept[1].startswith("Noted,")
