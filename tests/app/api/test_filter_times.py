"""Days and times without a zone in filters: those of the user's time zone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.service import Service

from app.api.filter_times import end_of, start_of
from app.time_zones import time_zone

BERLIN = {"X-Timezone": "Europe/Berlin"}
# Of 28 November in Berlin: its first and last second, and one to each side.
TOLD = {
    "before": "2026-11-27T22:59:59Z",
    "first": "2026-11-27T23:00:00Z",
    "last": "2026-11-28T22:59:59Z",
    "after": "2026-11-28T23:00:00Z",
}


@pytest.fixture
async def told(service: Service) -> Service:
    for text, at in TOLD.items():
        body = {"text": f"walk {text}", "created_at": at}
        assert (await service.client.post("/v1/memories", json=body)).status_code == 201
    return service


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"since": "2026-11-28"}, "first last after"),
        ({"until": "2026-11-28"}, "before first last"),
        ({"since": "2026-11-28", "until": "2026-11-28"}, "first last"),
        ({"since": "2026-11-28T23:59:59"}, "last after"),
        ({"until": "2026-11-28T00:00"}, "before"),
        ({"since": "2026-11-28T22:59:59Z"}, "last after"),
        ({"since": "", "until": ""}, "before first last after"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "before first last after"),
        ({"kind": "", "conversation_id": ""}, "before first last after"),
    ],
)
async def test_a_day_is_the_whole_day(told: Service, filters: dict[str, str], found: str) -> None:
    listed = await told.client.get("/v1/memories", params=filters, headers=BERLIN)
    assert listed.status_code == 200, listed.text
    body = {"query": "walk", **filters}
    searched = await told.client.post("/v1/memories/search", json=body, headers=BERLIN)
    zoned = await told.client.post(
        "/v1/memories/search", json={**body, "timezone": BERLIN["X-Timezone"]}
    )
    for answer in (listed, searched, zoned):
        texts = {each["memory"].removeprefix("walk ") for each in answer.json()["results"]}
        assert texts == set(found.split())


async def test_the_past_of_a_day_is_that_at_its_end(told: Service) -> None:
    body = {"query": "walk", "as_of": "2026-11-28", "timezone": ""}
    answer = await told.client.post("/v1/memories/search", json=body, headers=BERLIN)
    assert answer.status_code == 200, answer.text
    assert "walk after" not in {each["memory"] for each in answer.json()["results"]}


@pytest.mark.parametrize("bad", ["2026-13-01", "yesterday", "2026-11-28T25:00", "canary-day"])
async def test_what_is_no_time_is_refused(service: Service, bad: str) -> None:
    listed = await service.client.get("/v1/memories", params={"since": bad})
    searched = await service.client.post("/v1/memories/search", json={"query": "x", "until": bad})
    for answer, name in ((listed, "since"), (searched, "until")):
        assert answer.status_code == 400
        assert answer.json()["error"]["param"].startswith(name)
        assert bad not in answer.text


@pytest.mark.parametrize("zone", ["+14:00", "-11:00", "UTC"])
@pytest.mark.parametrize("at", [date.min, date.max, datetime.min, datetime.max])
def test_the_ends_of_the_calendar_exist_everywhere(zone: str, at: Any) -> None:
    start, end = start_of(at, time_zone(zone)), end_of(at, time_zone(zone))
    assert start is not None
    assert end is not None
    assert start.tzinfo == end.tzinfo == UTC
    assert start <= end
