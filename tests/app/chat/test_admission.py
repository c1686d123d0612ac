"""Who is refused, how, and that it leaves nothing behind."""

import asyncio
import random
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from support.eventually import eventually
from support.service import Service, running

from app.chat.admission import Admission
from app.errors import Overloaded, RateLimited, UserBusy
from app.settings import Settings


async def ask(service: Service, user: str, **more: Any) -> httpx.Response:
    return await service.client.post(
        "/v1/chat", json={"message": "hello", **more}, headers={"X-User-Id": user}
    )


def limited(settings: Settings, **limits: Any) -> Settings:
    return settings.model_copy(update=limits)


async def stored(service: Service, user: str) -> list[Any]:
    listed = await service.client.get("/v1/conversations", headers={"X-User-Id": user})
    results: list[Any] = listed.json()["results"]
    return results


async def test_of_many_at_once_only_as_many_begin_as_may(settings: Settings) -> None:
    """All arrive before the first is stored: the place is taken before anything is waited for."""
    async with running(limited(settings, max_concurrent_replies=4)) as service:
        service.language.hold = asyncio.Event()
        asked = [asyncio.create_task(ask(service, f"user{i}")) for i in range(40)]
        await eventually(lambda: sum(task.done() for task in asked) >= 36)
        refused = [task.result() for task in asked if task.done()]
        assert len(service.app.state.services.chat.running) <= 4
        service.language.hold.set()
        answers = await asyncio.gather(*asked)
        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [503] * 36
        for answer in refused:
            assert answer.json()["error"]["code"] == "too_many_replies"
            # Ten times as many are refused as there are places: the crowd is told to spread out.
            assert 1 <= int(answer.headers["retry-after"]) <= 9
        assert max(int(answer.headers["retry-after"]) for answer in refused) > 1
        kept = [await stored(service, f"user{i}") for i in range(40)]
        assert sum(map(len, kept)) == 4, "of those that were refused nothing was stored"
        assert (await ask(service, "user0")).status_code == 200, "the places are free again"


async def test_one_user_cannot_take_all_places(settings: Settings) -> None:
    async with running(limited(settings, user_max_concurrent_replies=2)) as service:
        service.language.hold = asyncio.Event()
        asked = [asyncio.create_task(ask(service, "greedy")) for _ in range(5)]
        await eventually(lambda: sum(task.done() for task in asked) >= 3)
        other = asyncio.create_task(ask(service, "modest"))
        await asyncio.sleep(0.05)
        service.language.hold.set()
        answers = await asyncio.gather(*asked)
        refused = [answer for answer in answers if answer.status_code != 200]
        assert {answer.status_code for answer in refused} == {429}
        assert {answer.json()["error"]["code"] for answer in refused} == {"too_many_user_replies"}
        assert all(answer.headers["retry-after"] for answer in refused)
        assert (await other).status_code == 200
        assert len(await stored(service, "greedy")) == 2


def test_a_few_users_leave_places_for_others() -> None:
    """Six users take all that they get, and take again whenever one of their replies ends."""
    admission, dice = Admission(64, 32), random.Random(1)
    greedy = {name: list[ExitStack]() for name in ("ann", "bob", "cat", "dan", "eve", "fay")}

    def take(user: str) -> ExitStack:
        with ExitStack() as stack:
            stack.enter_context(admission.place(user))
            return stack.pop_all()

    def take_all() -> None:
        for user, held in greedy.items():
            with suppress(UserBusy):
                while True:
                    held.append(take(user))

    take_all()
    with take("gil"):
        pass
    for _ in range(1000):
        held = greedy[dice.choice(list(greedy))]
        held.pop(dice.randrange(len(held))).close()
        take_all()
        with take("gil"):
            pass
    assert 64 - admission.running >= 8
    assert max(map(len, greedy.values())) <= 10


def test_one_user_may_take_all_where_the_operator_says_so() -> None:
    admission = Admission(4, 4)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(admission.place("ann"))
        with pytest.raises(Overloaded), admission.place("ann"):
            pass


async def test_a_rate_is_told_as_openai_tells_it(settings: Settings) -> None:
    async with running(limited(settings, user_reply_rate="2/hour")) as service:
        assert [(await ask(service, "ann")).status_code for _ in range(3)] == [200, 200, 429]
        refused = await ask(service, "ann", stream=True)
        assert refused.json()["error"]["code"] == "rate_limit_exceeded"
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert (await ask(service, "bob")).status_code == 200, "each user has a rate of their own"
        assert len(await stored(service, "ann")) == 2
        told = (await service.client.get("/metrics")).text
        assert 'tapehead_rejected_requests_total{code="rate_limit_exceeded"} 2.0' in told


