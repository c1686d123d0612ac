"""The HTTP client of a server with OpenAI's protocol."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import stamina
from httpx_sse import EventSource, SSEError
from pydantic import ValidationError

from models.language import openai_types
from models.language.base import LanguageModelError, ModelFailed, ModelTimeout, ModelUnreachable
from models.language.openai_types import Chunk, ModelCard, ModelList

CONNECT_SECONDS = 5.0
PROBE_SECONDS = 5.0
# A connection may break before the answer starts, because the server closed or restarts it.
ATTEMPTS = 3
MAX_ERROR_BYTES = 65_536
# Usage may follow the finish reason, and then the end of the response, after which its connection
# can be reused. Neither is worth a long wait.
USAGE_SECONDS = 2.0
END_SECONDS = 0.1
# Fields that some servers refuse, and their names there; None: the field can be left out.
_ALTERNATIVES = {
    "stream_options": None,
    "cache_salt": None,
    "max_tokens": "max_completion_tokens",  # OpenAI's newer models
}


class OpenAIClient:
    """The server at ``url``, which usually ends in ``/v1``; ``root`` is without that.

    ``read_timeout``: seconds without data after which a request fails. Methods raise
    LanguageModelError unless they say otherwise.
    """

    def __init__(self, url: str, *, api_key: str | None = None, read_timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.root = self.url.removesuffix("/v1")
        self._read_timeout = read_timeout
        self._refused_fields: set[str] = set()
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(read_timeout, connect=CONNECT_SECONDS),
            # Admission limits the running requests: the pool must not be a second queue.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            trust_env=False,  # no proxies: only the settings decide where requests go
        )

    async def close(self) -> None:
        """End every response. Raises nothing."""
        await self._http.aclose()

    async def models(self) -> list[ModelCard]:
        """The listed models; empty if the server has no such list."""
        response = await self._send("GET", f"{self.url}/models", timeout=PROBE_SECONDS)
        try:
            if response.status_code in (401, 403, 429, 502, 503, 504):
                raise openai_types.error_of(response.status_code, "")
            return ModelList.model_validate_json(await response.aread()).data
        except (ValidationError, httpx.HTTPError):
            return []
        finally:
            await response.aclose()

    async def window(self) -> int | None:
        """The context window of one request on llama.cpp's server, in tokens. Raises nothing."""
        try:
            response = await self._http.get(f"{self.root}/props", timeout=PROBE_SECONDS)
            return int(response.json()["default_generation_settings"]["n_ctx"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None

    async def healthy(self) -> bool:
        """Whether it answers, without a server error. Raises nothing."""
        try:
            response = await self._http.get(f"{self.root}/health", timeout=PROBE_SECONDS)
        except httpx.HTTPError:
            return False
        return not response.is_server_error

    async def answer(self, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
        """The chunks of a chat completion. Closing the generator ends the request.

        Errors after the finish reason are ignored.
        """
        response = await self._begin(body)
        events = EventSource(response).aiter_sse()
        timeout, finished = self._read_timeout, False
        try:
            while True:
                try:
                    async with asyncio.timeout(timeout):
                        event = await anext(events)
                    if event.data == "[DONE]":
                        timeout = END_SECONDS
                        continue
                    chunk = openai_types.read_chunk(event.data)
                except StopAsyncIteration:
                    return
                except (TimeoutError, httpx.HTTPError, LanguageModelError) as error:
                    if finished:
                        return
                    raise _translated(error) from None
                if chunk.finish_reason:
                    finished, timeout = True, min(timeout, USAGE_SECONDS)
                yield chunk
        finally:
            await response.aclose()

    async def _begin(self, body: dict[str, Any]) -> httpx.Response:
        """The response, once its headers have arrived.

        Until then a broken connection is retried. A busy server is not: the caller gets the error.
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
                return await self._post(body)
        raise AssertionError  # the last attempt returns or raises

    async def _post(self, body: dict[str, Any]) -> httpx.Response:
        """Send the request, again for each field that the server refuses and can do without."""
        while True:
            adapted = self._adapted(body)
            response = await self._send("POST", f"{self.url}/chat/completions", json=adapted)
            if response.is_success:
                return response
            try:
                message = await _beginning(response)
            finally:
                await response.aclose()
            refused = response.status_code in (400, 422) and not openai_types.is_too_long(message)
            if not (refused and self._note_refused(adapted, message)):
                raise openai_types.error_of(response.status_code, message)

    def _adapted(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with the alternatives of fields that the server refused before."""
        names = {
            name: _ALTERNATIVES[name] if name in self._refused_fields else name for name in body
        }
        return {other: body[name] for name, other in names.items() if other}

    def _note_refused(self, body: dict[str, Any], message: str) -> bool:
        """Whether the message refuses a field with an alternative, which is used from now on."""
        for name, other in _ALTERNATIVES.items():
            if name in body and name in message and (other or name) in message:
                self._refused_fields.add(name)
                return True
        return False

    async def _send(self, method: str, url: str, **options: Any) -> httpx.Response:
        timeout = options.pop("timeout", httpx.USE_CLIENT_DEFAULT)
        request = self._http.build_request(method, url, timeout=timeout, **options)
        try:
            return await self._http.send(request, stream=True)
        except (httpx.ConnectTimeout, httpx.ConnectError):
            raise ModelUnreachable(f"no server answers at {self.url}") from None
        except httpx.TimeoutException:
            raise ModelTimeout("the engine did not start to answer in time") from None
        except httpx.TransportError:
            raise ModelUnreachable("the engine closed the connection") from None


async def _beginning(response: httpx.Response) -> str:
    """At most the first MAX_ERROR_BYTES of a body."""
    content = b""
    try:
        async for part in response.aiter_bytes():
            content += part
            if len(content) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        pass  # the status is enough
    return content.decode("utf-8", "replace")


def _translated(error: Exception) -> Exception:
    match error:
        case TimeoutError() | httpx.TimeoutException():
            return ModelTimeout("the engine stopped in the middle of its answer")
        case SSEError():  # a subclass of httpx.HTTPError
            return ModelFailed("the engine does not answer with an event stream")
        case httpx.HTTPError():
            return ModelFailed("the engine's answer was cut off")
    return error
