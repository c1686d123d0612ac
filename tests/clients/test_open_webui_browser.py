"""Open WebUI in a real browser, with ``tapehead serve`` and its packaged model behind it.

With TAPEHEAD_SCREENSHOTS, a folder, it writes the pictures of docs/interfaces.md there.
"""

import asyncio
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from clients.adapters.open_webui import (
    IS_INSTALLED,
    MISSING,
    Account,
    ChatPage,
    OpenWebUI,
    chatting,
    chromium_for_screenshots,
    open_webui,
)
from page.browser import CHROMIUM
from playwright.async_api import Browser
from support.eventually import eventually
from support.served import READY, START_SECONDS

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = os.environ.get("TAPEHEAD_SCREENSHOTS")
pytestmark = [
    pytest.mark.skipif(not IS_INSTALLED, reason=MISSING),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.timeout(2400),
]
DOG, QUESTION = "My dog is called Biscuit.", "What is my dog called?"


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory behind Open WebUI."""

    client: httpx.AsyncClient

    async def of(self, who: Account) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/memories", headers={"X-User-Id": who.id})
        found: list[dict[str, Any]] = answer.json()["results"]
        return found[::-1]

    async def said(self, who: Account) -> list[str]:
        return [each["memory"] for each in await self.of(who) if each["role"] == "user"]

    async def answer_ids(self, who: Account) -> list[str]:
        return [each["id"] for each in await self.of(who) if each["role"] == "assistant"]


@pytest.fixture(scope="module")
async def tapehead(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of the service, with its packaged model."""
    folder = tmp_path_factory.mktemp("tapehead")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAPEHEAD_")}
    settings = {
        "TAPEHEAD_DATA_DIR": str(folder / "data"),
        "TAPEHEAD_PORT": "0",
        "TAPEHEAD_MAX_TOKENS": "24",
        "PYTHONPATH": str(ROOT),
    }
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli.main import main; main()", "serve"],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=kept | settings,
            cwd=folder,
        )

    def address() -> Any:
        assert process.poll() is None, output.read_text()
        return READY.search(output.read_text())

    try:
        found = await eventually(address, START_SECONDS * 3, every=0.5)
        yield f"http://127.0.0.1:{found[1]}"
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


@pytest.fixture(scope="module")
async def webui(
    tapehead: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OpenWebUI]:
    async with open_webui(tmp_path_factory.mktemp("webui"), f"{tapehead}/v1") as webui:
        yield webui


@pytest.fixture
async def memory(tapehead: str) -> AsyncIterator[Memory]:
    async with httpx.AsyncClient(base_url=tapehead, timeout=60, trust_env=False) as client:
        yield Memory(client)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None
    async with chromium_for_screenshots(CHROMIUM) as browser:
        yield browser


async def screenshot(chat: ChatPage, name: str) -> None:
    if SCREENSHOTS:
        await chat.page.mouse.move(500, 120)
        await chat.page.screenshot(path=Path(SCREENSHOTS) / f"open-webui-{name}.png")


def picture(path: Path) -> Path:
    """A red square as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = zlib.compress((b"\0" + b"\xff\0\0" * 16) * 16)
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


async def test_the_memory_is_what_its_user_sees(
    webui: OpenWebUI,
    memory: Memory,
    browser: Browser,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    """One story: each step leaves what the next one needs."""
    ada = webui.admin

    async def until_said(*texts: str) -> None:
        async def is_so() -> bool:
            return await memory.said(ada) == list(texts)

        await eventually(is_so, every=0.5)

    async with chatting(browser, webui, ada) as chat:
        await chat.say(DOG)
        await until_said(DOG)
        [first] = await memory.answer_ids(ada)
        await screenshot(chat, "before")

        await chat.regenerate()

        async def is_replaced() -> bool:
            answers = await memory.answer_ids(ada)
            return len(answers) == 1 and answers != [first]

        await eventually(is_replaced, every=0.5)

        rex = "My dog is called Rex."
        await chat.edit(rex)
        await until_said(rex)
        await screenshot(chat, "after")
        shown = await webui.send("GET", f"/api/v1/chats/{chat.chat_id}", ada)
        assert shown["title"] != "New Chat", "it has asked for a title"
        assert await memory.said(ada) == [rex], "of which nothing is kept"

        [before] = [each for each in await memory.of(ada) if each["role"] == "assistant"]
        await chat.continue_answer()

        async def is_continued() -> bool:
            """The whole is stored in place of its beginning."""
            found = [each for each in await memory.of(ada) if each["role"] == "assistant"]
            texts = [each["memory"] for each in found if each["id"] != before["id"]]
            return len(texts) == 1 and texts[0].startswith(before["memory"])

        await eventually(is_continued, every=0.5)
        assert await memory.said(ada) == [rex]

        await chat.say("What colour is this square?", picture(tmp_path / "square.png"))
        await until_said(rex, "What colour is this square?")
        await webui.set_parameters(
            ada,
            temperature=1.9,
            top_k=40,
            top_p=0.9,
            min_p=0.1,
            frequency_penalty=0.5,
            presence_penalty=0.5,
            repeat_penalty=1.1,
            mirostat=1,
            num_ctx=2048,
            seed=7,
            max_tokens=8,
            logit_bias="5:10",
        )
        await chat.page.reload(wait_until="domcontentloaded")
        await chat.answers.nth(1).wait_for()
        await chat.say("Thank you.")
        kept = [rex, "What colour is this square?", "Thank you."]
        await until_said(*kept)

        await chat.start_temporary()
        await chat.say("My cat is called Tom.")
        assert await memory.said(ada) == kept

    exported = await webui.client.get("/api/v1/chats/all", headers=ada.headers)
    answer = await memory.client.post(
        "/v1/memories/import", content=exported.content, headers={"X-User-Id": ada.id}
    )
    told = answer.text.splitlines()[-1]
    assert '"imported":0' in told, told
    assert await memory.said(ada) == kept
    tried("open-webui", "chat", "stream", "history", "regenerate", "edit", "continue", "picture")
    tried("open-webui", "parameters", "title", "temporary_chat", "import")


async def test_another_user_has_another_memory(
    webui: OpenWebUI, memory: Memory, browser: Browser, tried: Callable[..., None]
) -> None:
    ben = await webui.add_user("Ben")
    async with chatting(browser, webui, ben) as chat:
        await chat.say(QUESTION)

        async def is_stored() -> bool:
            return await memory.said(ben) == [QUESTION]

        await eventually(is_stored, every=0.5)
        path = f"/v1/conversations/{chat.chat_id}/readings"
        read = await memory.client.get(path, headers={"X-User-Id": ben.id})
        assert all(not each["weights"] for each in read.json()["results"])
    tried("open-webui", "two_users")


async def test_an_export_of_the_memory_is_imported_there(webui: OpenWebUI, memory: Memory) -> None:
    ada, cay = webui.admin, await webui.add_user("Cay")
    path = "/v1/memories/export?format=open-webui"
    exported = (await memory.client.get(path, headers={"X-User-Id": ada.id})).json()
    assert exported
    # What its page sends of a file.
    names = ("chat", "created_at", "updated_at")
    forms = [{name: each[name] for name in names} for each in exported]
    made = await webui.send("POST", "/api/v1/chats/import", cay, {"chats": forms})
    for each, sent in zip(made, exported, strict=True):
        chat = (await webui.send("GET", f"/api/v1/chats/{each['id']}", cay))["chat"]
        texts = [message["content"] for message in chat["history"]["messages"].values()]
        assert texts == [m["content"] for m in sent["chat"]["history"]["messages"].values()]