async def test_memories_are_added_at_a_rate_and_forgotten_at_any(settings: Settings) -> None:
    async with running(limited(settings, user_write_rate="2/hour")) as service:
        client = service.client
        added = [await client.post("/v1/memories", json={"text": f"{i}"}) for i in range(3)]
        assert [answer.status_code for answer in added] == [201, 201, 429]
        one = f"/v1/memories/{added[0].json()['id']}"
        assert (await client.patch(one, json={"text": "x"})).status_code == 429
        assert (await client.get(one)).json()["memory"] == "0"
        assert (await client.delete(one)).status_code == 204
        everything = {"everything": True}
        assert (await client.delete("/v1/memories", params=everything)).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "content"),
    [
        ("/v1/memories", {"Content-Type": "application/json"}, '{"text": "more"}'),
        ("/v1/memories/import", {}, ""),
        (
            "/v1/documents",
            {"Content-Type": "text/plain", "Content-Disposition": "attachment; filename=a.txt"},
            "more",
        ),
        (
            "/v1/feedback",
            {"Content-Type": "application/json"},
            '{"reading_id": "r", "memory_id": "m", "feedback": null}',
        ),
    ],
)
async def test_every_way_to_write_is_bounded(
    settings: Settings, path: str, headers: dict[str, str], content: str
) -> None:
    async with running(limited(settings, user_write_rate="1/hour")) as service:
        first = await service.client.post(path, headers=headers, content=content)
        assert first.status_code != 429
        again = await service.client.post(path, headers=headers, content=content)
        assert again.status_code == 429
        assert 0 < int(again.headers["retry-after"]) <= 3600
        listed = (await service.client.get("/v1/memories")).json()["results"]
        assert len(listed) == (path in ("/v1/memories", "/v1/documents"))


@pytest.mark.parametrize("how", ["refused", "left", "failed", "replayed"])
async def test_every_place_is_given_back(settings: Settings, how: str) -> None:
    """However a request ends. With one place, the next would be refused if one were kept."""
    async with running(limited(settings, max_concurrent_replies=1)) as service:
        key, body = {"Idempotency-Key": "k"}, {"message": "hello"}
        for _ in range(3):
            if how == "refused":
                assert (await ask(service, "ann", conversation_id="nope")).status_code == 404
            elif how == "left":
                service.language.hold = asyncio.Event()
                with pytest.raises(httpx.ReadTimeout):
                    await service.client.post("/v1/chat", json=body, timeout=0.3)
                service.language.hold = None
                await eventually(lambda: not service.app.state.services.chat.running)
            elif how == "failed":
                service.language.fail_after = 0
                assert (await ask(service, "ann")).status_code == 500
                service.language.fail_after = None
            else:
                answer = await service.client.post("/v1/chat", json=body, headers=key)
                assert answer.status_code == 200
        admission = service.app.state.services.chat.admission
        assert admission.running == 0
        assert admission._of_user == {}
        assert (await ask(service, "ann")).status_code == 200


def test_a_user_who_is_refused_has_spent_nothing() -> None:
    """A rate counts what began: who is refused for want of a place keeps what they had."""
    admission = Admission(most=1, most_of_user=1, rate="2/hour")
    with admission.place("ann"):
        for _ in range(5):
            with pytest.raises(Overloaded), admission.place("ann"):
                pass
    with admission.place("ann"):
        pass
    with pytest.raises(RateLimited) as refused, admission.place("ann"):
        pass
    assert 3590 < refused.value.retry_after <= 3600
    roomy = Admission(most=2, most_of_user=1)
    with roomy.place("ann"), pytest.raises(UserBusy), roomy.place("ann"):
        pass
    assert admission.rejected == {"too_many_replies": 5, "rate_limit_exceeded": 1}


@pytest.mark.parametrize("rate", ["many", "0.5/minute", "/minute", "10"])
def test_what_is_no_rate_is_not_taken(rate: str) -> None:
    with pytest.raises(ValueError, match="120/minute"):
        Settings(_env_file=None, user_reply_rate=rate)
    with pytest.raises(ValueError, match="120/minute"):
        Settings(_env_file=None, user_write_rate=rate)


def test_the_larger_the_crowd_the_later_each_may_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr("app.chat.admission.time.monotonic", lambda: clock[0])
    admission = Admission(most=10, most_of_user=1)
    waits = [admission.overloaded().retry_after for _ in range(1000)]
    assert waits[:10] == [1] * 10
    assert waits[10:20] == [2] * 10
    assert waits[-1] == 30
    clock[0] += 1
    assert admission.overloaded().retry_after == 30, "the last second tells how large it is"
    clock[0] += 1
    assert admission.overloaded().retry_after == 1, "one only came in the second before"
    clock[0] += 100
    assert admission.overloaded().retry_after == 1
