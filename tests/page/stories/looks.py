"""Steps by keyboard and in both languages, for Chromium and Firefox."""

import pytest
from page.actions import DOG
from page.browser import Browse, Watched
from playwright.async_api import expect
from support.service import Service


async def everything_is_done_by_keyboard(service: Service, watched: Watched) -> None:
    """A conversation, its reading and back, without a mouse. The focus is always visible."""
    page = await watched.open(service.url)
    await expect(page.locator(".composer textarea")).to_be_focused()  # at the start
    await page.keyboard.type(DOG)
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer").last).to_have_attribute("data-state", "done")
    await page.goto(f"{service.url}/#/")
    await expect(page.locator(".answer")).to_have_count(0)
    await expect(page.locator(".composer textarea")).to_be_focused()
    await page.keyboard.type("What is my dog called?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reply-memory").first).to_be_visible()
    await expect(page.locator(".answer").last).to_have_attribute("data-state", "done")

    async def tab_to(selector: str, back: bool = False) -> None:
        for _ in range(60):
            await page.keyboard.press("Shift+Tab" if back else "Tab")
            if await page.evaluate("it => document.activeElement.matches(it)", selector):
                return
        pytest.fail(f"{selector} is not reached by keyboard")

    await tab_to(".reply-memory", back=True)
    await page.keyboard.press("Enter")
    await expect(page.locator(".side-panel :focus")).to_have_count(
        1
    )  # its title, then the memory's
    await expect(page.locator(".side-panel .contributions").first).to_be_attached()
    await page.keyboard.press("Escape")
    await expect(page.locator(".reply-memory").first).to_be_focused()
    await page.keyboard.press("Enter")  # then leave at once: a panel that loads late takes no focus
    await page.locator(".composer textarea").focus()
    await expect(page.locator(".side-panel .contributions").first).to_be_attached()
    await expect(page.locator(".composer textarea")).to_be_focused()
    await page.keyboard.type("one line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("another")
    await expect(page.locator(".composer textarea")).to_have_value("one line\nanother")


async def the_language_is_the_browsers_and_can_be_switched(
    service: Service, browse: Browse
) -> None:
    watched: Watched = await browse(locale="zh-CN")
    page = await watched.open(service.url)
    await expect(page.get_by_role("heading", name="想让我记住什么？")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "zh-Hans"
    await page.goto(f"{service.url}/#/settings")
    await page.get_by_label("语言").select_option("en")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"
    await page.reload()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
