"""API keys on the page: the dialog, and their administration."""

import pytest
from page.actions import DOG, PHONE, say, violations
from page.browser import OTHER_HOST, Browse, Watched
from playwright.async_api import Page, expect
from support.service import Service

pytestmark = pytest.mark.asyncio


async def own(service: Service, secret: str) -> dict[str, object]:
    answer = await service.client.get("/v1/keys/me", headers={"X-API-Key": secret})
    key: dict[str, object] = answer.json()["key"]
    return key


async def give(page: Page, secret: str) -> None:
    """Enter the key that the page asks for."""
    await page.get_by_label("API key", exact=True).fill(secret)
    await page.get_by_role("button", name="Continue").click()


async def make(page: Page, name: str, kind: str, **fields: str) -> str:
    """Create a key on the page. Returns its secret."""
    form = page.locator(".key-admin .key-form")
    await form.get_by_label("Name", exact=True).fill(name)
    await form.get_by_role("combobox", name="Type").select_option(kind)
    for label, value in fields.items():
        await form.get_by_role("textbox", name=label, exact=True).fill(value)
    await form.get_by_role("button", name="Create key").click()
    await expect(page.locator(".created-key")).to_contain_text(f"“{name}” created")
    return await page.get_by_role("textbox", name="New key").input_value()


async def test_a_service_with_keys_asks_for_one_and_keeps_it_for_the_tab(
    service: Service, watched: Watched
) -> None:
    keys = service.app.state.services.api_keys
    _, anna = keys.create("user", "Anna", user_id="anna")
    _, app = keys.create("app", "Open WebUI", namespace="webui")
    page = await watched.open(service.url)
    field = page.get_by_label("API key", exact=True)
    await expect(page.get_by_text("This service requires an API key")).to_be_visible()
    behind = "getComputedStyle(document.querySelector('dialog'), '::backdrop').backgroundColor"
    assert (await page.evaluate(behind)).startswith(
        "rgb("
    )  # opaque: rgba() would show the page behind it
    for wrong, words in (("th_nonsense", "Unknown API key"), (app, "belongs to an app")):
        await field.fill(wrong)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator("#key-why")).to_contain_text(words)
    await field.fill(anna)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await say(page, "Hello from Anna.")
    await page.reload()
    await expect(page.locator(".question .message-text")).to_have_text("Hello from Anna.")
    stored = "[localStorage.getItem('tapehead.key'), sessionStorage.getItem('tapehead.key')]"
    assert await page.evaluate(stored) == [None, anna]
    # Another tab needs the key again, until it is kept on the device.
    other = await watched.open(service.url)
    await other.get_by_label("API key", exact=True).fill(anna)
    await other.get_by_label("Keep on this device").check()
    await other.get_by_role("button", name="Continue").click()
    await expect(other.locator(".conversations a")).to_have_text("Hello from Anna.")
    third = await watched.open(service.url)
    await expect(third.locator(".conversations a")).to_have_text("Hello from Anna.")
    await third.get_by_role("link", name="Settings").click()
    await third.get_by_role("button", name="Remove key").click()
    await expect(third.get_by_role("dialog")).to_be_visible()


async def test_the_first_keys_are_made_on_the_page_and_the_memory_stays(
    service: Service, watched: Watched
) -> None:
    """From a service without keys to a page with its own key, without another tool."""
    page = await watched.open(service.url)
    await say(page, DOG)
    await page.get_by_role("link", name="Settings").click()
    await expect(page.locator(".current-key")).to_contain_text("No keys yet")
    await page.get_by_text("Create and revoke keys").click()
    admin = await make(page, "me", "admin")
    assert (await own(service, admin))["kind"] == "admin"
    assert (await service.client.get("/v1/memories")).status_code == 401
    await expect(page.locator(".created-key")).to_contain_text("Create a user key")
    await expect(page.locator(".current-key")).not_to_contain_text("No keys yet")
    mine = await make(page, "this page", "user")  # for the user "local", which is filled in
    await page.get_by_role("button", name="Use on this page").click()
    await expect(page.locator(".current-key")).to_contain_text("Current key: this page")
    await expect(page.locator(".current-key")).to_contain_text("user local")
    assert (await own(service, mine))["user"] == "local"
    await expect(page.locator(".conversations a")).to_have_text(DOG)
    # The administrator's key is not stored.
    stored = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    storage = await page.evaluate(stored)
    assert mine in storage
    assert admin not in storage


