"""The page when the connection is lost and when the service restarts."""

import asyncio

import pytest
from page.actions import DOG, say
from page.browser import Line, Watched, port_of
from page.stories import chat
from playwright.async_api import expect
from support.networks.fakes import FakeLanguage
from support.service import Service, running

from app.settings import Settings

pytestmark = pytest.mark.asyncio


async def test_a_reply_whose_stream_broke_is_found_again(
    service: Service, watched: Watched, line: Line
) -> None:
    await chat.a_reply_whose_stream_broke_is_found_again(service, watched, line)


async def test_a_message_sent_while_there_is_no_connection_arrives_once(
    service: Service, watched: Watched, line: Line
) -> None:
    page = await watched.open(await line.start())
    await say(page, DOG)
    line.cut()
    await page.locator(".composer textarea").fill("Are you there?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .state").last).to_contain_text("Your message will be sent")
    line.open = True
    await expect(page.locator(".answer").last).to_have_attribute("data-state", "done")
    memories = (await service.client.get("/v1/memories")).json()["results"]
    assert [each["memory"] for each in memories if each["role"] == "user"] == [
        "Are you there?",
        DOG,
    ]


async def test_a_reply_goes_on_behind_another_view_and_after_a_reload(
    service: Service, watched: Watched
) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 1
    page = await watched.open(service.url)
    await page.locator(".composer textarea").fill("Go on.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .message-text")).to_have_text("Noted,")
    await page.get_by_role("link", name="Settings").click()
    await page.go_back()
    await expect(page.locator(".answer .message-text")).to_have_text("Noted,")  # the same stream
    await page.reload()
    await expect(page.locator(".answer .state")).to_have_text("Still writing…")
    service.language.hold.set()
    await expect(page.locator(".answer .message-text")).to_have_text("Noted, thank you.")
    await expect(page.locator(".answer")).to_have_count(1)
    assert len(service.language.prompts) == 1


async def test_the_service_is_started_anew_and_the_page_goes_on(
    settings: Settings, watched: Watched
) -> None:
    async with running(settings) as before:
        line = Line(port_of(before))
        page = await watched.open(await line.start())
        await say(page, DOG)
        line.cut()
    await page.locator(".composer textarea").fill("What is my dog called?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .state").last).to_contain_text("Connection lost")
    async with running(settings, FakeLanguage("Biscuit.")) as after:
        line.port, line.open = port_of(after), True
        await expect(page.locator(".answer .message-text").last).to_have_text("Biscuit.")
        # It is the same conversation, which the new process knew from the database.
        assert "Biscuit" in str(after.language.prompts[0])
        await line.close()
