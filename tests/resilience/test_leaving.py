"""Who leaves, at every moment at which one can: what stops, what is kept, what is not left over."""

import asyncio

import pytest
from support.eventually import eventually
from support.service import Service, events, until_ended

ANSWER = "one two three four five six seven eight"
PIECES = [f"{word} " for word in ANSWER.split()[:-1]] + [ANSWER.split()[-1]]


@pytest.mark.parametrize("after", range(len(PIECES) + 1))
async def test_a_reply_that_is_left_after_so_many_pieces(service: Service, after: int) -> None:
    """The model waits before the next piece, so none can be made between the leaving and the end:
    what is kept is what was heard, to the letter.
    """
    language = service.language
    async for _ in events(service.client, {"message": "the first stream starts a watch for all"}):
        pass
    tasks = len(asyncio.all_tasks())
    language.answer, language.hold, language.hold_from = ANSWER, asyncio.Event(), after
    told = events(service.client, {"message": "count"})
    heard = 0
    async for name, data in told:
        if name == "reply":
            started = data
        heard += name == "delta"
        if name in ("memory", "delta") and heard == after:
            break
    while len(language.prompts) < 2:  # else it may be left before the model is asked
        await asyncio.sleep(0.005)
    await told.aclose()
    reply = await until_ended(service, started["id"])
    if after < len(PIECES):
        assert (reply["status"], reply["message"]) == ("aborted", "".join(PIECES[:after]))
        assert language.cancelled == 1
    else:  # all was said: whether it was left before its end is a race, and both ends are right
        assert reply["status"] in ("aborted", "complete")
        assert reply["message"] == ANSWER
    services = service.app.state.services
    assert services.chat.running == {}
    assert services.chat.admission.running == 0
    assert services.database.busy == 0
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks, 30)
    language.hold = None
    again = await service.say("go on", conversation_id=started["conversation_id"])
    assert again["status"] == "complete", "the conversation is free"


async def test_who_leaves_before_anything_was_said(service: Service) -> None:
    """Gone as soon as the request is sent: whatever was begun for it comes to an end."""
    language = service.language
    language.hold = asyncio.Event()
    port = service.client.base_url.port
    for _ in range(10):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b'{"message": "hello", "stream": true}'
        head = f"POST /v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        await writer.drain()
        writer.transport.abort()
    await asyncio.sleep(0.1)
    chat = service.app.state.services.chat
    await eventually(lambda: not chat.admission.running, 30)
    turns = (await service.client.get("/v1/conversations")).json()["results"]
    for conversation in turns:
        path = f"/v1/conversations/{conversation['id']}/turns"
        for turn in (await service.client.get(path)).json()["results"]:
            assert turn["status"] in ("complete", "aborted")
