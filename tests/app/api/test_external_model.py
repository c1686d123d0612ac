"""Chats whose client asks a model of its own: the memory is read before, and stored after."""

from typing import Any

import pytest
from support.completions import said
from support.service import Service, running, turns

from app.settings import Settings

DOG, NOTED = said("My dog is called Biscuit."), said("Noted.", "assistant")
CHAT = {"X-OpenWebUI-Chat-Id": "chat-1"}


async def recall(service: Service, *messages: Any, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    body = {"messages": list(messages), **more}
    answer = await service.client.post("/v1/chat/recall", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def store(service: Service, *messages: Any, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    body = {"messages": list(messages), **more}
    answer = await service.client.post("/v1/chat/exchanges", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def texts(service: Service, conversation_id: str) -> list[str]:
    return [turn["text"] for turn in await turns(service, conversation_id)]


async def memories(service: Service) -> list[str]:
    listed = (await service.client.get("/v1/memories")).json()["results"]
    return [each["memory"] for each in listed][::-1]


async def test_what_was_stored_is_recalled(service_on_each: Service) -> None:
    service = service_on_each
    stored = await store(service, DOG, NOTED, conversation_id="a", model="gpt-x")
    assert stored["conversation_id"] == "a"
    reply = (await service.client.get(f"/v1/replies/{stored['answer_id']}")).json()
    assert (reply["status"], reply["message"], reply["model"]) == ("complete", "Noted.", "gpt-x")
    found = await recall(service, said("What is my dog called?"), timezone="UTC")
    assert found["text"].startswith("Today is ")
    assert 'I said: "My dog is called Biscuit."' in found["text"]
    assert found["text"].endswith("\n\n")
    assert found["reading"]["memories"][0]["memory"] == DOG["content"]
    assert service.language.prompts == [], "no model is asked"
    assert len(await memories(service)) == 2, "a recall stores nothing"


async def test_a_budget_of_none_quotes_nothing(service: Service) -> None:
    await store(service, DOG, NOTED)
    assert (await recall(service, said("My dog?"), budget_tokens=0))["text"] == ""


async def test_what_the_chat_shows_is_not_quoted(service: Service) -> None:
    await store(service, DOG, NOTED, headers=CHAT)
    shown = DOG, NOTED, said("What is my dog called?")
    assert "Biscuit" not in (await recall(service, *shown, headers=CHAT))["text"]


@pytest.mark.parametrize("named", [True, False])
async def test_a_regenerated_answer_replaces_the_other(
    service_on_each: Service, named: bool
) -> None:
    """It is not read for the new one, either."""
    service, headers = service_on_each, CHAT if named else {}
    question = said("Which colour has a zebu?")
    await store(service, DOG, NOTED, headers=headers)
    shown = DOG, NOTED, question
    first = await store(service, *shown, said("Zebus are blue.", "assistant"), headers=headers)
    again = await recall(service, *shown, headers=headers)
    assert "blue" not in again["text"]
    second = await store(service, *shown, said("Zebus are grey.", "assistant"), headers=headers)
    assert second["conversation_id"] == first["conversation_id"]
    assert await texts(service, second["conversation_id"]) == [
        *("My dog is called Biscuit.", "Noted."),
        *("Which colour has a zebu?", "Zebus are grey."),
    ]
    assert "Zebus are blue." not in await memories(service)


async def test_an_edited_message_replaces_what_came_after_it(service: Service) -> None:
    await store(service, DOG, NOTED, headers=CHAT)
    await store(service, DOG, NOTED, said("And a cat."), NOTED, headers=CHAT)
    await store(service, said("My dog is called Rex."), NOTED, headers=CHAT)
    assert await memories(service) == ["My dog is called Rex.", "Noted."]


async def test_a_longer_answer_replaces_the_shorter(service: Service) -> None:
    await store(service, DOG, said("Noted", "assistant"), headers=CHAT)
    await store(service, DOG, said("Noted, thank you.", "assistant"), headers=CHAT)
    assert await texts(service, "chat-1") == [DOG["content"], "Noted, thank you."]


async def test_an_exchange_that_is_sent_twice_is_stored_once(service: Service) -> None:
    for _ in range(2):
        await store(service, DOG, NOTED, conversation_id="a")
    assert await memories(service) == [DOG["content"], "Noted."]


async def test_what_is_to_append_replaces_nothing(service_on_each: Service) -> None:
    """Whatever the client shows; and the same once more is not stored twice."""
    service, more = service_on_each, said("continue")
    tested, documented = said("I added a test.", "assistant"), said("I documented it.", "assistant")
    sent = [(DOG, NOTED), (more, tested), (more, documented), (said("x"), DOG, NOTED)]
    for messages in sent:
        for _ in range(2):
            told = await store(service, *messages, conversation_id="a", append=True)
    assert told["conversation_id"] == "a"
    expected = [DOG["content"], "Noted.", "continue", "I added a test."]
    expected += ["continue", "I documented it.", DOG["content"], "Noted."]
    assert await texts(service, "a") == expected
    await store(service, DOG, said("Yes.", "assistant"), conversation_id="a")
    assert await texts(service, "a") == [*expected[:-1], "Yes."], "without it as before"


async def test_what_failed_is_appended_once(service: Service) -> None:
    """A message whose answer could not be stored comes again."""
    with pytest.MonkeyPatch.context() as patch:
        replies = service.app.state.services.external_model.replies
        patch.setattr(type(replies), "commit", lambda self, *args: self.fail(*args))
        await store(service, DOG, NOTED, conversation_id="a", append=True)
    await store(service, DOG, NOTED, conversation_id="a", append=True)
    assert await texts(service, "a") == [DOG["content"], "Noted."]


async def test_to_append_the_conversation_has_a_name(service: Service) -> None:
    body = {"messages": [DOG, NOTED], "append": True}
    answer = await service.client.post("/v1/chat/exchanges", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "append")
    await store(service, DOG, NOTED, append=True, headers=CHAT)
    assert await texts(service, "chat-1") == [DOG["content"], "Noted."]


async def test_a_tool_loop_is_one_exchange(service: Service) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    told = await store(
        service,
        DOG,
        said("Let me look.", "assistant", tool_calls=[call]),
        said("secret result", "tool", tool_call_id="1"),
        NOTED,
    )
    assert told["ignored"] == ["messages[1]: tool_calls", "messages[2]: tool"]
    assert await memories(service) == [DOG["content"], "Noted."]


async def test_thoughts_and_pictures_are_not_stored(service: Service) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    question = said([{"type": "text", "text": "Look."}, picture])
    answer = said("<think>hm</think>A dog.", "assistant")
    told = await store(service, question, answer)
    assert told["ignored"] == ["messages[0]: image_url"]
    assert await memories(service) == ["Look.", "A dog."]


TASK = said("### Task:\nGenerate a concise title.\n<chat_history>\nUSER: hi\n</chat_history>")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X-OpenWebUI-Chat-Id": "temporary:1"}, said("Who is Biscuit?")),
        ({"X-Temporary-Chat": "true"}, said("Who is Biscuit?")),
        ({"X-OpenWebUI-Task": "title_generation"}, said("Who is Biscuit?")),
        (CHAT, TASK),
    ],
)
async def test_what_is_not_kept_is_not_read(
    service: Service, headers: dict[str, str], message: dict[str, Any]
) -> None:
    await store(service, DOG, NOTED)
    told = await recall(service, message, headers=headers)
    assert (told["text"], told["reading"]) == ("", None)
    told = await store(service, message, said("Title", "assistant"), headers=headers)
    assert (told["conversation_id"], told["question_id"], told["answer_id"]) == (None, None, None)
    assert len(await memories(service)) == 2


@pytest.mark.parametrize("messages", [[DOG], [NOTED, DOG], [DOG, said(" ", "assistant")]])
async def test_an_exchange_needs_an_answer(service: Service, messages: list[Any]) -> None:
    answer = await service.client.post("/v1/chat/exchanges", json={"messages": messages})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "messages"


async def test_users_are_apart(service: Service) -> None:
    await store(service, DOG, NOTED, headers={"X-OpenWebUI-User-Id": "ann"})
    for user, finds in (("ann", True), ("ben", False)):
        told = await recall(service, said("What is my dog called?"), headers={"X-User-Id": user})
        assert ("Biscuit" in told["text"]) is finds


async def test_exchanges_count_as_writes(settings: Settings) -> None:
    limited = settings.model_copy(update={"user_write_rate": "1/minute"})
    async with running(limited) as service:
        await store(service, DOG, NOTED)
        body = {"messages": [DOG, NOTED]}
        answer = await service.client.post("/v1/chat/exchanges", json=body)
        assert answer.status_code == 429
        await recall(service, DOG)
