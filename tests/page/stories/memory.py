"""Steps on the memory view, for Chromium and Firefox."""

from pathlib import Path

from page.actions import DOG, choose, kept_texts, memory_page, remember, say
from page.browser import Watched
from playwright.async_api import expect
from support.service import Service


async def memories_are_listed_searched_and_filtered(service: Service, watched: Watched) -> None:
    await service.say("Hello there.")
    await remember(service, "I am allergic to peanuts.", "The kettle is broken.", DOG)
    page = await memory_page(service, watched)
    rows = page.locator(".memory-row .memory-text")
    await expect(rows).to_have_text(
        [
            DOG,
            "The kettle is broken.",
            "I am allergic to peanuts.",
            "Noted, thank you.",
            "Hello there.",
        ]
    )
    await expect(page.locator(".counts")).to_have_text("Remembered: 2 messages · 3 facts")
    search = page.get_by_role("search").get_by_role("searchbox")
    await search.fill("Is the kettle broken?")
    await page.keyboard.press("Enter")
    await expect(rows.first).to_have_text("The kettle is broken.")
    found = await service.client.post(
        "/v1/memories/search", json={"query": "Is the kettle broken?"}
    )
    score = found.json()["results"][0]["score"]
    await expect(page.locator(".memory-row .figure").first).to_have_text(f"{round(100 * score)}%")
    await page.get_by_label("Kind").select_option("turn")
    await expect(rows).to_have_count(2)
    await search.fill("")
    await page.get_by_label("Kind").select_option("")
    await page.locator("input[type=date]").first.fill("2024-05-02")
    await page.locator("input[type=date]").last.fill("2024-05-02")
    await expect(rows).to_have_text(["The kettle is broken."])


async def forgetting_can_be_undone_for_ten_seconds_and_then_no_more(
    service: Service, watched: Watched
) -> None:
    await remember(service, "one", "two", "three")
    page = await memory_page(service, watched)
    rows = page.locator(".memory-row:visible .memory-text")
    await expect(rows).to_have_text(["three", "two", "one"])
    await page.clock.install()
    for row in (0, 2):
        await page.get_by_role("checkbox", name="Select").nth(row).check()
    await page.locator(".selection-bar").get_by_role("button", name="Forget").click()
    await expect(rows).to_have_text(["two"])
    await page.clock.run_for(9_000)
    assert len(await kept_texts(service)) == 3
    await page.get_by_role("button", name="Undo").click()
    await expect(rows).to_have_text(["three", "two", "one"])
    await page.clock.run_for(5_000)
    assert len(await kept_texts(service)) == 3
    await page.get_by_role("checkbox", name="Select").nth(0).check()
    await page.locator(".selection-bar").get_by_role("button", name="Forget").click()
    await page.clock.run_for(10_500)
    await expect(page.locator(".toast")).to_have_count(0)
    assert await kept_texts(service) == ["two", "one"]


async def what_was_forgotten_is_gone_from_the_very_next_answer(
    service: Service, watched: Watched
) -> None:
    await remember(service, DOG, "The kettle is broken.")
    page = await memory_page(service, watched)
    await page.locator(".memory-row", has_text=DOG).hover()
    await page.locator(".memory-row", has_text=DOG).get_by_role("button", name="Forget").click()
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")  # within the ten seconds
    assert "Biscuit" not in str(service.language.prompts)
    assert DOG not in await kept_texts(service)


async def leaving_the_page_ends_the_ten_seconds(service: Service, watched: Watched) -> None:
    await remember(service, DOG, "The kettle is broken.")
    page = await memory_page(service, watched)
    await page.locator(".memory-row", has_text=DOG).hover()
    await page.locator(".memory-row", has_text=DOG).get_by_role("button", name="Forget").click()
    await page.goto("about:blank")
    for _ in range(200):
        if await kept_texts(service) == ["The kettle is broken."]:
            break
    assert await kept_texts(service) == ["The kettle is broken."]


async def everything_is_forgotten_only_when_the_words_are_typed(
    service: Service, watched: Watched
) -> None:
    await service.say("Hello there.")
    page = await memory_page(service, watched)
    await page.get_by_role("button", name="Add a fact").click()
    await page.get_by_role("textbox", name="Add a fact").fill("I am allergic to peanuts.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".memory-row .memory-text").first).to_have_text(
        "I am allergic to peanuts."
    )
    assert len(await kept_texts(service)) == 3
    await page.get_by_text("Forget everything").first.click()
    act = page.get_by_role("button", name="Erase everything")
    await expect(act).to_be_disabled()
    await page.get_by_role("textbox", name="To confirm").fill("forget everything")
    await act.click()
    await expect(page.locator(".memory-row")).to_have_count(0)
    await expect(page.locator(".counts")).to_have_text("No memories yet.")
    await expect(page.locator(".conversations .empty")).to_be_visible()
    assert await kept_texts(service) == []


async def a_document_is_added_found_and_forgotten(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    paper = tmp_path / "Küche & Kessel.md"
    paper.write_text("# The kettle\n\nThe kettle is broken.\n\n# The stove\n\nThe stove is blue.\n")
    page = await watched.open(f"{service.url}/#/memory")
    await choose(page, "Add a document", paper)
    await expect(page.locator(".memory-row").first).to_contain_text("stove is blue")
    documents = (await service.client.get("/v1/documents")).json()["results"]
    assert [each["title"] for each in documents] == ["Küche & Kessel.md"]
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "Is the kettle broken?")
    await expect(page.locator(".reply-memory").first).to_contain_text("kettle is broken")
    await page.goto(f"{service.url}/#/memory")
    await page.get_by_label("Conversation or document").select_option(documents[0]["id"])
    await expect(page.locator(".memory-row").first).to_contain_text("stove is blue")
    await page.clock.install()
    await page.get_by_role("button", name="Forget this document").click()
    await expect(page.locator(".memory-row", has_text="stove")).to_have_count(0)
    await page.clock.run_for(10_500)
    await expect(page.locator(".toast")).to_have_count(0)
    assert (await service.client.get("/v1/documents")).json()["results"] == []
