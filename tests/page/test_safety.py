"""Texts of users and models are only shown: they run nothing and lead to no other host.

The browser fixture fails a test whose page asked another host for anything, raised an error or
opened a dialog.
"""

import pytest
from page.actions import say
from page.browser import Browse, Watched
from page.stories import safety
from playwright.async_api import expect
from support.service import Service

pytestmark = pytest.mark.asyncio


async def test_an_answer_and_a_question_are_only_shown(service: Service, watched: Watched) -> None:
    await safety.an_answer_and_a_question_are_only_shown(service, watched)


async def test_every_other_field_is_only_shown_too(service: Service, watched: Watched) -> None:
    await safety.every_other_field_is_only_shown_too(service, watched)


async def test_a_link_says_where_it_leads_and_a_picture_is_its_words(
    service: Service, watched: Watched
) -> None:
    service.language.answer = (
        "[my bank](https://evil.example/login?q=1) ![a cat](https://evil.example/cat.png)"
    )
    page = await watched.open(service.url)
    await say(page, "Links, please.")
    words = page.locator(".answer .message-text")
    await expect(words).to_have_text("my bank evil.example a cat")
    link = words.get_by_role("link")
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await link.get_attribute("title") == "https://evil.example/login?q=1"


async def test_even_a_fault_of_the_page_could_run_nothing(service: Service, browse: Browse) -> None:
    """The policy alone, tested from inside the page, as if markup had passed all other checks."""
    watched: Watched = await browse()
    page = await watched.open(service.url)
    tried = await page.evaluate(
        """async () => {
          const outcome = {};
          try { document.body.innerHTML = "<b>x</b>"; outcome.html = "set"; }
          catch (error) { outcome.html = error.name; }
          const script = document.createElement("script");
          try { script.textContent = "window.hit = 1"; document.body.append(script); } catch {}
          outcome.hit = window.hit ?? null;
          const picture = new Image();
          outcome.picture = await new Promise((resolve) => {
            picture.onload = () => resolve("loaded");
            picture.onerror = () => resolve("refused");
            picture.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
          });
          return outcome;
        }"""
    )
    assert tried["html"] == "TypeError"
    assert tried["hit"] is None
    assert tried["picture"] == "refused"
    assert watched.errors  # the browser reports what it refused
    watched.errors.clear()
