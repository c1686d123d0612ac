"""Users who talk, each in one conversation, and remember every word that they were promised."""

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx

AGAIN_SECONDS = 0.2
"""After a fault, until the next message."""


@dataclass(slots=True)
class Said:
    """One message. It was accepted once its ``reply_id`` was told, and done once its ``answer``."""

    user: str
    text: str
    conversation: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    reply_id: str | None = None
    answer: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What the database has of one."""

    user: str
    id: str
    role: str
    text: str
    status: str


async def talk(address: str, keys: Mapping[str, str], end: asyncio.Event) -> list[Said]:
    """Every user of these API keys talks until ``end`` is set, and then to the end of a message."""
    said: list[Said] = []
    limits = httpx.Limits(max_connections=len(keys))
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await asyncio.gather(*(_talk(client, *who, end, said) for who in keys.items()))
    return said


async def _talk(
    client: httpx.AsyncClient, user: str, key: str, end: asyncio.Event, said: list[Said]
) -> None:
    conversation, number = None, 0
    while not end.is_set():
        number += 1
        one = Said(user, f"{user} tells number {number}", conversation)
        said.append(one)
        try:
            await _say(client, key, one)
        except httpx.HTTPError as error:
            one.fault = type(error).__name__
        one.ended = time.monotonic()
        conversation = one.conversation
        if one.fault is not None:
            await asyncio.sleep(AGAIN_SECONDS)


async def _say(client: httpx.AsyncClient, key: str, one: Said) -> None:
    body = {"message": one.text, "stream": True, "conversation_id": one.conversation}
    headers = {"Authorization": f"Bearer {key}", "X-Request-ID": one.id}
    async with client.stream("POST", "/v1/chat", json=body, headers=headers) as response:
        if response.status_code != 200:
            one.fault = _code(await response.aread(), response.status_code)
            return
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name in ("reply", "done", "error"):
                data = json.loads(line.removeprefix("data: "))
                if name == "error":
                    one.fault = data["error"]["code"]
                    return
                one.reply_id, one.conversation = data["id"], data["conversation_id"]
                one.answer = data.get("message")
    if one.answer is None:
        one.fault = "cut off"


def _code(body: bytes, status: int) -> str:
    """The code of our error; of nginx's own page, its status."""
    try:
        code: str = json.loads(body)["error"]["code"]
    except ValueError:
        return str(status)
    return code


def lost(said: Iterable[Said], turns: Iterable[Turn]) -> list[str]:
    """What was promised and is not there, or is there and never was said, in words."""
    turns = list(turns)
    questions = Counter((turn.user, turn.text) for turn in turns if turn.role == "user")
    answers = {turn.id: turn for turn in turns if turn.role == "assistant"}
    faults = [f"{turn.id} of {turn.user} is pending" for turn in turns if turn.status == "pending"]
    faults += [f"{what} is there {times} times" for what, times in questions.items() if times > 1]
    asked = {(one.user, one.text) for one in said}
    faults += [f"nobody said {what}" for what in questions if what not in asked]
    for one in said:
        if one.reply_id is None:
            continue
        answer = answers.get(one.reply_id)
        if not questions[one.user, one.text]:
            faults.append(f"{one.text!r} was accepted and is gone")
        if answer is None or answer.user != one.user:
            faults.append(f"the answer to {one.text!r} is gone")
        elif one.answer is not None and (answer.status, answer.text) != ("complete", one.answer):
            faults.append(f"{one.text!r} was answered, and is {answer.status}: {answer.text!r}")
        elif one.answer is None and answer.text and answer.status == "failed":
            faults.append(f"half an answer to {one.text!r}")
    return faults
