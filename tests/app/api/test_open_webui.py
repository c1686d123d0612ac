"""Open WebUI in front: the requests that its release 0.12.4 was seen to send, as they were sent."""

import time
from typing import Any

import jwt
import pytest
from support.service import Service, running

from app.settings import Settings

SIGNING = "what-open-webui-and-we-both-know-0123"
USER = {
    "X-OpenWebUI-Auth-Type": "jwt",
    "X-OpenWebUI-User-Name": "Ada%20L",
    "X-OpenWebUI-User-Id": "69ca305b-933d-4cf7-b3aa-6b9e0059aea6",
    "X-OpenWebUI-User-Email": "ada@localhost",
    "X-OpenWebUI-User-Role": "user",
    "Authorization": "Bearer none",
    "Accept": "*/*",
}
CHAT = {"X-OpenWebUI-Chat-Id": "4072babb-a299-4b64-99ef-f9cbef30a70a"}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_current_timestamp",
            "description": "Get the current Unix timestamp in seconds.",
            "parameters": {"properties": {}, "type": "object"},
        },
    }
]
HISTORY = (
    "<chat_history>\nUSER: My dog is called Biscuit.\nASSISTANT: Noted, thank you.\n</chat_history>"
)
EMOJI = (
    "Your task is to reflect the speaker's likely facial expression through a fitting emoji. "
    "Interpret emotions from the message.\n\nMessage: ```I am glad```"
)
MERGING = (
    "You have been provided with a set of responses from various models to the latest user query: "
    '"q?"\n\nYour task is to synthesize these responses.\n\nResponses from models: \'"a"\''
)
# The beginnings of its templates, and what its tasks send beside them.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "title": (
        "### Task:\nGenerate a concise title summarizing the chat history.\n### Output:\n"
        f'JSON format: {{ "title": "your concise title here" }}\n### Chat History:\n{HISTORY}',
        {"max_tokens": 1000},
    ),
    "tags": (f"### Task:\nGenerate 1-3 broad tags.\n\n### Chat History:\n{HISTORY}", {}),
    "follow-up": (f"### Task:\nPredict 3-5 useful messages.\n### Chat History:\n{HISTORY}", {}),
    "queries": (f"### Task:\nAnalyze the chat history.\n\n### Chat History:\n{HISTORY}\n", {}),
    "autocomplete": (
        "### Task:\nYou are an autocompletion system. Continue the text in `<text>`\n### Context:\n"
        f"{HISTORY}\n<type>general</type>  \n<text>The dog</text>  \n#### Output:\n",
        {},
    ),
    "emoji": (EMOJI, {"max_tokens": 4}),
    "merging": (MERGING, {}),
}
WITH_DOCUMENTS = (
    "### Task:\nRespond to the user query using the provided context, incorporating inline "
    "citations.\n\n<context>\n<source id='1'>Dogs bark.</source>\n</context>\n\nDo dogs bark?"
)


async def ask(service: Service, *messages: dict[str, str], **more: Any) -> dict[str, Any]:
    headers = USER | more.pop("headers", {})
    body = {"model": "fake", "messages": list(messages), "stream": False, **more}
    answer = await service.client.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def remembered(service: Service, **headers: str) -> list[str]:
    listed = await service.client.get("/v1/memories", headers=USER | headers)
    return [memory["memory"] for memory in listed.json()["results"]][::-1]


def said(text: str, role: str = "user") -> dict[str, str]:
    return {"role": role, "content": text}


async def test_a_chat_with_the_tools_that_its_page_offers(service: Service) -> None:
    """Its models, then a streamed message in a new chat, then one that shows the chat so far."""
    models = (await service.client.get("/v1/models", headers=USER)).json()
    assert [model["id"] for model in models["data"]] == ["fake"]
    body = {
        "model": "fake",
        "stream": True,
        "messages": [said("My dog is called Biscuit.")],
        "tools": TOOLS,
        "stream_options": {"include_usage": True},
    }
    answer = await service.client.post("/v1/chat/completions", json=body, headers=USER | CHAT)
    assert answer.status_code == 200, answer.text
    assert answer.text.endswith("data: [DONE]\n\n")
    shown = [*body["messages"], said("Noted, thank you.", "assistant"), said("What is it called?")]
    reply = await ask(service, *shown, tools=TOOLS, headers=CHAT)
    assert reply["memory"]["conversation_id"] == CHAT["X-OpenWebUI-Chat-Id"]
    assert (await remembered(service)) == [
        *("My dog is called Biscuit.", "Noted, thank you."),
        *("What is it called?", "Noted, thank you."),
    ]
    assert (await service.client.get("/v1/memories")).json()["results"] == [], "of nobody else"


@pytest.mark.parametrize("task", TASKS)
async def test_its_own_tasks_are_answered_and_leave_no_trace(service: Service, task: str) -> None:
    """In a chat's name, and without: nothing is stored of it, and nothing read for it."""
    await ask(service, said("My dog is called Biscuit."), headers=CHAT)
    before = await remembered(service)
    text, more = TASKS[task]
    for headers in (CHAT, {}):
        reply = await ask(service, said(text), headers=headers, **more)
        assert reply["memory"]["reading"] is None
    system = said("Be brief.", "system")  # as an administrator may have set for the model
    await ask(service, system, said(text), headers=CHAT, **more)
    assert service.language.prompts[-1][-1].content == text
    assert await remembered(service) == before
    chats = await service.client.get("/v1/conversations", headers=USER)
    assert [chat["turns"] for chat in chats.json()["results"]] == [2]


async def test_a_header_says_it_of_a_template_of_ones_own(service: Service) -> None:
    text = "Give this chat a name."
    await ask(service, said(text), headers={"X-OpenWebUI-Task": "title_generation"})
    assert await remembered(service) == []
    await ask(service, said(text), headers={"X-OpenWebUI-Task": ""})
    assert text in await remembered(service)


async def test_what_its_user_says_is_no_task(service: Service) -> None:
    """With documents, with headings, and within a chat."""
    for messages in (
        [said(WITH_DOCUMENTS)],
        [said("### Task:\nWalk the dog.")],
        [said("hello"), said("hi", "assistant"), said(TASKS["tags"][0])],
    ):
        await ask(service, *messages)
        assert messages[-1]["content"] in await remembered(service)


async def test_a_signed_user_with_the_key_of_an_app(settings: Settings) -> None:
    signed = Settings(_env_file=None, data_dir=settings.data_dir, openwebui_jwt_secret=SIGNING)
    async with running(signed) as service:
        _, secret = service.app.state.services.api_keys.create("app", "it", namespace="webui")
        claims = {
            "sub": USER["X-OpenWebUI-User-Id"],
            "email": "ada@localhost",
            "name": "Ada L",
            "role": "user",
            "iss": "open-webui",
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
        }
        headers = {
            "X-OpenWebUI-Auth-Type": "jwt",
            "X-OpenWebUI-User-Jwt": jwt.encode(claims, SIGNING, algorithm="HS256"),
            "Authorization": f"Bearer {secret}",
            **CHAT,
        }
        body = {"model": "fake", "messages": [said("I am signed for.")], "stream": False}
        answer = await service.client.post("/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        user = f"webui/{USER['X-OpenWebUI-User-Id']}"
        page = service.app.state.services.memories.page(user, before=None, limit=5)
        assert [slot.text for slot in page][-1] == "I am signed for."
