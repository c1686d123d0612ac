"""The memory view in a real Chromium."""

import asyncio
import time

import pytest
from page.actions import DOG, kept_texts, memory_page, remember, say
from page.browser import Watched
from page.stories import memory
from playwright.async_api import expect
from support.service import Service

pytestmark = pytest.mark.asyncio


async def test_counts_are_those_of_now(service: Service, watched: Watched) -> None:
    """They include messages sent after the page was opened."""
    page = await watched.open(service.url)
    counts, memory = page.locator(".counts"), page.get_by_role("link", name="Memory", exact=True)
    await memory.click()
    await expect(counts).to_have_text("No memories yet.")
    added = await service.client.post("/v1/memories", json={"text": "The kettle is broken."})
    assert added.status_code == 201
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, DOG)
    await memory.click()
    await expect(counts).to_have_text("Remembered: 2 messages · 1 fact")


async def test_memories_are_listed_searched_and_filtered(
    service: Service, watched: Watched
) -> None:
    await memory.memories_are_listed_searched_and_filtered(service, watched)


async def test_a_memory_is_corrected(service: Service, watched: Watched) -> None:
    await remember(service, "My dog is called Brisket.")
    page = await memory_page(service, watched)
    await page.locator(".memory-row").hover()
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_role("textbox", name="Edit").fill(DOG)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".memory-row .memory-text")).to_have_text(DOG)
    assert await kept_texts(service) == [DOG]


async def test_forgetting_can_be_undone_for_ten_seconds_and_then_no_more(
    service: Service, watched: Watched
) -> None:
    await memory.forgetting_can_be_undone_for_ten_seconds_and_then_no_more(service, watched)


async def test_what_was_forgotten_is_gone_from_the_very_next_answer(
    service: Service, watched: Watched
) -> None:
    await memory.what_was_forgotten_is_gone_from_the_very_next_answer(service, watched)


async def test_leaving_the_page_ends_the_ten_seconds(service: Service, watched: Watched) -> None:
    await memory.leaving_the_page_ends_the_ten_seconds(service, watched)


async def test_a_tab_that_dies_within_the_ten_seconds_keeps_nothing_alive(
    service: Service, watched: Watched
) -> None:
    """A dead tab sends nothing. The next one hides what it recorded, and then deletes it."""
    await remember(service, DOG, "The kettle is broken.")
    page = await memory_page(service, watched)
    await page.locator(".memory-row", has_text=DOG).hover()
    clicked = time.time()
    await page.locator(".memory-row", has_text=DOG).get_by_role("button", name="Forget").click()
    await expect(page.locator(".toast")).to_be_visible()
    died = asyncio.Event()
    page.on("crash", lambda _: died.set())
    crashing = asyncio.create_task((await page.context.new_cdp_session(page)).send("Page.crash"))
    async with asyncio.timeout(20):
        await died.wait()
    crashing.cancel()
    await page.close()
    assert DOG in await kept_texts(service)

    # The clock of the next tab stands at the click until the test moves it: a slow machine cannot.
    await watched.context.clock.install(time=clicked)
    await watched.context.clock.pause_at(clicked + 1)
    page = await memory_page(service, watched)
    await expect(page.locator(".memory-row .memory-text")).to_have_text(["The kettle is broken."])
    assert DOG in await kept_texts(service)  # if the other tab were alive, it could still undo
    await page.clock.run_for(14_000)
    await expect(page.locator(".toast")).to_contain_text("is now erased")
    assert await kept_texts(service) == ["The kettle is broken."]
    assert await page.evaluate("Object.keys(localStorage)") == []


async def test_two_tabs_agree_on_what_is_forgotten(service: Service, watched: Watched) -> None:
    await remember(service, "one", "two", "three")
    here = await memory_page(service, watched)
    await here.locator(".memory-row", has_text="three").hover()
    await here.locator(".memory-row", has_text="three").get_by_role("button", name="Forget").click()
    there = await memory_page(service, watched)
    await expect(there.locator(".memory-row .memory-text")).to_have_text(["two", "one"])
    await here.get_by_role("button", name="Undo").click()
    await there.reload()
    await expect(there.locator(".memory-row .memory-text")).to_have_text(["three", "two", "one"])
    await here.locator(".memory-row", has_text="one").hover()
    await here.locator(".memory-row", has_text="one").get_by_role("button", name="Forget").click()
    await expect(here.locator(".toast")).to_be_visible()
    await there.get_by_role("link", name="New conversation").click()
    await expect(there.locator(".answer")).to_have_count(0)
    await say(there, "Which numbers do you know?")  # this ends the other tab's ten seconds
    assert "one" not in await kept_texts(service)
    await expect(here.locator(".toast")).to_have_count(0)  # undo is no longer offered


async def test_a_fact_that_is_begun_is_not_lost_and_is_sent_by_keys(
    service: Service, watched: Watched
) -> None:
    await service.say("Hello there.")
    page = await memory_page(service, watched)
    field = page.get_by_role("textbox", name="Add a fact")
    await page.get_by_role("button", name="Add a fact").click()
    await field.fill("I am allergic")
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Import").click()
    picture = {"name": "me.jsonl", "mimeType": "image/png", "buffer": b"\x89PNG\r\n"}
    await (await chosen.value).set_files([picture])  # type: ignore[list-item]  # a TypedDict
    await expect(page.locator(".toast.error")).to_contain_text("is no export")
    await page.get_by_role("button", name="Add a fact").click()
    await expect(field).to_have_value("I am allergic")
    await field.press("End")
    await field.press("Enter")
    await field.press_sequentially("to peanuts.")
    await field.press("Control+Enter")
    await expect(page.locator(".memory-row .memory-text").first).to_contain_text("to peanuts.")
    await page.get_by_role("button", name="Add a fact").click()
    await expect(field).to_have_value("")
    await field.press("Escape")
    await expect(field).to_have_count(0)


async def test_a_fact_is_added_and_everything_is_forgotten_only_when_the_words_are_typed(
    service: Service, watched: Watched
) -> None:
    await memory.everything_is_forgotten_only_when_the_words_are_typed(service, watched)
