"""The page while its service is killed and restarted in the middle of an answer."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from crash.processes import ANSWER, PATHS, SERVER
from page.actions import say
from page.browser import Watched
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio


@pytest.fixture
def port() -> int:
    """A free port, on which the service is started more than once."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        number: int = held.getsockname()[1]
        return number


@asynccontextmanager
async def serving(
    data: Path, port: int, rate: float
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """The service in its own process. ``rate`` is in words per second."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(SERVER), str(data), str(rate), "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
        env=PATHS,
    )
    assert process.stdout is not None
    try:
        assert int(await process.stdout.readline()) == port
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            async with asyncio.timeout(60):
                while (await client.get("/ready")).status_code != 200:
                    await asyncio.sleep(0.01)
            yield process, client
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def turns_of(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    """The turns of the only conversation."""
    [conversation] = (await client.get("/v1/conversations")).json()["results"]
    turns = (await client.get(f"/v1/conversations/{conversation['id']}/turns")).json()["results"]
    return [(turn["role"], turn["text"], turn["status"]) for turn in turns]


async def test_killed_while_it_answers_and_started_again(
    tmp_path: Path, port: int, watched: Watched
) -> None:
    """The page reports first the lost connection, then the failed answer.

    It keeps the text that has arrived and all earlier turns. One click asks again.
    """
    async with serving(tmp_path, port, rate=5) as (process, _):
        page = await watched.open(f"http://127.0.0.1:{port}")
        await say(page, "The first thing.")
        await page.locator(".composer textarea").fill("The second thing.")
        await page.keyboard.press("Enter")
        words, state = (
            page.locator(".answer .message-text").last,
            page.locator(".answer .state").last,
        )
        await expect(words).to_contain_text("0 1 2")
        process.kill()
        await expect(state).to_contain_text("Connection lost")
        partial = await words.text_content()
    async with serving(tmp_path, port, rate=500) as (_, client):
        await expect(page.locator(".answer").last).to_have_attribute("data-state", "failed")
        await expect(state).to_contain_text("The service stopped before this answer")
        assert partial is not None
        assert await words.text_content() == partial
        assert await turns_of(client) == [
            ("user", "The first thing.", "complete"),
            ("assistant", ANSWER, "complete"),
            ("user", "The second thing.", "complete"),
            ("assistant", "", "failed"),
        ]
        await page.reload()
        await expect(state).to_contain_text("The service stopped before this answer")
        await page.get_by_role("button", name="Answer again").last.click()
        await expect(page.locator(".answer").last).to_have_attribute("data-state", "done")
        await page.reload()
        await expect(page.locator(".question .message-text")).to_have_text(
            ["The first thing.", "The second thing."]
        )
        await expect(page.locator(".answer .message-text")).to_have_text([ANSWER, ANSWER])
