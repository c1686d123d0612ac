"""How light and how quick the page is, in a real Chromium over the real service and model.

``python -m benchmarks.speed.web_page`` prints the figures and writes them into ``docs/page.md``.
Browser, service and model share the machine's processors; the browser draws without a graphics
card.
"""

import asyncio
import json
import os
import platform
import shutil
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.support.markdown_tables import markdown, publish
from benchmarks.support.service_process import service

DOC = Path(__file__).resolve().parents[2] / "docs" / "page.md"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TURNS = 2000
TIMES = 7
PIXELS, STEP_SECONDS = 600, 0.05  # of one turn of the wheel, and between two
QUESTION = "What is my dog called?"

WEIGHT = """() => {
  const asked = performance.getEntriesByType("resource");
  const files = asked.filter((each) => !each.name.includes("/v1/"));
  const all = [...performance.getEntriesByType("navigation"), ...files];
  const sum = (name) => all.reduce((total, each) => total + each[name], 0);
  return [sum("encodedBodySize"), sum("decodedBodySize"), all.length];
}"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
# From the key that sends to the first word that is on the page.
FIRST_WORD = """() => new Promise((resolve) => {
  let sent = null;
  addEventListener("keydown", () => (sent ??= performance.now()), { capture: true, once: true });
  const look = () => {
    if (document.querySelector(".answer:last-child .message-text")?.textContent)
      requestAnimationFrame(() => resolve(performance.now() - sent));
    else if (sent === null || performance.now() - sent < 120000) requestAnimationFrame(look);
  };
  look();
})"""
WATCH = """() => {
  window.frames_ = []; window.long_ = [];
  let before = performance.now();
  const look = (now) => {
    window.frames_.push(now - before);
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  const note = (list) => window.long_.push(...list.getEntries().map((each) => each.duration));
  new PerformanceObserver(note).observe({ type: "longtask" });
}"""


async def measure(port: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}"
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"no Chromium here: none of {', '.join(BROWSERS)} is on the path")
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=found, args=flags)
        figures = await _opening(browser, url)
        figures |= await _first_word(browser, url)
        conversation = await _long_conversation(url)
        figures |= await _scrolling(browser, f"{url}/#/c/{conversation}")
        await browser.close()
    return figures


async def _opened(browser: Browser, url: str) -> Page:
    page = await (await browser.new_context(locale="en-GB")).new_page()
    page.set_default_timeout(600_000)
    await page.goto(url)
    await page.wait_for_selector(".composer")
    return page


async def _opening(browser: Browser, url: str) -> dict[str, float]:
    """Each time with an empty cache."""
    paints = []
    for _ in range(TIMES):
        page = await _opened(browser, url)
        await page.wait_for_function(PAINT)
        paints.append(await page.evaluate(PAINT))
        wire, unpacked, files = await page.evaluate(WEIGHT)
        await page.context.close()
    return {
        "wire_kb": wire / 1000,
        "unpacked_kb": unpacked / 1000,
        "files": files,
        "first_paint_ms": statistics.median(paints),
        "first_paint_worst_ms": max(paints),
    }


async def _first_word(browser: Browser, url: str) -> dict[str, float]:
    """The first message of a conversation, each time of a new one."""
    page = await _opened(browser, url)
    waits = []
    for _ in range(TIMES):
        await page.goto(f"{url}/#/")
        await page.reload()
        await page.locator(".composer textarea").fill(QUESTION)
        waiting = asyncio.create_task(page.evaluate(FIRST_WORD))
        await asyncio.sleep(0.1)
        await page.keyboard.press("Enter")
        waits.append(await waiting)
        await page.wait_for_selector(".answer[data-state=done]")
    await page.context.close()
    return {"first_word_ms": statistics.median(waits), "first_word_worst_ms": max(waits)}


async def _long_conversation(url: str) -> str:
    """Bring one in that is so long. Returns its id."""
    nodes: dict[str, Any] = {}
    for number in range(TURNS):
        role = "assistant" if number % 2 else "user"
        text = f"Question {number // 2}: how does one bake bread, and for how long?"
        if role == "assistant":
            text = f"**Answer {number // 2}.** " + "Knead it, let it rise, and bake it. " * 6
            text += "\n\n```python\nfor loaf in oven:\n    loaf.bake(40)\n```" * (number % 10 == 1)
        nodes[f"n{number}"] = {
            "id": f"n{number}",
            "parent": f"n{number - 1}" if number else None,
            "message": {
                "id": f"m{number}",
                "author": {"role": role},
                "create_time": 1_700_000_000 + 60 * number,
                "content": {"content_type": "text", "parts": [text]},
            },
        }
    file = [{"id": "long", "title": "Long", "mapping": nodes, "current_node": f"n{TURNS - 1}"}]
    async with httpx.AsyncClient(base_url=url, timeout=600) as client:
        told = await client.post("/v1/memories/import", json=file)
        assert json.loads(told.text.splitlines()[-1])["imported"] == TURNS, told.text[-500:]
        listed = (await client.get("/v1/conversations")).json()["results"]
    found: str = next(each["id"] for each in listed if each["title"] == "Long")
    return found


async def _scrolling(browser: Browser, url: str) -> dict[str, float]:
    """Up with the wheel from the latest turn to the first, and down again."""
    page = await _opened(browser, url)
    await page.wait_for_selector(".turn")
    await page.evaluate(WATCH)
    await page.mouse.move(600, 400)

    async def wheel(pixels: int, until: str) -> None:
        while not await page.evaluate(until):
            await page.mouse.wheel(0, pixels)
            await asyncio.sleep(STEP_SECONDS)

    there = f"document.querySelectorAll('.turn').length >= {TURNS}"
    at_the_top = "document.querySelector('.scroller').scrollTop === 0"
    await wheel(-PIXELS, f"{there} && {at_the_top}")
    up = await _frames(page)
    end = "(it => it.scrollHeight - it.scrollTop - it.clientHeight < 2)"
    await wheel(4 * PIXELS, f"{end}(document.querySelector('.scroller'))")
    down = await _frames(page)
    await page.context.close()
    return {f"up_{name}": value for name, value in up.items()} | {
        f"down_{name}": value for name, value in down.items()
    }


async def _frames(page: Page) -> dict[str, float]:
    """How long the frames since the last time took, and the tasks of more than 50 ms."""
    frames, tasks = await page.evaluate("[window.frames_.splice(0), window.long_.splice(0)]")
    frames = sorted(frames[1:])
    return {
        "frames": len(frames),
        "median_ms": statistics.median(frames),
        "p95_ms": frames[int(0.95 * len(frames))],
        "within_33_ms": sum(each <= 33.4 for each in frames) / len(frames),
        "long_tasks": len(tasks),
        "longest_task_ms": max(tasks, default=0.0),
    }


def table(figures: dict[str, float]) -> str:
    def scrolled(way: str) -> str:
        share, p95 = figures[f"{way}_within_33_ms"], figures[f"{way}_p95_ms"]
        tasks, longest = figures[f"{way}_long_tasks"], figures[f"{way}_longest_task_ms"]
        return f"{share:.1%} of frames within 33 ms, 95th percentile {p95:.0f} ms; " + (
            f"{tasks:.0f} tasks over 50 ms, the longest {longest:.0f} ms"
            if tasks
            else "no long task"
        )

    def two(name: str) -> str:
        return f"{figures[f'{name}_ms']:.0f} ms (worst {figures[f'{name}_worst_ms']:.0f} ms)"

    weight = f"{figures['wire_kb']:.0f} kB sent, {figures['unpacked_kb']:.0f} kB unpacked"
    rows = [
        ("weight, empty cache", f"{weight}, {figures['files']:.0f} files", "< 300 kB"),
        ("first paint", two("first_paint"), "< 1 s"),
        ("Enter → first word of the answer on the page", two("first_word"), "–"),
        (f"scrolling up through {TURNS:,} turns, as they are fetched", scrolled("up"), "smooth"),
        ("and down again, four times as fast", scrolled("down"), "smooth"),
    ]
    written = markdown(("measured", "here", "wanted"), rows)
    day, machine = datetime.now(UTC).date(), f"{os.cpu_count()} cores, {platform.machine()}"
    return f"{written}\n\nChromium without a graphics card, {machine}, {day}; medians of {TIMES}."


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, service("real", Path(folder)) as (port, _):
        figures = asyncio.run(measure(port))
    print(json.dumps(figures, indent=2))
    print(publish(DOC, table(figures), "page"))


if __name__ == "__main__":
    main()
