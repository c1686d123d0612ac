"""The page over the service with real models: the first minute of a new user."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from page.actions import say
from page.browser import Watched
from playwright.async_api import expect
from support.service import Service, running

from app.settings import Settings
from models.embedder import SentenceEmbedder
from models.language.local import LocalLanguageModel

pytestmark = [pytest.mark.asyncio, pytest.mark.real]

DOG = "My dog is called Biscuit and he is afraid of thunder."


@pytest.fixture
async def real_service(
    settings: Settings, real_embedder: SentenceEmbedder, real_language: LocalLanguageModel
) -> AsyncIterator[Service]:
    """The service on the packaged models, which outlive it."""
    language, embedder = _Kept(real_language), _Kept(real_embedder)
    brief = settings.model_copy(update={"max_tokens": 128})  # a small model may not stop by itself
    async with running(brief, language, embedder) as service:  # type: ignore[arg-type]
        yield service


class _Kept:
    """A model of the session, which this service must neither start nor close."""

    def __init__(self, network: object) -> None:
        self._network = network

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)

    async def start(self) -> None:
        pass

    def close(self) -> object:
        return _nothing() if isinstance(self._network, LocalLanguageModel) else None


async def _nothing() -> None:
    pass


async def test_biscuit_is_remembered_shown_and_forgotten(
    real_service: Service, watched: Watched
) -> None:
    page = await watched.open(real_service.url)
    await page.locator(".composer textarea").fill(DOG)
    await page.keyboard.press("Enter")
    await expect(
        page.locator(".answer .message-text")
    ).not_to_be_empty()  # the first token has arrived
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")

    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    await expect(page.locator(".answer .message-text")).to_contain_text("Biscuit")
    note = page.locator(".reply-memory").first
    await expect(note).to_contain_text(DOG)
    weight = await note.locator(".fill").evaluate("bar => parseFloat(bar.style.width)")
    assert weight > 50

    await page.goto(f"{real_service.url}/#/memory?q={quote('What is my dog called?')}")
    await expect(page.locator(".memory-row").first).to_contain_text("Biscuit")
    for row in await page.locator(".memory-row", has_text="Biscuit").all():
        await row.get_by_role("checkbox").check()
    await page.locator(".selection-bar").get_by_role("button", name="Forget").click()
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    for place in (".answer .message-text", ".reply-memories"):
        await expect(page.locator(place)).not_to_contain_text("Biscuit")
