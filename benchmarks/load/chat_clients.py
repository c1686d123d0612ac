"""Chatting users, each in one conversation, who record every acknowledgement."""

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx

RETRY_SECONDS = 0.2
"""Pause after an error."""


@dataclass(slots=True)
class SentMessage:
    """One message. ``reply_id`` is set once it was accepted, ``answer`` once it was completed."""

    user: str
    text: str
    conversation: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    reply_id: str | None = None
    answer: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in the database."""

    user: str
    id: str
    role: str
    text: str
    status: str


async def run_users(address: str, keys: Mapping[str, str], end: asyncio.Event) -> list[SentMessage]:
    """Chat as the user of each API key until ``end`` is set; messages in progress are finished."""
    messages: list[SentMessage] = []
    limits = httpx.Limits(max_connections=len(keys))
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        await asyncio.gather(
            *(_run_user(client, *credentials, end, messages) for credentials in keys.items())
        )
    return messages


async def _run_user(
    client: httpx.AsyncClient, user: str, key: str, end: asyncio.Event, messages: list[SentMessage]
) -> None:
    conversation, number = None, 0
    while not end.is_set():
        number += 1
        message = SentMessage(user, f"{user} tells number {number}", conversation)
        messages.append(message)
        try:
            await _send(client, key, message)
        except httpx.HTTPError as error:
            message.error = type(error).__name__
        message.ended = time.monotonic()
        conversation = message.conversation
        if message.error is not None:
            await asyncio.sleep(RETRY_SECONDS)


async def _send(client: httpx.AsyncClient, key: str, message: SentMessage) -> None:
    body = {"message": message.text, "stream": True, "conversation_id": message.conversation}
    headers = {"Authorization": f"Bearer {key}", "X-Request-ID": message.id}
    async with client.stream("POST", "/v1/chat", json=body, headers=headers) as response:
        if response.status_code != 200:
            message.error = _code(await response.aread(), response.status_code)
            return
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name in ("reply", "done", "error"):
                data = json.loads(line.removeprefix("data: "))
                if name == "error":
                    message.error = data["error"]["code"]
                    return
                message.reply_id, message.conversation = data["id"], data["conversation_id"]
                message.answer = data.get("message")
    if message.answer is None:
        message.error = "cut off"


def _code(body: bytes, status: int) -> str:
    """The error code of a JSON body, else the HTTP status."""
    try:
        code: str = json.loads(body)["error"]["code"]
    except ValueError:
        return str(status)
    return code


def find_losses(messages: Iterable[SentMessage], turns: Iterable[Turn]) -> list[str]:
    """One sentence for each acknowledged message that is missing or differs in the database, and
    for each stored message that no user sent.
    """
    turns = list(turns)
    questions = Counter((turn.user, turn.text) for turn in turns if turn.role == "user")
    answers = {turn.id: turn for turn in turns if turn.role == "assistant"}
    losses = [f"{turn.id} of {turn.user} is pending" for turn in turns if turn.status == "pending"]
    losses += [f"{what} is there {times} times" for what, times in questions.items() if times > 1]
    sent_texts = {(message.user, message.text) for message in messages}
    losses += [f"nobody said {what}" for what in questions if what not in sent_texts]
    for message in messages:
        if message.reply_id is None:
            continue
        answer = answers.get(message.reply_id)
        if not questions[message.user, message.text]:
            losses.append(f"{message.text!r} was accepted and is gone")
        if answer is None or answer.user != message.user:
            losses.append(f"the answer to {message.text!r} is gone")
        elif message.answer is not None and (answer.status, answer.text) != (
            "complete",
            message.answer,
        ):
            losses.append(f"{message.text!r} was answered, and is {answer.status}: {answer.text!r}")
        elif message.answer is None and answer.text and answer.status == "failed":
            losses.append(f"half an answer to {message.text!r}")
    return losses
