"""The chat view in a real Chromium, over fake networks."""

import asyncio

import pytest
from page.actions import DOG, say
from page.browser import Watched
from page.stories import chat
from playwright.async_api import Page, expect
from support.service import Service

pytestmark = pytest.mark.asyncio


async def test_what_was_said_in_one_conversation_is_remembered_in_another(
    service: Service, watched: Watched
) -> None:
    await chat.what_was_said_in_one_conversation_is_remembered_in_another(service, watched)


async def test_a_reading_opens_and_leads_to_where_it_was_said(
    service: Service, watched: Watched
) -> None:
    await chat.a_reading_opens_and_leads_to_where_it_was_said(service, watched)


async def test_an_answer_is_markdown_with_its_code_highlighted(
    service: Service, watched: Watched
) -> None:
    service.language.answer = "A **bold** word.\n\n```python\ndef f(x):\n    return x\n```\n\n- one"
    page = await watched.open(service.url)
    await say(page, "Some Markdown, please.")
    words = page.locator(".answer .message-text")
    await expect(words.locator("strong")).to_have_text("bold")
    await expect(words.locator("pre .hljs-keyword").first).to_have_text("def")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await words.get_by_role("button", name="Copy code").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "def f(x):\n    return x"


async def test_an_answer_streams_and_can_be_stopped(service: Service, watched: Watched) -> None:
    await chat.an_answer_streams_and_can_be_stopped(service, watched)


async def test_an_answer_is_asked_for_again_and_a_question_said_anew(
    service: Service, watched: Watched
) -> None:
    await chat.an_answer_is_asked_for_again_and_a_question_said_anew(service, watched)


async def test_many_clicks_are_one_and_no_address_breaks_the_page(
    service: Service, watched: Watched
) -> None:
    page = await watched.open(service.url)
    await page.locator(".example").first.evaluate("it => { it.click(); it.click(); it.click() }")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await page.locator(".retry").evaluate("it => { it.click(); it.click(); it.click() }")
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await expect(page.locator(".turn")).to_have_count(2)
    assert len(service.language.prompts) == 2
    await page.goto(f"{service.url}/#/c/%E0%A4%A")  # half a character
    await expect(page.locator(".welcome .error")).to_have_text("This does not exist any more.")


async def test_what_is_refused_takes_nothing_away(service: Service, watched: Watched) -> None:
    page = await watched.open(service.url)
    await say(page, "First question.")
    await page.locator(".question").first.hover()
    await page.get_by_role("button", name="Edit").first.click()
    await page.get_by_role("textbox", name="Edit").fill("long " * 3000)
    await page.locator(".inline-form").get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_contain_text("too long for the model")
    await expect(page.locator(".turn:visible")).to_have_count(2)
    assert len((await service.client.get("/v1/memories")).json()["results"]) == 2


async def test_a_failed_answer_says_so_in_words_and_can_be_asked_for_again(
    service: Service, watched: Watched
) -> None:
    service.language.fail_after = 1
    page = await watched.open(service.url)
    await page.locator(".composer textarea").fill("Fail, please.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".answer .state")).to_contain_text("Internal error")
    service.language.fail_after = None
    await page.get_by_role("button", name="Answer again").click()
    await expect(page.locator(".answer")).to_have_attribute("data-state", "done")
    await page.reload()
    await expect(page.locator(".turn")).to_have_count(2)


async def test_a_temporary_chat_reads_and_keeps_nothing(service: Service, watched: Watched) -> None:
    await chat.a_temporary_chat_reads_and_keeps_nothing(service, watched)


async def test_conversations_are_found_renamed_and_deleted(
    service: Service, watched: Watched
) -> None:
    await chat.conversations_are_found_renamed_and_deleted(service, watched)


async def test_older_turns_come_when_they_are_scrolled_to(
    service: Service, watched: Watched
) -> None:
    await chat.older_turns_come_when_they_are_scrolled_to(service, watched)


async def show_tab_again(page: Page) -> None:
    """A headless tab is never hidden, so the event is sent by hand."""
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def test_a_tab_that_is_looked_at_again_shows_what_another_one_said(
    service: Service, watched: Watched
) -> None:
    first = await service.say(DOG)
    page = await watched.open(f"{service.url}/#/c/{first['conversation_id']}")
    await expect(page.locator(".answer")).to_have_count(1)
    await page.locator(".composer textarea").fill("I was about to")
    await show_tab_again(page)  # nothing is new
    await service.say("He barks.", conversation_id=first["conversation_id"])
    await service.say("Elsewhere.")
    await show_tab_again(page)
    await expect(page.locator(".question .message-text")).to_have_text([DOG, "He barks."])
    await expect(page.locator(".answer")).to_have_count(2)
    await expect(page.locator(".conversations a")).to_have_text(["Elsewhere.", DOG])
    await expect(page.locator(".composer textarea")).to_have_value("I was about to")
    # A message that is being edited here is not replaced by what came meanwhile.
    await page.locator(".question").last.hover()
    await page.get_by_role("button", name="Edit").last.click()
    await service.say("And howls.", conversation_id=first["conversation_id"])
    async with page.expect_response(lambda answer: "/v1/conversations?" in answer.url):
        await show_tab_again(page)
    await asyncio.sleep(0.5)  # the turns would be replaced after the list
    await expect(page.locator(".question textarea")).to_be_visible()
    await page.keyboard.press("Escape")
    await show_tab_again(page)
    await expect(page.locator(".answer")).to_have_count(3)
    await service.client.delete(f"/v1/conversations/{first['conversation_id']}")
    await show_tab_again(page)
    await expect(page.locator(".welcome .error")).to_be_visible()
    await expect(page.locator(".turn")).to_have_count(0)
