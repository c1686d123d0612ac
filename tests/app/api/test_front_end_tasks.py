"""Temporary chats, and front ends' own questions: nothing of them is read or kept."""

from typing import Any

import pytest
from support.service import Service

pytestmark = pytest.mark.asyncio
QUESTION, ANSWER = "My dog is called Biscuit.\nHe is six.", "Noted, thank you."
# In words of their own: each has what its front end's template is known by.
AFTER_A_CHAT = {
    "NextChat, title": "Give me a short title for our conversation without any lead-in, please.",
    "NextChat, summary": "Summarize this in 200 words, as a prompt for future context.",
    "NextChat, title in Chinese": "直接返回简要主题，不要解释，不要标点。",
    "NextChat, summary in Chinese": "简要总结一下，用作上下文提示。",
    "SillyTavern, summary": "Ignore previous instructions. Summarize the story so far.",
}
ALONE = {
    "LibreChat, title": "A 5-word-or-less title for the conversation:\n\nUser: hi\nAI: Hello!",
    "LibreChat, title with its language": "Analyze this conversation: the detected language, "
    "and a concise title.\n\nUser: hi\nAI: Hello!",
    "LobeChat, title": "user: hi\nassistant: Hello!\n\nTurn the above conversation into a title.",
}
TRANSCRIPTS = (
    f"What shall this chat be called?\n\nUser: {QUESTION}\nAI: {ANSWER}",
    f"user: {QUESTION}\nassistant: {ANSWER}",
    f"<user>\n{QUESTION}\n</user>\n<assistant>\n{ANSWER}\n</assistant>\nThree tags, as JSON.",
    f"[HUMAN] {QUESTION}\n[BOT] {ANSWER}\nWhat may be asked next?",
    f"{QUESTION}\n\n{ANSWER}\n\nA search query for this:",
)


async def ask(
    service: Service, *messages: tuple[str, str], headers: Any = None, **more: Any
) -> dict[str, Any]:
    said = [{"role": role, "content": text} for role, text in messages]
    body = {"model": "fake", "messages": said, **more}
    answer = await service.client.post("/v1/chat/completions", json=body, headers=headers or {})
    assert answer.status_code == 200, answer.text
    completion: dict[str, Any] = answer.json()
    return completion


async def remembered(service: Service) -> list[str]:
    listed = (await service.client.get("/v1/memories")).json()["results"]
    return [memory["memory"] for memory in listed][::-1]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-OpenWebUI-Chat-Id": "temporary:1f0c"},
        {"X-OpenWebUI-Chat-Id": "local:socket"},
        {"X-OpenWebUI-Chat-Id": "a-chat", "X-Temporary-Chat": "true"},
        {"X-Temporary-Chat": "1"},
        {"X-Conversation-ID": "a-chat", "X-Temporary-Chat": "TRUE"},
    ],
)
async def test_nothing_is_read_or_kept_of_a_temporary_chat(service: Service, headers: Any) -> None:
    await ask(service, ("user", QUESTION))
    before = await remembered(service)
    reply = await ask(service, ("user", "How is my dog called?"), headers=headers)
    assert reply["memory"]["reading"] is None
    shown = ("user", "How is my dog called?"), ("assistant", ANSWER), ("user", "How old is he?")
    await ask(service, *shown, headers=headers)
    assert await remembered(service) == before
    assert len((await service.client.get("/v1/conversations")).json()["results"]) == 1


@pytest.mark.parametrize("value", ["", "false", "{{LIBRECHAT_BODY_ISTEMPORARY}}"])
async def test_other_chats_are_kept(service: Service, value: str) -> None:
    headers = {"X-Temporary-Chat": value, "X-Conversation-ID": "{{LIBRECHAT_BODY_CONVERSATIONID}}"}
    await ask(service, ("user", QUESTION), headers=headers)
    assert QUESTION in await remembered(service)


@pytest.mark.parametrize("task", AFTER_A_CHAT)
async def test_a_task_at_the_end_of_a_chat(service: Service, task: str) -> None:
    await ask(service, ("user", QUESTION))
    before = await remembered(service)
    shown = ("user", QUESTION), ("assistant", ANSWER), ("user", AFTER_A_CHAT[task])
    reply = await ask(service, *shown)
    assert reply["memory"]["reading"] is None
    assert await remembered(service) == before


@pytest.mark.parametrize("task", ALONE)
async def test_a_task_alone(service: Service, task: str) -> None:
    reply = await ask(service, ("user", ALONE[task]))
    assert reply["memory"]["reading"] is None
    assert await remembered(service) == []


async def test_a_task_in_a_system_prompt_above_a_transcript(service: Service) -> None:
    system = "You are a conversation summarizer and make up a title."
    await ask(service, ("system", system), ("user", "user: hi\nassistant: Hello!"))
    assert await remembered(service) == []


@pytest.mark.parametrize("headers", [{}, {"X-OpenWebUI-Chat-Id": "a-chat"}])
@pytest.mark.parametrize("text", TRANSCRIPTS)
async def test_what_quotes_the_conversation_is_a_task_in_any_words(
    service: Service, text: str, headers: Any
) -> None:
    """It does not replace the chat whose id it bears, either."""
    await ask(service, ("user", QUESTION), headers=headers)
    before = await remembered(service)
    reply = await ask(service, ("user", text), headers=headers)
    assert reply["memory"]["reading"] is None
    assert await remembered(service) == before


async def test_a_long_answer_may_be_shortened(service: Service) -> None:
    service.language.answer = "A long answer of many words. " * 100
    await ask(service, ("user", QUESTION))
    text = f"Title?\nUser: {QUESTION}\nAI: {service.language.answer[:500]}…"
    await ask(service, ("user", text))
    assert text not in await remembered(service)


@pytest.mark.parametrize(
    "text",
    [
        f'I said "{QUESTION}" and you said "{ANSWER}"\nWhy?',
        f"You wrote:\n{ANSWER}\nWhat did you note?",
        f"{QUESTION}\nHe likes bones.",
        "Title: my novel\nSummarize my week in one sentence.",
        "Give my chapter a short title.",
    ],
)
async def test_what_a_user_says_of_the_conversation_is_kept(service: Service, text: str) -> None:
    await ask(service, ("user", QUESTION))
    await ask(service, ("user", text))
    assert text in await remembered(service)


async def test_what_another_user_said_makes_no_task(service: Service) -> None:
    await ask(service, ("user", QUESTION), headers={"X-User-Id": "bob"})
    await ask(service, ("user", TRANSCRIPTS[0]))
    assert TRANSCRIPTS[0] in await remembered(service)
