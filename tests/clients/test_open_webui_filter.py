"""The Open WebUI filter in the real Open WebUI, with a model that does not know this service."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from clients.adapters.open_webui import (
    IS_INSTALLED,
    MISSING,
    Account,
    OpenWebUI,
    chatting,
    open_webui,
)
from clients.adapters.recording_model import RecordingModel, recording_model
from playwright.async_api import Browser
from support.eventually import eventually
from support.service import Service

FILTER = Path(__file__).resolve().parents[2] / "tapehead_client" / "open_webui_filter.py"
pytestmark = [
    pytest.mark.skipif(not IS_INSTALLED, reason=MISSING),
    pytest.mark.timeout(1800),
]
DOG = "My dog is called Biscuit."


@pytest.fixture(scope="module")
def model() -> Any:
    with recording_model() as model:
        yield model


@pytest.fixture(scope="module")
async def webui(
    model: RecordingModel, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OpenWebUI]:
    """Open WebUI with the filter, switched on for every model."""
    async with open_webui(tmp_path_factory.mktemp("filter"), model.url) as webui:
        form = {"id": "tapehead", "name": "Tapehead", "content": FILTER.read_text()}
        meta = {"description": "A memory", "manifest": {}}
        await webui.send("POST", "/api/v1/functions/create", webui.admin, form | {"meta": meta})
        for switch in ("toggle", "toggle/global"):
            await webui.send("POST", f"/api/v1/functions/id/tapehead/{switch}", webui.admin)
        yield webui


async def connect(webui: OpenWebUI, url: str) -> None:
    path = "/api/v1/functions/id/tapehead/valves/update"
    await webui.send("POST", path, webui.admin, {"url": url, "timezone": "UTC"})


async def memories(service: Service, who: Account) -> list[str]:
    headers = {"X-User-Id": who.id}
    listed = (await service.client.get("/v1/memories", headers=headers)).json()["results"]
    return [each["memory"] for each in listed][::-1]


def asked(model: RecordingModel) -> list[str]:
    """The last messages of the chats, without those of Open WebUI's own tasks."""
    last = [str(prompt[-1]["content"]) for prompt in model.prompts]
    return [text for text in last if not text.startswith("### Task:")]


async def test_a_chat_is_remembered_as_its_user_sees_it(
    service: Service,
    webui: OpenWebUI,
    model: RecordingModel,
    chromium: Browser,
    tried: Callable[..., None],
) -> None:
    await connect(webui, service.url)
    ada, ben = webui.admin, await webui.add_user("Ben")

    async def stored(who: Account, *texts: str) -> None:
        async def are() -> bool:
            return await memories(service, who) == list(texts)

        await eventually(are, every=0.5)

    async with chatting(chromium, webui, ada) as chat:
        await chat.say(DOG)
        await stored(ada, DOG, "Noted.")
        await chat.regenerate()
        await chat.say("And a cat.")
        await stored(ada, DOG, "Noted.", "And a cat.", "Noted.")
        await chat.edit("And a bird.")
        await stored(ada, DOG, "Noted.", "And a bird.", "Noted.")
        await chat.start_new()
        await chat.say("What is my dog called?")
        await stored(
            ada, DOG, "Noted.", "And a bird.", "Noted.", "What is my dog called?", "Noted."
        )
        prompt = asked(model)[-1]
        assert f'I said: "{DOG}"' in prompt
        assert prompt.endswith("What is my dog called?")
        assert "And a cat." not in prompt
        await chat.page.get_by_text(re.compile(r"^\d+ memor(y|ies)$")).first.wait_for()

        before = len(asked(model))
        await chat.start_temporary()
        await chat.say("What is my dog called now?")
        assert asked(model)[before:] == ["What is my dog called now?"]
    async with chatting(chromium, webui, ben) as chat:
        await chat.say("What is my dog called?")
        await stored(ben, "What is my dog called?", "Noted.")
        assert asked(model)[-1] == "What is my dog called?", "each user has a separate memory"
    assert len(await memories(service, ada)) == 6, "nothing of the temporary chat, nor of titles"
    checks = ("chat", "memory", "regenerate", "edit", "temporary_chat", "two_users")
    tried("open-webui", *checks, name="Open WebUI with our filter")


async def test_without_its_memory_a_chat_goes_on_and_says_so(
    webui: OpenWebUI, model: RecordingModel, chromium: Browser
) -> None:
    await connect(webui, "http://127.0.0.1:9")
    async with chatting(chromium, webui, webui.admin) as chat:
        await chat.say("Hello there.")
        assert asked(model)[-1] == "Hello there."
        await chat.page.get_by_text("Memory is not available").first.wait_for()
