"""``POST /v1/replies/{id}/stop``: what outlives its listener can still be stopped."""

import asyncio
from typing import Any

import pytest
from httpx_sse import aconnect_sse
from support.eventually import eventually
from support.service import Service

pytestmark = pytest.mark.asyncio
BODY = {"message": "Go on and on.", "stream": True, "background": True}


async def stop(service: Service, reply_id: str, user: str = "local") -> int:
    path, headers = f"/v1/replies/{reply_id}/stop", {"X-User-Id": user}
    return (await service.client.post(path, headers=headers)).status_code


async def test_a_background_reply_is_stopped_and_its_listener_is_told(service: Service) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 2
    heard: list[tuple[str, Any]] = []
    async with aconnect_sse(service.client, "POST", "/v1/chat", json=BODY) as source:
        async for event in source.aiter_sse():
            heard.append((event.event, event.json()))
            if len([name for name, _ in heard if name == "delta"]) == 2 and len(heard) == 4:
                assert await stop(service, heard[0][1]["id"], user="bob") == 404
                assert await stop(service, heard[0][1]["id"]) == 204
    name, last = heard[-1]
    assert (name, last["error"]["code"]) == ("error", "reply_interrupted")
    reply = (await service.client.get(f"/v1/replies/{heard[0][1]['id']}")).json()
    assert (reply["status"], reply["message"]) == ("aborted", "Noted, thank ")
    assert service.language.cancelled == 1


async def test_what_has_ended_stays_as_it_is(service: Service) -> None:
    reply = await service.say("Hello.")
    assert await stop(service, reply["id"]) == 204
    assert (await service.client.get(f"/v1/replies/{reply['id']}")).json()["status"] == "complete"
    assert await stop(service, "nothing") == 404


async def test_a_reply_of_another_process_is_refused(service: Service) -> None:
    service.language.hold = asyncio.Event()
    under_way = asyncio.create_task(service.say("Slowly now."))
    chat = service.app.state.services.chat
    await eventually(lambda: chat.running)
    [(reply_id, running)] = chat.running.items()
    del chat.running[reply_id]  # as this process looks to another one
    assert await stop(service, reply_id) == 409
    chat.running[reply_id] = running
    service.language.hold.set()
    assert (await under_way)["status"] == "complete"
