"""Steps on the chat view, for Chromium and Firefox."""

import asyncio
from collections.abc import Sequence

import pytest
from page.actions import DOG, say
from page.browser import Line, Watched
from playwright.async_api import expect
from support.service import Service

from models.language.base import Message


async def what_was_said_in_one_conversation_is_remembered_in_another(
    service: Service, watched: Watched
) -> None:
    page = await watched.open(service.url)
    await say(page, DOG)
    await expect(page.locator(".reply-memories").last).to_contain_text("No relevant memory found")
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    note = page.locator(".reply-memory").first
    await expect(note).to_contain_text(DOG)
    await expect(note).to_contain_text("You")
    weight = await note.locator(".fill").evaluate("bar => parseFloat(bar.style.width)")
    assert f"{round(weight)}%" == await note.locator(".figure").text_content()
    # Both are listed, the latest first, each named by its first message.
    listed = page.locator(".conversations a")
    await expect(listed).to_have_text(["What is my dog called?", DOG])


async def a_reading_opens_and_leads_to_where_it_was_said(
    service: Service, watched: Watched
) -> None:
    page = await watched.open(service.url)
    await say(page, DOG)
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".answer")).to_have_count(0)
    await say(page, "What is my dog called?")
    await say(page, "Is my dog really called Biscuit?")
    await page.locator(".reply-memory").first.click()
    panel = page.get_by_role("dialog")
    await expect(panel).to_contain_text("What is my dog called?")
    first = panel.locator(".read-memories > li").first
    await expect(first).to_contain_text(DOG)
    path = f"/v1/conversations/{page.url.rpartition('/')[2]}/readings"
    readings = (await service.client.get(path)).json()["results"]
    detail = (await service.client.get(f"/v1/readings/{readings[0]['id']}")).json()
    shares = detail["memories"][0]["shares"].values()
    shown = sorted((share for share in shares if abs(share) >= 0.05), key=abs, reverse=True)
    await expect(first.locator(".contributions .share")).to_have_text(
        [f"{share:+.2f}".replace("-", "−") for share in shown]
    )
    await expect(first.locator(".contributions")).to_contain_text("meaning")
    assert await panel.locator(".bar").count() == len(detail["memories"])
    heights = await panel.locator(".bar .weight").evaluate_all(
        "bars => bars.map(bar => Number(bar.getAttribute('height')))"
    )
    heaviest = max(memory["score"] for memory in detail["memories"])
    assert max(heights) == pytest.approx(max(2, 64 * heaviest))
    await expect(panel.locator(".reading-history button")).to_have_count(2)
    await panel.locator(".reading-history button").last.click()
    await expect(panel.locator(".reading-history button").last).to_have_attribute(
        "aria-pressed", "true"
    )
    await panel.locator(".reading-history button").first.click()
    await expect(panel.locator(".reading-history button").first).to_have_attribute(
        "aria-pressed", "true"
    )
    await first.locator("summary").click()
    await first.get_by_role("link", name="Show in conversation").click()
    await expect(page.locator(".question.highlighted")).to_contain_text(DOG)
    await expect(panel).to_have_count(0)


async def an_answer_streams_and_can_be_stopped(service: Service, watched: Watched) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 2
    page = await watched.open(service.url)
    await page.locator(".composer textarea").fill("Go on and on.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .message-text")).to_have_text("Noted, thank")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".answer .state")).to_have_text("Stopped.")
    [conversation] = (await service.client.get("/v1/conversations")).json()["results"]
    path = f"/v1/conversations/{conversation['id']}/turns"
    turns = (await service.client.get(path)).json()["results"]
    assert [turn["status"] for turn in turns] == ["complete", "aborted"]
    await expect(page.get_by_role("button", name="Send")).to_be_visible()


async def an_answer_is_asked_for_again_and_a_question_said_anew(
    service: Service, watched: Watched
) -> None:
    page = await watched.open(service.url)
    await say(page, "First question.")
    service.language.answer = "Another answer."
    await page.get_by_role("button", name="Answer again").click()
    await expect(page.locator(".answer .message-text")).to_have_text("Another answer.")
    await say(page, "Second question.")
    await page.locator(".question").first.hover()
    await page.get_by_role("button", name="Edit").first.click()
    await expect(page.locator(".inline-form .hint")).to_contain_text("the 3 messages after")
    field = page.get_by_role("textbox", name="Edit")
    await field.fill("First question,")
    await field.press("Shift+Enter")
    await expect(field).to_have_value("First question,\n")
    await field.fill("First question, mended.")
    await field.press("Enter")  # as in the composer
    await expect(page.locator(".question .message-text")).to_have_text("First question, mended.")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert [memory["memory"] for memory in memories] == [
        "Another answer.",
        "First question, mended.",
    ]


