"""Forwarding of a client's own request to a server with OpenAI's protocol."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from models.language.base import Finish, ModelFailed, Usage
from models.language.control_tokens import ControlTokens
from models.language.openai_client import OpenAIClient
from models.language.pass_through.answers import RawAnswer, read_event, read_whole
from models.language.pass_through.messages import strings, with_preface
from models.language.token_counting import EstimatedCounter


class Forwarding:
    """``uses_salt``: whether the server separates the prefix caches of users by ``cache_salt``."""

    def __init__(self, client: OpenAIClient, control_tokens: ControlTokens) -> None:
        self._client = client
        self._control_tokens = control_tokens
        self.uses_salt = False

    async def pass_through(
        self, request: Mapping[str, Any], preface: str, cache_salt: str | None, translated: bool
    ) -> AsyncGenerator[RawAnswer | Finish, None]:
        """The answer to a client's own request, as the server gives it, then one ``Finish``.

        ``request`` is the body of a chat completion. ``preface`` goes before the text of its last
        message of the user, without names of control tokens. The rest is left as it is, but in a
        ``translated`` request, fields that the server refuses are renamed or left out. Raises
        RequestRefused, and what ``LanguageModel.stream`` raises.
        """
        preface = self._control_tokens.escape(preface)
        body = {**request, "messages": with_preface(request["messages"], preface)}
        if cache_salt is not None and self.uses_salt:
            body["cache_salt"] = cache_salt
        last, usage, text, calls_tools = None, None, "", False
        async with aclosing(self._answers(body, translated)) as answers:
            async for answer in answers:
                yield answer
                usage = answer.usage or usage
                text += answer.text
                calls_tools = calls_tools or answer.calls_tools
                last = answer if answer.finish_reason else last
        if last is None:
            raise ModelFailed("the engine's answer is incomplete")
        if usage is None:
            usage = await asyncio.to_thread(_estimate, body, text)
        yield Finish(last.reason, usage, calls_tools)

    async def _answers(
        self, body: Mapping[str, Any], translated: bool
    ) -> AsyncGenerator[RawAnswer, None]:
        if not body.get("stream"):
            yield read_whole(await self._client.forward_whole(body, adapt=translated))
            return
        read = partial(read_event, single=body.get("n") in (None, 1))
        async with aclosing(self._client.forward(body, read, adapt=translated)) as events:
            async for event in events:
                yield event


def _estimate(body: Mapping[str, Any], answer: str) -> Usage:
    """For a server that reports no usage."""
    counter = EstimatedCounter()
    prompt = sum(map(counter.count_text, strings(body["messages"])))
    return Usage(prompt, counter.count_text(answer))
