"""Open WebUI as a process, and what its users do in a real browser."""

import asyncio
import json
import os
import re
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Locator, Page, async_playwright
from support.eventually import eventually

INSTALLED = Path(os.environ.get("TAPEHEAD_CLIENTS", "")) / "open-webui" / "bin" / "open-webui"
IS_INSTALLED = "TAPEHEAD_CLIENTS" in os.environ and INSTALLED.exists()
MISSING = "open-webui is not installed: make clients"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_SECONDS = 600.0  # it migrates a database and imports torch
TIMEOUT_MS = 180_000
NO_NETWORK = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "OFFLINE_MODE": "true",
    "ANONYMIZED_TELEMETRY": "false",
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    "RAG_EMBEDDING_ENGINE": "openai",  # else it loads an embedder of its own
    "ENABLE_OLLAMA_API": "false",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of Open WebUI. ``id`` is the one that it sends to models."""

    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class OpenWebUI:
    """A running one: ``client`` talks to its API. ``admin`` is its first user."""

    url: str
    client: httpx.AsyncClient
    admin: Account

    async def add_user(self, name: str) -> Account:
        body = {**_credentials(name), "role": "user"}
        return _account(await self.send("POST", "/api/v1/auths/add", self.admin, body))

    async def send(self, method: str, path: str, who: Account, body: Any = None) -> Any:
        """Its answer; it must succeed."""
        answer = await self.client.request(method, path, json=body, headers=who.headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def set_parameters(self, who: Account, **parameters: Any) -> None:
        """Set what the sliders of a user's settings set."""
        path = "/api/v1/users/user/settings/update"
        await self.send("POST", path, who, {"ui": {"params": parameters}})


@asynccontextmanager
async def open_webui(folder: Path, model_url: str) -> AsyncIterator[OpenWebUI]:
    """Open WebUI in front of a server that speaks OpenAI's protocol."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DATA_DIR": str(folder / "open-webui"),
        "WEBUI_SECRET_KEY": secrets.token_hex(32),
        "OPENAI_API_BASE_URL": model_url,
        "OPENAI_API_KEY": "none",
        "ENABLE_FORWARD_USER_INFO_HEADERS": "true",
        "BYPASS_MODEL_ACCESS_CONTROL": "true",
    }
    output = folder / "open-webui.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [INSTALLED, "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=os.environ | NO_NETWORK | settings,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:

            async def answers() -> bool:
                assert process.poll() is None, output.read_text()
                try:
                    return (await client.get("/health")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(answers, START_SECONDS, every=1)
            made = await client.post("/api/v1/auths/signup", json=_credentials("Ada"))
            assert made.status_code == 200, made.text
            yield OpenWebUI(url, client, _account(made.json()))
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


def _credentials(name: str) -> dict[str, str]:
    email = f"{name.lower()}@example.org"
    return {"name": name, "email": email, "password": f"Only-{name}-knows-1"}


def _account(answer: Any) -> Account:
    return Account(answer["id"], answer["token"])


@asynccontextmanager
async def chromium_for_screenshots(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=FLAGS, ignore_default_args=["--hide-scrollbars"]
        )
        yield browser
        await browser.close()


@dataclass(frozen=True, slots=True)
class ChatPage:
    """The page of a user, with a chat in it."""

    page: Page

    @property
    def chat_id(self) -> str:
        return self.page.url.rpartition("/c/")[2].partition("?")[0]

    @property
    def answers(self) -> Locator:
        return self.page.locator(".chat-assistant")

    async def say(self, text: str, picture: Path | None = None) -> None:
        """Send a message, and wait for the end of its answer."""
        before = await self.answers.count()
        if picture is not None:
            await self.page.locator("input[type=file]").first.set_input_files(picture)
            await self.page.locator("img[src^='data:'], img[src*='/files/']").first.wait_for()
        await self.page.locator("#chat-input").click()
        await self.page.keyboard.insert_text(text)
        await self.page.locator("#send-message-button").click()
        await self.answers.nth(before).wait_for()
        await self.until_answered()

    async def until_answered(self) -> None:
        await self.page.locator("#send-message-button, #voice-input-button").first.wait_for()
        await self.page.get_by_role("button", name="Regenerate").last.wait_for()

    async def regenerate(self) -> None:
        await self.page.get_by_role("button", name="Regenerate").last.click()
        await (
            self.page.get_by_role("menuitem", name=re.compile("Try Again"))
            .or_(self.page.get_by_text("Try Again"))
            .first.click()
        )
        await self.until_answered()

    async def edit(self, text: str) -> None:
        """Send another text in place of the last message."""
        # It appears under the pointer, below the end of the page.
        await self.page.locator(".edit-user-message-button").last.dispatch_event("click")
        field = self.page.locator("textarea[id^='message-edit-']")
        await field.fill(text)
        await self.page.locator("#confirm-edit-message-button").click()
        await field.wait_for(state="detached")
        await self.until_answered()

    async def continue_answer(self) -> None:
        await self.page.locator("#continue-response-button").click()
        await self.until_answered()

    async def start_new(self) -> None:
        await self.page.goto("/", wait_until="domcontentloaded")
        await self.page.locator("#chat-input").wait_for()

    async def start_temporary(self) -> None:
        await self.start_new()
        await self.page.locator("#temporary-chat-button").click()


@asynccontextmanager
async def chatting(browser: Browser, webui: OpenWebUI, who: Account) -> AsyncIterator[ChatPage]:
    """The page of a user who has signed in."""
    context = await browser.new_context(
        base_url=webui.url, viewport={"width": 1000, "height": 560}, locale="en-US"
    )
    token = json.dumps(who.token)
    await context.add_init_script(
        f"localStorage.setItem('token', {token}); localStorage.setItem('locale', 'en-US');"
        "localStorage.setItem('theme', 'light')"
    )
    page = await context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    news = page.get_by_role("button", name="Okay, Let's Go!")
    await page.add_locator_handler(news, lambda button: button.click())
    chat = ChatPage(page)
    await chat.start_new()
    yield chat
    await context.close()
