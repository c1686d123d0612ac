"""What ``/metrics`` says: the truth about what happened, and nothing about who or what was said."""

import asyncio
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.eventually import eventually
from support.service import Service, running

from app.settings import Settings

CANARY = "xylophone-of-ann"


async def samples(service: Service) -> dict[str, float]:
    """Every sample by its name and labels, as they are written."""
    answer = await service.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        sample.name
        + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_replies_and_tokens_are_counted(service: Service) -> None:
    for message in ("My dog is called Biscuit", "How is my dog called?"):
        reply = await service.say(message)
    told = await samples(service)
    route = "method=POST route=/v1/chat status=200"
    assert told[f"tapehead_http_requests_total {route}"] == 2
    assert told["tapehead_http_request_duration_seconds_count route=/v1/chat"] == 2
    assert told["tapehead_replies_total code= status=complete"] == 2
    made = 2 * reply["usage"]["completion_tokens"]
    assert told["tapehead_tokens_total kind=completion"] == made
    assert told["tapehead_tokens_total kind=prompt"] > made
    for name in ("time_to_first_token", "memory_read", "generation"):
        assert told[f"tapehead_{name}_seconds_count"] == 2
        assert told[f"tapehead_{name}_seconds_sum"] > 0
    assert told["tapehead_null_weight_count"] == 2
    first_of_two = told["tapehead_null_weight_bucket le=0.95"]
    assert first_of_two == 1, "of the first message nothing could be relevant: its weight is 1"


async def test_the_times_of_a_reply_add_up_to_its_total(service: Service) -> None:
    """Else a first token would be told too early or too late: steps are laps, one after another."""
    reply = await service.say("hello")
    told = await samples(service)
    total = (
        told["tapehead_time_to_first_token_seconds_sum"] + told["tapehead_generation_seconds_sum"]
    )
    assert total == pytest.approx(reply["timings"]["total_ms"] / 1000, abs=1e-6)


async def test_how_things_stand_is_looked_up(service: Service) -> None:
    service.language.hold = asyncio.Event()
    asking = asyncio.create_task(service.say("hello"))
    await eventually(lambda: service.language.prompts)
    during = await samples(service)
    assert during["tapehead_replies_running"] == 1
    assert during["tapehead_replies_limit"] == 64
    assert during["tapehead_engine_up"] == 1
    assert during["tapehead_database_connections_in_use"] == 0, "none is held while tokens flow"
    assert during["tapehead_tape_cache_users"] == 1
    assert during["tapehead_tape_cache_rebuilds_total"] == 1
    service.language.hold.set()
    await asking
    service.language.alive = False
    after = await samples(service)
    assert after["tapehead_replies_running"] == 0
    assert after["tapehead_engine_up"] == 0
    assert after["process_open_fds"] > 0


async def test_errors_are_counted_by_code_and_addresses_by_template(service: Service) -> None:
    client = service.client
    for path in (f"/v1/memories/{CANARY}", f"/v1/memories/{CANARY}2", f"/{CANARY}"):
        await client.get(path, params={"user": CANARY})
    await client.request("PURGE", f"/v1/memories/{CANARY}")
    service.language.fail_after = 1
    assert (await client.post("/v1/chat", json={"message": CANARY})).status_code == 500
    told = await samples(service)
    one = "method=GET route=/v1/memories/{memory_id} status=404"
    assert told[f"tapehead_http_requests_total {one}"] == 2
    assert told["tapehead_http_requests_total method=GET route=unmatched status=404"] == 1
    assert told["tapehead_http_requests_total method=POST route=/v1/chat status=500"] == 1
    assert told["tapehead_http_errors_total code=not_found"] == 3
    assert told["tapehead_http_errors_total code=method_not_allowed"] == 1
    assert told["tapehead_http_errors_total code=internal_error"] == 1
    assert told["tapehead_replies_total code=internal_error status=failed"] == 1
    assert any("method=other" in name for name in told)
    assert not any(CANARY in name for name in told)


async def test_no_name_or_text_of_anybody_is_in_it(service: Service) -> None:
    await service.say(f"I am {CANARY}", user=CANARY)
    await service.client.get("/v1/memories", headers={"X-User-Id": CANARY})
    page = (await service.client.get("/metrics")).text
    assert CANARY not in page
    labels = set(re.findall(r'(\w+)="', page))
    assert labels == {"method", "route", "status", "code", "kind", "le", "pool"}


async def test_each_app_counts_for_itself(settings: Settings) -> None:
    async with running(settings) as first:
        await first.say("hello")
    async with running(settings) as second:
        assert "tapehead_replies_total code= status=complete" not in await samples(second)


async def test_it_can_be_switched_off(settings: Settings) -> None:
    async with running(settings.model_copy(update={"metrics": False})) as service:
        assert (await service.client.get("/metrics")).status_code == 404


async def test_where_there_are_keys_it_is_for_admins(service: Service) -> None:
    keys = service.app.state.services.api_keys
    _, admin = keys.create("admin", "me")
    _, user = keys.create("user", "Ann", user_id="ann")
    statuses = {}
    for secret in (None, user, admin):
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        statuses[secret] = (await service.client.get("/metrics", headers=headers)).status_code
    assert statuses == {None: 401, user: 403, admin: 200}