async def test_an_administrator_makes_lists_and_revokes_keys(
    service: Service, browse: Browse
) -> None:
    keys = service.app.state.services.api_keys
    _, admin = keys.create("admin", "the boss")
    _, anna = keys.create("user", "Anna's phone", user_id="anna")
    watched: Watched = await browse()
    page = await watched.open(f"{service.url}/#/settings")
    await give(page, anna)
    await expect(page.locator(".current-key")).to_contain_text("Current key: Anna's phone")
    await expect(page.locator(".current-key")).to_contain_text("user anna")
    await page.get_by_text("Create and revoke keys").click()
    for wrong, words in (("th_nonsense", "Unknown API key"), (anna, "cannot manage keys")):
        await page.get_by_label("Administrator's key").fill(wrong)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator(".key-form .error")).to_contain_text(words)
    await page.get_by_label("Administrator's key").fill(admin)
    await page.get_by_role("button", name="Continue").click()
    rows = page.locator(".key-list > .key-row")
    await expect(rows.locator("strong")).to_have_text(["the boss", "Anna's phone"])

    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    secret = await make(page, "Open <b>WebUI</b>", "app", Namespace="webui")
    await page.locator(".created-key").get_by_role("button", name="Copy").click()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    assert (await own(service, secret))["namespace"] == "webui"
    await expect(rows).to_have_count(3)
    await expect(rows.last.locator("strong")).to_have_text("Open <b>WebUI</b>")
    assert await violations(page) == []

    await rows.last.get_by_role("button", name="Revoke").click()
    await rows.last.get_by_role("button", name="Cancel").click()
    assert (await own(service, secret))["revoked_at"] is None
    await page.keyboard.press("Enter")  # the focus is on Revoke again, and then on Cancel
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(2)
    await expect(page.locator(".key-list details")).to_contain_text("1 revoked key")
    refused = await service.client.get("/v1/keys/me", headers={"X-API-Key": secret})
    assert refused.status_code == 401


async def test_what_the_service_refuses_is_said_and_nothing_typed_is_lost(
    service: Service, watched: Watched
) -> None:
    page = await watched.open(f"{service.url}/#/settings")
    await page.get_by_text("Create and revoke keys").click()
    form = page.locator(".key-admin .key-form")
    await form.get_by_label("Name", exact=True).fill("tab\u200bbed")  # an invisible character
    await form.get_by_role("button", name="Create key").click()
    await expect(page.locator(".key-admin .error")).to_contain_text("name")
    await expect(form.get_by_label("Name", exact=True)).to_have_value("tab\u200bbed")
    await form.get_by_role("combobox", name="Type").select_option("app")
    await form.get_by_label("Namespace").fill("Not/One")
    await form.get_by_role("button", name="Create key").click()
    assert not await form.get_by_label("Namespace").evaluate("it => it.checkValidity()")
    assert service.app.state.services.api_keys.list() == []


async def test_who_comes_with_an_administrators_key_makes_the_page_its_own(
    service: Service, browse: Browse
) -> None:
    _, admin = service.app.state.services.api_keys.create("admin", "the boss")
    watched: Watched = await browse(viewport=PHONE)
    page = await watched.open(service.url)
    await give(page, admin)
    await expect(page.locator("#key-why")).to_contain_text("an administrator's key")
    await expect(page.locator(".key-row strong")).to_have_text("the boss")
    assert await violations(page) == []
    assert await page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    mine = await make(page, "my phone", "user", **{"User name": "anna"})
    await page.get_by_role("button", name="Use on this page").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await say(page, "Hello from Anna.")
    listed = await service.client.get("/v1/conversations", headers={"X-API-Key": mine})
    assert [each["preview"] for each in listed.json()["results"]] == ["Hello from Anna."]


async def test_keys_in_chinese(service: Service, browse: Browse) -> None:
    watched: Watched = await browse(locale="zh-CN", color_scheme="dark")
    page = await watched.open(f"{service.url}/#/settings")
    await page.get_by_text("创建和吊销密钥").click()
    await page.get_by_label("名称").fill("我")
    await page.get_by_role("button", name="创建密钥").click()
    await expect(page.locator(".created-key")).to_contain_text("已创建“我”")
    assert await violations(page) == []


async def test_over_plain_http_from_another_machine(service: Service, watched: Watched) -> None:
    """Browsers then have no clipboard API and no ``randomUUID``. Chat and copying still work."""
    keys = service.app.state.services.api_keys
    _, anna = keys.create("user", "Anna", user_id="anna")
    page = await watched.open(service.url.replace("127.0.0.1", OTHER_HOST))
    assert not await page.evaluate("isSecureContext")
    await give(page, anna)
    await say(page, "Hello from afar.")
    await page.get_by_role("button", name="Copy").last.click()
    await expect(page.locator(".toast")).to_have_text("Copied.")
    await page.locator(".composer textarea").press("Control+v")
    await expect(page.locator(".composer textarea")).to_have_value("Noted, thank you.")
    # Chromium reports that it ignores one of our headers there.
    assert all("Cross-Origin-Opener-Policy" in each for each in watched.errors)
    watched.errors.clear()