async def a_temporary_chat_reads_and_keeps_nothing(service: Service, watched: Watched) -> None:
    def last(prompt: Sequence[Message]) -> str:
        return f"{len(prompt)} messages"

    await service.say(DOG)
    service.language.answer = last
    page = await watched.open(service.url)
    await page.get_by_role("switch", name="Temporary chat").click()
    await expect(page.get_by_role("heading", name="Temporary chat").first).to_be_visible()
    await say(page, "What is my dog called?")
    await say(page, "And my zebra?")
    await expect(page.locator(".answer .message-text")).to_have_text(["2 messages", "4 messages"])
    assert "Biscuit" not in str(service.language.prompts[-1])
    assert "And my zebra?" in str(service.language.prompts[-1])
    await expect(page.locator(".reply-memories").last).to_contain_text(
        "memory is off and nothing is saved"
    )
    assert len((await service.client.get("/v1/memories")).json()["results"]) == 2
    assert len((await service.client.get("/v1/conversations")).json()["results"]) == 1
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.locator(".turn")).to_have_count(0)


async def conversations_are_found_renamed_and_deleted(service: Service, watched: Watched) -> None:
    for text in (DOG, "The kettle is broken."):
        await service.say(text)
    page = await watched.open(service.url)
    listed = page.locator(".conversations a")
    await expect(listed).to_have_count(2)
    await page.get_by_role("searchbox").fill("kettle")
    await expect(listed.first).to_have_text("The kettle is broken.")
    await expect(listed).to_have_count(2)  # the second one searches the memory
    await page.get_by_role("searchbox").fill("")
    await listed.first.hover()
    await page.get_by_role("button", name="Rename").first.click()
    await page.get_by_role("textbox", name="Conversation name").fill("Kettle")
    await page.keyboard.press("Enter")
    await expect(listed.first).to_have_text("Kettle")
    results = (await service.client.get("/v1/conversations")).json()["results"]
    assert [each["title"] for each in results] == ["Kettle", None]
    await page.clock.install()
    await listed.last.hover()
    await page.get_by_role("button", name="Delete").last.click()
    await expect(listed).to_have_text(["Kettle"])
    assert len((await service.client.get("/v1/conversations")).json()["results"]) == 2
    await page.get_by_role("button", name="Undo").click()
    await expect(listed).to_have_count(2)
    await listed.last.hover()
    await page.get_by_role("button", name="Delete").last.click()
    await page.clock.run_for(10_500)
    await expect(page.locator(".toast")).to_have_count(0)
    results = (await service.client.get("/v1/conversations")).json()["results"]
    assert [each["title"] for each in results] == ["Kettle"]


async def older_turns_come_when_they_are_scrolled_to(service: Service, watched: Watched) -> None:
    first = await service.say("Turn number 0.")
    for number in range(1, 70):
        await service.say(f"Turn number {number}.", conversation_id=first["conversation_id"])
    page = await watched.open(f"{service.url}/#/c/{first['conversation_id']}")
    await expect(page.locator(".turn").last).to_be_in_viewport()
    assert await page.locator(".turn").count() < 140
    async with asyncio.timeout(60):
        while await page.locator(".turn").count() < 140:
            await page.locator(".scroller").evaluate("it => { it.scrollTop = 0 }")
            await asyncio.sleep(0.05)
    texts = await page.locator(".question .message-text").all_text_contents()
    assert texts == [f"Turn number {number}." for number in range(70)]


async def a_reply_whose_stream_broke_is_found_again(
    service: Service, watched: Watched, line: Line
) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 1
    page = await watched.open(await line.start())
    await page.locator(".composer textarea").fill("Go on.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .message-text")).to_have_text("Noted,")
    line.cut()
    await expect(page.locator(".answer .state")).to_contain_text("Connection lost")
    service.language.hold.set()  # the service goes on writing without a listener
    line.open = True
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await expect(page.locator(".answer .message-text")).to_have_text("Noted, thank you.")
    await expect(page.locator(".answer .state")).to_have_text("")
    assert len(service.language.prompts) == 1
