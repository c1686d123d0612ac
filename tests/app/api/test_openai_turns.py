"""The messages of a chat that a client shows: whose they are, and which of them is answered."""

from typing import Any

import pytest
from support.completions import HELLO, complete, memory_of, prompt_of, said
from support.service import Service, turns

CALL = {"id": "1", "type": "function", "function": {"name": "add", "arguments": "{}"}}


async def test_calls_of_tools_are_left_out(service: Service) -> None:
    memory = await memory_of(
        service,
        HELLO,
        said(None, "assistant", tool_calls=[CALL]),
        said("3", "tool", tool_call_id="1"),
        said("Three.", "assistant"),
        said("old", "function", name="add"),
        said("so?"),
        tools=[{"type": "function", "function": {"name": "add"}}],
        tool_choice="auto",
        parallel_tool_calls=True,
    )
    assert memory["ignored"] == [
        *("tools", "messages[1]: tool_calls", "messages[2]: tool", "messages[4]: function")
    ]
    assert prompt_of(service) == [("user", "hello"), ("assistant", "Three."), ("user", "so?")]


async def test_after_a_tool_the_users_message_is_answered(service: Service) -> None:
    """What was said before the call is no beginning of the answer."""
    called = said("Let me add.", "assistant", tool_calls=[CALL])
    await memory_of(service, said("1 + 2?"), called, said("3", "tool", tool_call_id="1"))
    assert prompt_of(service) == [("user", "1 + 2?")]


async def test_the_name_of_a_message_is_its_speaker(service: Service) -> None:
    await memory_of(service, said("I am allergic to walnuts.", name="Ada"))
    await memory_of(service, said("I like walnuts.", name="Ben"))
    shown = [said("hello", name="Cid"), said("Hi.", "assistant", name="Bot")]
    memory = await memory_of(service, *shown, said("Who is allergic to walnuts?", name="Ben"))
    assert memory["ignored"] == ["messages[1]: name"]
    listed = (await service.client.get("/v1/memories")).json()["results"]
    speakers = [(each["speaker"], each["memory"]) for each in listed if each["role"] == "user"]
    assert speakers[::-1] == [
        ("Ada", "I am allergic to walnuts."),
        ("Ben", "I like walnuts."),
        ("Ben", "Who is allergic to walnuts?"),
    ]
    *_, cid, bot, ben = prompt_of(service)
    assert (cid, bot) == (("user", "Cid: hello"), ("assistant", "Hi."))
    assert 'Ada said: "I am allergic to walnuts."' in ben[1]
    assert ben[1].endswith("Ben: Who is allergic to walnuts?")


async def test_a_named_chat_is_recognised(service: Service) -> None:
    first = await memory_of(service, said("hello", name="Ada"))
    answer = said(service.language.answer, "assistant")
    for name, same in (("Ada", True), ("Ben", False)):
        later = await memory_of(service, said("hello", name=name), answer, said("more", name="Ben"))
        assert (later["conversation_id"] == first["conversation_id"]) == same


@pytest.mark.parametrize("name", ["user", "", "a\nb", "x" * 200])
async def test_a_name_that_is_none(service: Service, name: str) -> None:
    memory = await memory_of(service, said("hello", name=name))
    assert memory["ignored"] == (["messages[0]: name"] if len(name) in (3, 200) else [])
    [_, mine] = (await service.client.get("/v1/memories")).json()["results"]
    assert mine["speaker"] is None


async def test_a_system_message_counts_wherever_it_stands(service: Service) -> None:
    brief = said("Be brief.", "system")
    for messages in ([brief, HELLO], [HELLO, brief], [HELLO, said("Be brief.", "developer")]):
        await memory_of(service, *messages)
        prompt = service.language.prompts[-1]
        assert [(each.role, each.content) for each in prompt] == [
            ("system", "Be brief."),
            ("user", "hello"),
        ]
    await memory_of(service, brief, HELLO, said("Hi.", "assistant"), said("Now rhyme.", "system"))
    assert prompt_of(service) == [("user", "hello"), ("assistant", "Hi."), ("user", "Now rhyme.")]


async def test_without_a_users_message_nothing_is_remembered(service: Service) -> None:
    answer = await complete(service, said("Write a haiku.", "system"))
    assert answer.status_code == 200
    assert answer.json()["memory"]["reading"] is None
    assert prompt_of(service) == [("user", "Write a haiku.")]
    assert (await service.client.get("/v1/memories")).json()["results"] == []
    assert (await service.client.get("/v1/conversations")).json()["results"] == []


async def test_an_answer_is_continued(service: Service) -> None:
    """The client gets the rest, the memory the whole, and the chat goes on from there."""
    service.language.answer = " am a program."
    request = (said("Who are you?"), said("Hello, I", "assistant"))
    answer = await service.client.post(
        "/v1/chat/completions",
        json={"model": "fake", "messages": request},
        headers={"Idempotency-Key": "k"},
    )
    assert answer.json()["choices"][0]["message"]["content"] == "am a program."
    assert prompt_of(service) == [("user", "Who are you?"), ("assistant", "Hello, I")]
    conversation = answer.json()["memory"]["conversation_id"]
    whole = "Hello, Iam a program."
    assert [turn["text"] for turn in await turns(service, conversation)] == ["Who are you?", whole]
    again = await service.client.post(
        "/v1/chat/completions",
        json={"model": "fake", "messages": request},
        headers={"Idempotency-Key": "k"},
    )
    assert again.json()["choices"] == answer.json()["choices"]
    later = await memory_of(service, request[0], said(whole, "assistant"), said("Really?"))
    assert later["conversation_id"] == conversation


@pytest.mark.parametrize(
    "empty", [said("", "assistant"), said(None, "assistant"), said(" ", "assistant")]
)
async def test_an_empty_beginning_is_none(service: Service, empty: dict[str, Any]) -> None:
    await memory_of(service, HELLO, empty)
    assert prompt_of(service) == [("user", "hello")]


async def test_the_oldest_messages_leave_a_full_prompt(service: Service) -> None:
    """The window has 2,048 tokens, a word is one, and a quarter is left to the answer."""
    chat = [said(f"{i} " + "w " * 100, "user" if i % 2 == 0 else "assistant") for i in range(30)]
    memory = await memory_of(service, said("Be brief.", "system"), *chat, said("So?"))
    [entry] = memory["ignored"]
    assert entry == "messages[1..24]: over the context window"
    shown = prompt_of(service)
    assert [text.split()[0] for _, text in shown[:-1]] == [str(i) for i in range(24, 30)]
    assert service.language.count_tokens(service.language.prompts[-1]) <= 2048 * 3 // 4
    turn_texts = [turn["text"] for turn in await turns(service, memory["conversation_id"])]
    assert turn_texts == ["So?", service.language.answer]


async def test_few_long_messages_leave_one_by_one(service: Service) -> None:
    long = "w " * 600
    chat = [said(long), said(long, "assistant"), said("two"), said(long * 100, "assistant")]
    memory = await memory_of(service, *chat, said("b"), said("c", "assistant"), said("So?"))
    assert memory["ignored"] == ["messages[0..3]: over the context window"]
    assert [text for _, text in prompt_of(service)] == ["b", "c", "So?"]


async def test_a_history_that_fits_stays_whole(service: Service) -> None:
    chat = [said("w " * 1400), said("ok", "assistant")]
    memory = await memory_of(service, *chat, said("So?"))
    assert memory["ignored"] == []
    assert len(prompt_of(service)) == 3
