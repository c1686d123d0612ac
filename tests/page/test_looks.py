"""Accessibility, keyboard, phone, both themes, both languages."""

import asyncio
from typing import Any

import pytest
from page.actions import DOG, PHONE, say, violations
from page.browser import Browse, Watched
from page.stories import looks
from playwright.async_api import Page, Route, expect
from support.service import Service

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param({"color_scheme": "light"}, id="light"),
        pytest.param({"color_scheme": "dark"}, id="dark"),
        pytest.param({"viewport": PHONE, "locale": "zh-CN"}, id="phone, Chinese"),
    ],
)
async def test_axe_finds_nothing_and_the_window_need_not_scroll(
    service: Service, browse: Browse, looks: dict[str, Any]
) -> None:
    service.language.answer = (
        "Some `code`:\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    watched: Watched = await browse(**looks)
    page = await watched.open(service.url)

    async def look() -> None:
        assert await violations(page) == []
        beyond = "(it => [it.scrollWidth - innerWidth, it.scrollHeight - innerHeight])"
        assert max(await page.evaluate(f"{beyond}(document.scrollingElement)")) <= 0

    await look()
    await say(page, DOG)
    await say(page, "Is it true that my dog is called Biscuit?")
    await page.goto(f"{service.url}/#/")
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    await look()
    await page.locator(".reply-memory").first.click()
    await expect(page.locator(".side-panel .contributions").first).to_be_visible()
    await look()
    await page.keyboard.press("Escape")
    await page.goto(f"{service.url}/#/memory?q=dog")
    await expect(page.locator(".memory-row").first).to_be_visible()
    await page.get_by_role("checkbox").first.check()
    await look()
    await page.goto(f"{service.url}/#/settings")
    await expect(page.locator(".head-metrics")).to_be_visible()
    await look()


HOSTILE = [
    "W" * 400,
    "\u05e9\u05dc\u05d5\u05dd and \u202eback to front\u202c",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 60,
    "```python\n" + f"x = {'very_long_' * 40}\n" * 200 + "```",
    "| " + "a | " * 60 + "\n|" + "---|" * 60 + "\n| " + "wide cell | " * 60,
    "https://example.com/" + "a" * 300,
]


async def test_nothing_that_is_said_makes_the_page_wider_than_a_phone(
    service: Service, browse: Browse
) -> None:
    """Each text becomes a title, a question, an answer, a memory and part of a reading."""
    watched: Watched = await browse(viewport=PHONE)
    page = await watched.open(service.url)
    wide = "document.scrollingElement.scrollWidth - innerWidth"
    for text in HOSTILE:
        await page.goto(f"{service.url}/#/")
        await expect(page.locator(".answer")).to_have_count(0)
        service.language.answer = text
        await say(page, text)
        assert await page.evaluate(wide) <= 0, text[:20]
        await say(page, text)
        assert await page.evaluate(wide) <= 0, text[:20]
    await page.locator(".reply-memories .text-button").last.click()
    await expect(page.locator(".side-panel .read-memories").first).to_be_attached()
    assert await page.evaluate(wide) <= 0
    await page.keyboard.press("Escape")
    for place in ("memory", f"memory?q={'W' * 100}", "settings"):
        await page.goto(f"{service.url}/#/{place}")
        await expect(page.locator(".memory-row, .setting").first).to_be_visible()
        assert await page.evaluate(wide) <= 0, place


async def test_everything_is_done_by_keyboard(service: Service, watched: Watched) -> None:
    await looks.everything_is_done_by_keyboard(service, watched)


async def test_the_language_is_the_browsers_and_can_be_switched(
    service: Service, browse: Browse
) -> None:
    await looks.the_language_is_the_browsers_and_can_be_switched(service, browse)


async def test_a_language_whose_words_are_still_coming_is_not_spoken(
    service: Service, browse: Browse
) -> None:
    """Until it is loaded, the page keeps the previous language."""
    watched: Watched = await browse()
    page = await watched.open(f"{service.url}/#/settings")
    arrives = asyncio.Event()

    async def late(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/locale-zh.js", late)
    await page.get_by_label("Language").select_option("zh")
    await page.get_by_role("link", name="Memory", exact=True).click()
    await expect(page.get_by_role("heading", name="Memory", exact=True)).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"
    arrives.set()
    await expect(page.get_by_role("heading", name="记忆", exact=True)).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "zh-Hans"


async def test_the_lights_are_the_systems_and_can_be_switched(
    service: Service, browse: Browse
) -> None:
    async def dark(page: Page) -> bool:
        shade: str = await page.evaluate(
            "getComputedStyle(document.documentElement).backgroundColor"
        )
        return sum(int(each) for each in shade.strip("rgb()").split(",")) < 200

    watched: Watched = await browse(color_scheme="dark")
    page = await watched.open(f"{service.url}/#/settings")
    assert await dark(page)
    await page.get_by_label("Theme").select_option("light")
    assert not await dark(page)
    await page.reload()
    assert not await dark(page)


async def test_what_is_chosen_goes_along_with_every_request(
    service: Service, watched: Watched
) -> None:
    await service.say(DOG)
    page = await watched.open(f"{service.url}/#/settings")
    await page.get_by_label("Temperature").fill("0.7")
    await page.get_by_label("Use memory").uncheck()
    await page.get_by_label("Remember messages").uncheck()
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    await expect(page.locator(".reply-memories").last).to_contain_text("Memory was off")
    assert service.language.samplings[-1].temperature == 0.7
    assert "Biscuit" not in str(service.language.prompts[-1])
    assert len((await service.client.get("/v1/memories")).json()["results"]) == 2
