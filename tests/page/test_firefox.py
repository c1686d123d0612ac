"""The page in a real, unmodified Firefox; skipped where there is none.

Most tests share their steps with those in Chromium (``tests/page/stories``). Playwright cannot do
three things in an unmodified Firefox: emulate a colour scheme, grant the clipboard, and report
downloads. The tests at the end check these features in other ways.
"""

import asyncio
from pathlib import Path

import pytest
from page.actions import DOG, PHONE, choose, kept, say, violations
from page.browser import COLOR_SCHEME, Browse, Line, Watched, running_firefox
from page.stories import chat, looks, memory, safety
from playwright.async_api import Browser, expect
from support.service import Service

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="session")
def browser(firefox: Browser) -> Browser:
    return firefox


async def test_what_was_said_in_one_conversation_is_remembered_in_another(
    service: Service, watched: Watched
) -> None:
    await chat.what_was_said_in_one_conversation_is_remembered_in_another(service, watched)


async def test_a_reading_opens_and_leads_to_where_it_was_said(
    service: Service, watched: Watched
) -> None:
    await chat.a_reading_opens_and_leads_to_where_it_was_said(service, watched)


async def test_an_answer_streams_and_can_be_stopped(service: Service, watched: Watched) -> None:
    await chat.an_answer_streams_and_can_be_stopped(service, watched)


async def test_an_answer_is_asked_for_again_and_a_question_said_anew(
    service: Service, watched: Watched
) -> None:
    await chat.an_answer_is_asked_for_again_and_a_question_said_anew(service, watched)


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


async def test_a_reply_whose_stream_broke_is_found_again(
    service: Service, watched: Watched, line: Line
) -> None:
    await chat.a_reply_whose_stream_broke_is_found_again(service, watched, line)


async def test_everything_is_done_by_keyboard(service: Service, watched: Watched) -> None:
    await looks.everything_is_done_by_keyboard(service, watched)


async def test_the_language_is_the_browsers_and_can_be_switched(
    service: Service, browse: Browse
) -> None:
    await looks.the_language_is_the_browsers_and_can_be_switched(service, browse)


async def test_memories_are_listed_searched_and_filtered(
    service: Service, watched: Watched
) -> None:
    await memory.memories_are_listed_searched_and_filtered(service, watched)


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


async def test_a_fact_is_added_and_everything_is_forgotten_only_when_the_words_are_typed(
    service: Service, watched: Watched
) -> None:
    await memory.everything_is_forgotten_only_when_the_words_are_typed(service, watched)


async def test_a_document_is_added_found_and_forgotten(
    service: Service, watched: Watched, tmp_path: Path
) -> None:
    await memory.a_document_is_added_found_and_forgotten(service, watched, tmp_path)


async def test_an_answer_and_a_question_are_only_shown(service: Service, watched: Watched) -> None:
    await safety.an_answer_and_a_question_are_only_shown(service, watched)


async def test_every_other_field_is_only_shown_too(service: Service, watched: Watched) -> None:
    await safety.every_other_field_is_only_shown_too(service, watched)


async def test_a_request_to_another_host_would_be_seen(service: Service, browse: Browse) -> None:
    """The fixture fails every test whose page asks another host. Here a page does ask."""
    watched: Watched = await browse()
    page = await watched.open(
        f"{service.url}/health"
    )  # this address has no policy that would refuse it
    elsewhere = service.url.replace("127.0.0.1", "localhost") + "/health"
    await page.evaluate("url => fetch(url, { mode: 'no-cors' })", elsewhere)
    assert watched.foreign == [elsewhere]
    watched.foreign.clear()


async def test_what_is_copied_can_be_pasted(service: Service, watched: Watched) -> None:
    service.language.answer = "```python\ndef f(x):\n    return x\n```"
    page = await watched.open(service.url)
    await say(page, "Some code, please.")
    await page.locator(".message-text pre").hover()
    await page.get_by_role("button", name="Copy code").click()
    await page.locator(".composer textarea").press("Control+v")
    pasted = page.locator(".composer textarea")
    await expect(pasted).to_have_value("def f(x):\n    return x")


async def test_what_is_exported_comes_back(
    service: Service, watched: Watched, firefox_downloads: Path
) -> None:
    await service.say(DOG)
    before = await kept(service)
    page = await watched.open(f"{service.url}/#/memory")
    await page.get_by_role("button", name="Export").click()
    async with asyncio.timeout(20):  # Playwright does not report the download
        while not (files := list(firefox_downloads.glob("*.jsonl"))):
            await asyncio.sleep(0.05)
        while '"end"' not in files[0].read_text():
            await asyncio.sleep(0.05)
    await service.client.delete("/v1/memories?everything=true")
    await choose(page, "Import", files[0])
    await expect(page.get_by_text("Imported: 2. Already present: 0.").first).to_be_visible()
    after = await kept(service)
    assert [each["memory"] for each in after] == [each["memory"] for each in before]


async def test_it_is_dark_where_the_system_is_and_on_a_phone_in_chinese(
    service: Service, tmp_path: Path
) -> None:
    async with running_firefox(tmp_path, **{COLOR_SCHEME: 0}) as dark:
        context = await dark.new_context(locale="zh-CN", viewport=PHONE)
        watched = Watched(context)
        page = await watched.open(service.url)
        await expect(page.get_by_role("heading", name="想让我记住什么？")).to_be_visible()
        await say(page, DOG)
        shade = "getComputedStyle(document.documentElement).backgroundColor"
        assert await page.evaluate(shade) == "rgb(22, 20, 18)"
        assert await violations(page) == []
        assert await page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
        await context.close()
        assert watched.foreign == watched.errors == []
