"""The HTTP client of a server with OpenAI's protocol."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

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
# A whole answer comes after all of it was generated. OpenAI's clients wait as long.
WHOLE_SECONDS = 600.0
MAX_ANSWER_BYTES = 33_554_432
# Fields that some servers refuse, and their names there; None: the field can be left out.
_ALTERNATIVES = {
    "stream_options": None,
    "cache_salt": None,
    "max_tokens": "max_completion_tokens",  # OpenAI's newer models
    "reasoning_effort": None,
    "top_k": None,
    "min_p": None,
}
_OWN_FIELDS = frozenset(("cache_salt",))  # of a client's request; the others are the client's


class _Event(Protocol):
    @property
    def ends(self) -> bool:
        """Whether little or nothing follows it."""


EventT = TypeVar("EventT", bound=_Event)


class OpenAIClient:
    """The server at ``url``, which usually ends in ``/v1``; ``root`` is without that.

    ``read_timeout``: seconds without data after which a request fails. Methods raise
    LanguageModelError unless they say otherwise.
    """

    def __init__(self, url: str, *, api_key: str | None = None, read_timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.root = self.url.removesuffix("/v1")
        self._read_timeout = read_timeout
        self._secrets = tuple(each for each in (api_key, self.url, self.root) if each)
        self._refused_fields: set[tuple[object, str]] = set()  # of a model
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
        async with aclosing(self._events(response, openai_types.read_chunk)) as events:
            async for chunk in events:
                yield chunk

    async def forward(
        self, body: Mapping[str, Any], read: Callable[[str], EventT], *, adapt: bool = False
    ) -> AsyncGenerator[EventT, None]:
        """The events of the answer to a client's own request, as ``read`` makes them of their data.

        ``adapt``: fields that the server refuses are renamed or left out. Closing the generator
        ends the request. Raises RequestRefused.
        """
        response = await self._begin(body, forwarded=True, adapt=adapt)
        async with aclosing(self._events(response, read)) as events:
            async for event in events:
                yield event

    async def forward_whole(self, body: Mapping[str, Any], *, adapt: bool = False) -> str:
        """The body of the answer to a client's own request that is not streamed.

        ``adapt`` as in ``forward``. Raises RequestRefused.
        """
        response = await self._begin(body, forwarded=True, adapt=adapt, timeout=WHOLE_SECONDS)
        try:
            content = await _beginning(response, MAX_ANSWER_BYTES)
        except httpx.HTTPError as error:
            raise _translated(error) from None
        finally:
            await response.aclose()
        if len(content) >= MAX_ANSWER_BYTES:
            raise ModelFailed("the engine's answer is too long")
        return content.decode("utf-8", "replace")

    async def _events(
        self, response: httpx.Response, read: Callable[[str], EventT]
    ) -> AsyncGenerator[EventT, None]:
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
                    made = read(event.data)
                except StopAsyncIteration:
                    return
                except (TimeoutError, httpx.HTTPError, LanguageModelError) as error:
                    if finished:
                        return
                    raise _translated(error) from None
                if made.ends:
                    finished, timeout = True, min(timeout, USAGE_SECONDS)
                yield made
        finally:
            await response.aclose()

    async def _begin(
        self,
        body: Mapping[str, Any],
        *,
        forwarded: bool = False,
        adapt: bool = True,
        timeout: float | None = None,
    ) -> httpx.Response:
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
                return await self._post(body, forwarded, adapt, timeout or self._read_timeout)
        raise AssertionError  # the last attempt returns or raises

    async def _post(
        self, body: Mapping[str, Any], forwarded: bool, adapt: bool, timeout: float
    ) -> httpx.Response:
        """Send the request, again for each field that the server refuses and can do without.

        Without ``adapt`` these are only the fields that the service added.
        """
        optional = _ALTERNATIVES.keys() if adapt else _OWN_FIELDS
        while True:
            adapted = self._adapted(body, optional)
            response = await self._send(
                "POST",
                f"{self.url}/chat/completions",
                content=json.dumps(adapted, separators=(",", ":")),
                headers={"Content-Type": "application/json"},
                timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
            )
            if response.is_success:
                return response
            try:
                message = await _error_body(response)
            finally:
                await response.aclose()
            status = response.status_code
            refused = status in (400, 422) and not openai_types.is_too_long(message)
            if refused and self._note_refused(adapted, message, optional):
                continue
            if forwarded:
                raise openai_types.refusal_of(status, message, self._secrets)
            raise openai_types.error_of(status, message)

    def _adapted(self, body: Mapping[str, Any], optional: Collection[str]) -> dict[str, Any]:
        """The body with the alternatives of fields that the server refused before."""
        model = body.get("model")
        refused = {name for name in optional if (model, name) in self._refused_fields}
        names = {name: _ALTERNATIVES[name] if name in refused else name for name in body}
        return {other: body[name] for name, other in names.items() if other}

    def _note_refused(
        self, body: Mapping[str, Any], message: str, optional: Collection[str]
    ) -> bool:
        """Whether the message refuses a field with an alternative, which this model then gets."""
        for name in optional:
            other = _ALTERNATIVES[name]
            if name in body and name in message and (other or name) in message:
                self._refused_fields.add((body.get("model"), name))
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


async def _error_body(response: httpx.Response) -> str:
    """At most the first MAX_ERROR_BYTES of a body."""
    try:
        return (await _beginning(response, MAX_ERROR_BYTES)).decode("utf-8", "replace")
    except httpx.HTTPError:
        return ""  # the status is enough


async def _beginning(response: httpx.Response, most: int) -> bytes:
    """At most so many bytes of a body, and the rest of the piece that they end in."""
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) >= most:
            break
    return bytes(content)


def _translated(error: Exception) -> Exception:
    match error:
        case TimeoutError() | httpx.TimeoutException():
            return ModelTimeout("the engine stopped in the middle of its answer")
        case SSEError():  # a subclass of httpx.HTTPError
            return ModelFailed("the engine does not answer with an event stream")
        case httpx.HTTPError():
            return ModelFailed("the engine's answer was cut off")
    return error
