"""Documents, import, export and feedback on the page."""

import json
from pathlib import Path

import pytest
from page.actions import DOG, choose, kept, say
from page.browser import Watched
from page.stories import memory
from playwright.async_api import expect
from support.service import Service

pytestmark = pytest.mark.asyncio


async def test_a_document_is_added_found_and_forgotten(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    await memory.a_document_is_added_found_and_forgotten(service, watched, tmp_path)


async def test_a_document_that_cannot_be_read_is_refused_in_words(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and no more")
    page = await watched.open(f"{service.url}/#/memory")
    await choose(page, "Add a document", broken)
    await expect(page.get_by_role("alert")).to_contain_text("No text could be read")
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    await choose(page, "Add a document", picture)
    await expect(page.get_by_role("alert").last).to_contain_text(
        "documents of this type cannot be read, but these: .csv, .docx,"
    )
    assert await kept(service) == []


async def test_what_is_exported_comes_back(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    await service.say(DOG)
    for number in range(80):
        await service.client.post("/v1/memories", json={"text": f"Fact number {number}."})
    before = await kept(service)
    page = await watched.open(f"{service.url}/#/memory")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export").click()
    file = tmp_path / (await download.value).suggested_filename
    await (await download.value).save_as(file)
    assert file.name.endswith(".jsonl")
    await service.client.delete("/v1/memories?everything=true")
    await choose(page, "Import", file)
    await expect(page.get_by_text("Imported: 82. Already present: 0.").first).to_be_visible()
    after = await kept(service)
    assert [each["memory"] for each in after] == [each["memory"] for each in before]
    await choose(page, "Import", file)
    await expect(page.get_by_text("Imported: 0. Already present: 82.").first).to_be_visible()


async def test_a_broken_import_says_where(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    page = await watched.open(f"{service.url}/#/memory")
    export = (await service.client.get("/v1/memories/export")).text.splitlines()
    file = tmp_path / "broken.jsonl"
    file.write_text(f"{export[0]}\n{json.dumps({'nonsense': 1})}\n")
    await choose(page, "Import", file)
    await expect(page.get_by_role("alert")).to_contain_text("line 2")


async def test_feedback_is_given_shown_and_taken_back(service: Service, watched: Watched) -> None:
    await service.say(DOG)
    page = await watched.open(service.url)
    await say(page, "What is my dog called?")
    conversation = page.url.rpartition("/")[2]
    path = f"/v1/conversations/{conversation}/readings"
    [reading] = (await service.client.get(path)).json()["results"]

    async def feedback() -> list[str]:
        detail = (await service.client.get(f"/v1/readings/{reading['id']}")).json()
        return list(detail["feedback"].values())

    await page.locator(".reply-memory").first.click()
    helpful = page.get_by_role("button", name="Mark helpful").first
    await helpful.click()
    await expect(helpful).to_have_attribute("aria-pressed", "true")
    assert await feedback() == ["POSITIVE"]
    await page.get_by_role("button", name="Mark irrelevant").first.click()
    await expect(helpful).to_have_attribute("aria-pressed", "false")
    assert await feedback() == ["NEGATIVE"]
    await page.keyboard.press("Escape")
    await page.locator(".reply-memory").first.click()
    again = page.get_by_role("button", name="Mark irrelevant").first
    await expect(again).to_have_attribute("aria-pressed", "true")
    await again.click()
    await expect(again).to_have_attribute("aria-pressed", "false")
    assert await feedback() == []
