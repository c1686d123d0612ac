"""Whose days are told: the field of a request, its header, or the setting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.service import Service, running

from app.settings import Settings
from app.time_zones import time_zone

# Together they span more than a day: whatever the time is, they have two dates.
EAST, WEST = "+14:00", "-11:00"
CHAT, COMPLETIONS, SEARCH = "/v1/chat", "/v1/chat/completions", "/v1/memories/search"
ASKED = "What day is it?"


def chat(zone: str | None = None) -> dict[str, Any]:
    return {"message": ASKED} | ({"timezone": zone} if zone is not None else {})


def completion(zone: str | None = None) -> dict[str, Any]:
    memory = {"timezone": zone} if zone is not None else {}
    return {"model": "fake", "messages": [{"role": "user", "content": ASKED}], "memory": memory}


BODIES = [(CHAT, chat), (COMPLETIONS, completion)]


async def hour_told(service: Service, path: str, body: Any, header: str | None = None) -> timedelta:
    """How far the clock of the prompt is ahead of UTC."""
    headers = {} if header is None else {"X-Timezone": header}
    response = await service.client.post(path, json=body, headers=headers)
    assert response.status_code == 200, response.text
    line = service.language.prompts[-1][-1].content.splitlines()[0]
    told = datetime.strptime(line, "Today is %A, %d %B %Y, %H:%M.").replace(tzinfo=UTC)
    return timedelta(hours=round((told - datetime.now(UTC)) / timedelta(hours=1)))


@pytest.mark.parametrize(("path", "body"), BODIES)
async def test_the_field_goes_before_the_header_and_that_before_the_setting(
    service: Service, path: str, body: Any
) -> None:
    assert await hour_told(service, path, body()) == timedelta(0)
    assert await hour_told(service, path, body(), EAST) == timedelta(hours=14)
    assert await hour_told(service, path, body(WEST), EAST) == timedelta(hours=-11)
    assert await hour_told(service, path, body(), "Asia/Tokyo") == timedelta(hours=9)


async def test_the_setting_is_the_zone_of_requests_without_one(settings: Settings) -> None:
    async with running(settings.model_copy(update={"timezone": EAST})) as service:
        assert await hour_told(service, CHAT, chat()) == timedelta(hours=14)


@pytest.mark.parametrize("header", ["Mars/Phobos", "", "../etc/passwd", "a" * 5_000])
async def test_an_unknown_zone_in_the_header_is_ignored(service: Service, header: str) -> None:
    assert await hour_told(service, CHAT, chat(), header) == timedelta(0)


@pytest.mark.parametrize(
    ("path", "body"), [*BODIES, (SEARCH, lambda zone: {"query": ASKED, "timezone": zone})]
)
async def test_an_unknown_zone_in_a_field_is_refused(
    service: Service, path: str, body: Any
) -> None:
    response = await service.client.post(path, json=body("Mars/Phobos"))
    assert response.status_code == 400
    assert "must be an IANA time zone (Europe/Berlin)" in response.json()["error"]["message"]
    assert "timezone" in response.json()["error"]["param"]
    assert not service.language.prompts


async def test_a_memory_has_the_day_of_the_zone(service: Service) -> None:
    said = datetime(2026, 5, 4, 12, tzinfo=UTC)
    text = "I planted roses in the yard yesterday"
    await service.client.post("/v1/memories", json={"text": text, "created_at": said.isoformat()})
    for zone, days in ((EAST, ("5 May", "4 May")), (WEST, ("4 May", "3 May"))):
        message = "What did I plant in the yard, roses?"
        await service.say(message, timezone=zone, memory={"write": False})
        [quoted] = [
            line
            for line in service.language.prompts[-1][-1].content.splitlines()
            if line.startswith("On ")
        ]
        assert quoted == f'On {days[0]} 2026 I said: "{text}" [yesterday: {days[1]} 2026]'


async def test_a_search_about_today_reads_what_was_said_on_that_day(service: Service) -> None:
    """In the east it is today, in the west it was said tomorrow or yesterday."""
    now = datetime.now(UTC)
    for hours in (30, 0):
        said = (now - timedelta(hours=hours)).isoformat()
        body = {"text": f"I ate soup {hours} hours before", "created_at": said}
        await service.client.post("/v1/memories", json=body)
    expected = {}
    for zone in (EAST, WEST):
        today = now.astimezone(time_zone(zone)).date()
        expected[zone] = [
            float((now - timedelta(hours=hours)).astimezone(time_zone(zone)).date() == today)
            for hours in (30, 0)
        ]
    for zone, days in expected.items():
        body = {"query": "What soup did I eat today?", "timezone": zone}
        found = (await service.client.post(SEARCH, json=body)).json()["results"]
        signals = {each["memory"]: each["signals"]["interval"] for each in found}
        assert [signals[f"I ate soup {hours} hours before"] for hours in (30, 0)] == days
