"""The way to a server that speaks OpenAI's protocol: its routes, and its faults as our errors."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import stamina
from httpx_sse import EventSource, SSEError
from pydantic import ValidationError

from models.language import openai_types
from models.language.base import LanguageModelError, ModelFailed, ModelTimeout, ModelUnreachable
from models.language.openai_types import Card, Cards, Chunk

CONNECT_SECONDS = 5.0
PROBE_SECONDS = 5.0
# What breaks before the answer began may be a connection that the server had closed meanwhile, or
# its restart.
ATTEMPTS = 3
MOST_ERROR_BYTES = 65_536
# After the reason why it ended, usage may follow; after that, what ends the response in order, so
# that its connection can be used again. Neither is worth a long wait.
USAGE_SECONDS = 2.0
END_SECONDS = 0.1


class Upstream:
    """The server at ``url``, which mostly ends in ``/v1``; ``root`` is the same without that.

    ``silence`` is how long it may say nothing, in seconds. Every method that does not say otherwise
    raises LanguageModelError.
    """

    def __init__(self, url: str, *, key: str | None = None, silence: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.root = self.url.removesuffix("/v1")
        self._silence = silence
        self._unspoken: set[str] = set()
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(silence, connect=CONNECT_SECONDS),
            # How many may generate at once is decided before: this must not be a second queue.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            trust_env=False,  # the settings say where requests go, and nothing else
        )

    async def close(self) -> None:
        """End every response. Raises nothing."""
        await self._http.aclose()

    async def models(self) -> list[Card]:
        """What it offers; nothing, if it does not list that in the usual form."""
        response = await self._send("GET", f"{self.url}/models", timeout=PROBE_SECONDS)
        try:
            if response.status_code in (401, 403, 429, 502, 503, 504):
                raise openai_types.fault(response.status_code, "")
            return Cards.model_validate_json(await response.aread()).data
        except (ValidationError, httpx.HTTPError):
            return []
        finally:
            await response.aclose()

    async def window(self) -> int | None:
        """The tokens of one request of llama.cpp's server, if it is one. Raises nothing."""
        try:
            response = await self._http.get(f"{self.root}/props", timeout=PROBE_SECONDS)
            return int(response.json()["default_generation_settings"]["n_ctx"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    async def healthy(self) -> bool:
        """Whether it answers, and does not say that it is ill. Raises nothing."""
        try:
            response = await self._http.get(f"{self.root}/health", timeout=PROBE_SECONDS)
        except httpx.HTTPError:
            return False
        return not response.is_server_error

    async def answer(self, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """The parts of the answer to a chat completion. Closing the generator ends the request.

        What goes wrong after its finish is overlooked.
        """
        response = await self._begin(body)
        events = EventSource(response).aiter_sse()
        patience, finished = self._silence, False
        try:
            while True:
                try:
                    async with asyncio.timeout(patience):
                        event = await anext(events)
                    if event.data == "[DONE]":
                        patience = END_SECONDS
                        continue
                    chunk = openai_types.read_chunk(event.data)
                except StopAsyncIteration:
                    return
                except (TimeoutError, httpx.HTTPError, LanguageModelError) as why:
                    if finished:
                        return
                    raise _in_words(why) from None
                if chunk.finish_reason:
                    finished, patience = True, min(patience, USAGE_SECONDS)
                yield chunk
        finally:
            await response.aclose()

    async def _begin(self, body: dict[str, Any]) -> httpx.Response:
        """The response, once it has begun.

        Until then nothing was shown, so what breaks is tried again. A server that is busy is not
        asked again: who asked us is told.
        """
        async for attempt in stamina.retry_context(
            ModelUnreachable,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=0.1,
            wait_max=1.0,
            wait_jitter=0.1,
        ):
            with attempt:
                return await self._ask(body)
        raise AssertionError  # the last attempt returns or raises

    async def _ask(self, body: dict[str, Any]) -> httpx.Response:
        """One attempt; and one more, without it, for each part of the body that is refused."""
        while True:
            spoken = self._in_its_words(body)
            response = await self._send("POST", f"{self.url}/chat/completions", json=spoken)
            if response.is_success:
                return response
            try:
                said = await _beginning(response)
            finally:
                await response.aclose()
            refused = response.status_code in (400, 422) and not openai_types.too_long(said)
            if not (refused and self._learn(spoken, said)):
                raise openai_types.fault(response.status_code, said)

    def _in_its_words(self, body: dict[str, Any]) -> dict[str, Any]:
        spoken = {name: value for name, value in body.items() if name not in self._unspoken}
        if "max_tokens" in self._unspoken:
            spoken["max_completion_tokens"] = body["max_tokens"]
        return spoken

    def _learn(self, spoken: dict[str, Any], said: str) -> bool:
        """Whether a refusal names what can be said otherwise, or left out; it is, from then on."""
        for name, instead in (
            ("stream_options", "stream_options"),
            ("cache_salt", "cache_salt"),
            ("max_tokens", "max_completion_tokens"),  # OpenAI's newer models
        ):
            if name in spoken and name in said and instead in said:
                self._unspoken.add(name)
                return True
        return False

    async def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        timeout = more.pop("timeout", httpx.USE_CLIENT_DEFAULT)
        request = self._http.build_request(method, url, timeout=timeout, **more)
        try:
            return await self._http.send(request, stream=True)
        except (httpx.ConnectTimeout, httpx.ConnectError):
            raise ModelUnreachable(f"nobody answers at {self.url}") from None
        except httpx.TimeoutException:
            raise ModelTimeout("the engine did not begin to answer in time") from None
        except httpx.TransportError:
            raise ModelUnreachable("the engine closed the connection") from None


async def _beginning(response: httpx.Response) -> str:
    """So much of a body as an error may need."""
    read = b""
    try:
        async for part in response.aiter_bytes():
            read += part
            if len(read) >= MOST_ERROR_BYTES:
                break
    except httpx.HTTPError:
        pass  # the status says enough
    return read.decode("utf-8", "replace")


def _in_words(why: Exception) -> Exception:
    match why:
        case TimeoutError() | httpx.TimeoutException():
            return ModelTimeout("the engine fell silent in the middle of its answer")
        case SSEError():  # an httpx.HTTPError, too
            return ModelFailed("the engine does not answer with a stream of events")
        case httpx.HTTPError():
            return ModelFailed("the engine's answer broke off")
    return why
