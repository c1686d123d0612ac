"""Actions and checks that several tests of the page share."""

from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from page.browser import Watched
from playwright.async_api import Page, expect
from support.service import Service

DOG = "My dog is called Biscuit."
PHONE = {"width": 360, "height": 740}
# axe measures colours as they are, so animations must have ended.
ANIMATIONS_DONE = """Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
    .map((each) => each.finished))"""


async def say(page: Page, text: str) -> None:
    """Send a message and wait until the answer is complete."""
    answers = await page.locator(".answer").count()
    await page.locator(".composer textarea").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer")).to_have_count(answers + 1)
    await expect(page.locator(".answer").last).to_have_attribute("data-state", "done")


async def choose(page: Page, name: str, path: Path) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name=name).click()
    await (await chooser.value).set_files(path)


async def memory_page(service: Service, watched: Watched) -> Page:
    return await watched.open(f"{service.url}/#/memory")


async def remember(service: Service, *texts: str) -> None:
    for day, text in enumerate(texts, start=1):
        body = {"text": text, "created_at": f"2024-05-{day:02}T12:00:00Z"}
        assert (await service.client.post("/v1/memories", json=body)).status_code == 201


async def kept(service: Service) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = (await service.client.get("/v1/memories")).json()["results"]
    return results


async def kept_texts(service: Service) -> list[str]:
    memories = (await service.client.get("/v1/memories")).json()["results"]
    return [memory["memory"] for memory in memories]


async def violations(page: Page) -> list[str]:
    """What axe finds by the rules of WCAG 2.2 A and AA and its best practices."""
    await page.evaluate(ANIMATIONS_DONE)
    found = await Axe().run(page)
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:120]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]
