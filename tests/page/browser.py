"""Fixtures: a real Chromium and Firefox, a page in one of them whose requests to other hosts are
recorded, and a connection that can be cut.

Every test of the page can run in Firefox: ``PAGE_BROWSER=firefox pytest tests/page/test_chat.py``.
"""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from support.service import Service

OTHER_HOST = (
    "tapehead.test"  # this machine under another name: the browser treats it as another host
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {OTHER_HOST} 127.0.0.1",
]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_MS = 60_000  # long enough for a busy machine
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
FIREFOX_NAMES = ("firefox", "firefox-esr")
FIREFOX = next(filter(None, map(shutil.which, FIREFOX_NAMES)), None)
# Playwright needs network.addDataCollector. Firefox 140 lacks it and 153 has it; 143, which should
# have it, was not tried.
MIN_FIREFOX = 143
BRIDGE = Path(__file__).with_name("firefox_bridge.py")
COLOR_SCHEME = (
    "layout.css.prefers-color-scheme.content-override"  # a preference: 0 is dark, 1 is light
)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser that this machine has."""
    if CHROMIUM is None:
        pytest.skip(f"no Chromium here: none of {', '.join(CHROMIUM_NAMES)} is on the path")
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Watched:
    """A browser, and what its pages must not do: ask other hosts, raise errors, open dialogs."""

    context: BrowserContext
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    async def open(self, url: str) -> Page:
        """Open a page. Requests to any host but its own are foreign."""
        page = await self.context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        host = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self._dismiss(dialog))
        page.on("request", lambda request: self._note(request.url, host))
        page.on("console", lambda message: self._log(message.type, message.text))
        await page.goto(url)
        await page.bring_to_front()  # another test's window may have the focus
        return page

    def _note(self, url: str, host: str) -> None:
        if urlsplit(url).netloc != host and not url.startswith(f"blob:http://{host}/"):
            self.foreign.append(url)

    def _log(self, kind: str, text: str) -> None:
        # Chromium reports each refused request. How the page handles those is tested elsewhere.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.errors.append(text)

    async def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()


@asynccontextmanager
async def running_firefox(folder: Path, **preferences: Any) -> AsyncIterator[Browser]:
    """This machine's Firefox, unmodified. Downloads go to the folder."""
    if FIREFOX is None:
        pytest.skip(f"no Firefox here: none of {', '.join(FIREFOX_NAMES)} is on the path")
    version = subprocess.run([FIREFOX, "--version"], capture_output=True, text=True).stdout.strip()
    if int(re.search(r"(\d+)\.", version)[1]) < MIN_FIREFOX:
        pytest.skip(f"{version} is here: Playwright drives Firefox {MIN_FIREFOX} and later")
    expect.set_options(timeout=TIMEOUT_MS)
    start = folder / "start"
    command = shlex.join([sys.executable, str(BRIDGE), FIREFOX])
    start.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    start.chmod(0o700)
    async with async_playwright() as playwright:
        browser = await playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=start,
            downloads_path=folder,
            firefox_user_prefs=preferences,
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def firefox_downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The download folder of this session's Firefox."""
    return tmp_path_factory.mktemp("firefox")


@pytest.fixture(scope="session")
async def firefox(firefox_downloads: Path) -> AsyncIterator[Browser]:
    """A Firefox with the light colour scheme."""
    async with running_firefox(firefox_downloads, **{COLOR_SCHEME: 1}) as browser:
        yield browser


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Browser:
    """The browser that a module's tests run in."""
    found: Browser = request.getfixturevalue(os.environ.get("PAGE_BROWSER", "chromium"))
    return found


Browse = Callable[..., Any]


@pytest.fixture
async def browse(browser: Browser) -> AsyncIterator[Browse]:
    """Open separate browsers. At the end, none of them has done what it must not do."""
    watched: list[Watched] = []

    async def _browse(**more: Any) -> Watched:
        context = await browser.new_context(**({"locale": "en-GB"} | more))
        watched.append(Watched(context))
        return watched[-1]

    yield _browse
    for each in watched:
        await each.context.close()
        assert each.foreign == []
        assert each.errors == []
        assert each.dialogs == []


@pytest.fixture
async def watched(browse: Browse) -> Watched:
    """One browser with default options."""
    opened: Watched = await browse()
    return opened


class Line:
    """A TCP proxy in front of a service. The connection can be cut."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open = True
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    def cut(self) -> None:
        """Break all connections and refuse new ones."""
        self.open = False
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        self.cut()
        self._server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers |= {writer, back}
        with suppress(OSError):
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        self._writers -= {writer, back}
        for each in (writer, back):
            each.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()


def port_of(service: Service) -> int:
    port = urlsplit(service.url).port
    assert port is not None
    return port


@pytest.fixture
async def line(service: Service) -> AsyncIterator[Line]:
    line = Line(port_of(service))
    yield line
    await line.close()
