"""The export of a client that talked here adds only what was not said here."""

import asyncio
import json
from typing import Any

from support.archives import send, texts
from support.eventually import eventually
from support.service import Service

CHAT = {"X-OpenWebUI-Chat-Id": "a-chat"}
ANSWER = "Noted, thank you."


async def ask(service: Service, *said: str) -> None:
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]
    body = {"model": "fake", "messages": messages}
    answer = await service.client.post("/v1/chat/completions", json=body, headers=CHAT)
    assert answer.status_code == 200, answer.text


def exported(*said: str, **siblings: str) -> str:
    """Open WebUI's export of a chat; ``siblings`` are texts of other branches, by the id of the
    message that they follow.
    """
    messages: dict[str, Any] = {}
    for at, text in enumerate(said):
        role = "assistant" if at % 2 else "user"
        parent = f"m{at - 1}" if at else None
        messages[f"m{at}"] = {"role": role, "content": text, "parentId": parent, "timestamp": 17}
    for parent, text in siblings.items():
        other = {"role": "assistant", "content": text, "parentId": parent, "timestamp": 18}
        messages[f"other-{parent}"] = other
    history = {"messages": messages, "currentId": f"m{len(said) - 1}"}
    return json.dumps([{"id": "a-chat", "title": "Dogs", "chat": {"history": history}}])


async def test_the_export_of_a_chat_that_was_had_here_adds_nothing(
    service_on_each: Service,
) -> None:
    service = service_on_each
    await ask(service, "yes")
    await ask(service, "yes", ANSWER, "no")
    await ask(service, "yes", ANSWER, "no")
    await ask(service, "yes", ANSWER, "no", ANSWER, "yes")
    before = await texts(service)
    assert len(before) == 6
    folded = '<details type="reasoning" done="true">\nWell.\n</details>\n' + ANSWER
    file = exported("yes", ANSWER, "no", folded, "yes", f"{ANSWER}\n", m2="Another answer.")
    for _ in range(2):
        done = (await send(service, file))[-1]
        assert (done["imported"], done["kept"]) == (0, 6)
        assert await texts(service) == before
    longer = exported("yes", ANSWER, "no", ANSWER, "yes", ANSWER, "yes", "Elsewhere.")
    done = (await send(service, longer))[-1]
    assert (done["imported"], done["kept"]) == (2, 6), "what was said elsewhere since"


async def test_of_an_answer_that_was_stopped_the_client_may_have_less(service: Service) -> None:
    service.language.hold, service.language.hold_from = asyncio.Event(), 2
    said = [{"role": "user", "content": "yes"}]
    body = {"model": "fake", "messages": said, "stream": True}
    async with service.client.stream(
        "POST", "/v1/chat/completions", json=body, headers=CHAT
    ) as stream:
        async for line in stream.aiter_lines():
            if "thank" in line:
                break

    async def turns() -> list[dict[str, Any]]:
        found = await service.client.get("/v1/conversations/a-chat/turns")
        results: list[dict[str, Any]] = found.json()["results"]
        return results

    async def stopped() -> bool:
        return (await turns())[-1]["status"] == "aborted"

    await eventually(stopped)
    done = (await send(service, exported("yes", "Noted,")))[-1]
    assert (done["imported"], done["kept"]) == (0, 2)


async def test_a_chat_that_is_continued_after_its_import_is_one(service: Service) -> None:
    """And a turn that was imported can be regenerated."""
    await send(service, exported("yes", "Elsewhere.", "no", "There."))
    await ask(service, "yes", "Elsewhere.", "no")
    assert await texts(service) == ["yes", "Elsewhere.", "no", ANSWER]
    done = (await send(service, exported("yes", "Elsewhere.", "no", ANSWER)))[-1]
    assert done["imported"] == 0
