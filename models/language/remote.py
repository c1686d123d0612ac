"""A language model behind a server with OpenAI's protocol. See ``LanguageModel``.

vLLM, llama.cpp, Ollama, ``transformers serve``, OpenAI, … Where a server supports it, it also
counts tokens, reports its context window and separates the prefix caches of users.

``stream`` makes a request of the service's own; ``pass_through`` forwards one of a client.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict
from typing import Any, Literal

from models.language.base import (
    ContextTooLong,
    Finish,
    Message,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    Piece,
    Sampling,
    Usage,
)
from models.language.chat_template import ChatTemplate
from models.language.control_tokens import ControlTokens
from models.language.detokenizer import StopText
from models.language.openai_client import OpenAIClient
from models.language.openai_types import ModelCard
from models.language.pass_through.answers import RawAnswer
from models.language.pass_through.forwarding import Forwarding
from models.language.pass_through.served_models import ServedModel, ServedModels
from models.language.token_counting import EstimatedCounter, ServerCounter, TokenCounter

log = logging.getLogger(__name__)

# For a server that reports no context window. Ollama's default, beyond which it cuts silently.
DEFAULT_WINDOW = 4096
# Between two health checks, and between two attempts to reach a server that has not started.
PROBE_EVERY_SECONDS = 5.0
WAIT_SECONDS = 2.0
_REASONS: dict[str, Literal["stop", "length"]] = {
    "stop": "stop",
    "length": "length",
    # text-generation-inference
    "eos_token": "stop",
    "stop_sequence": "stop",
}


class RemoteLanguageModel:
    """The model ``model`` of the server at ``url``, or its only model.

    Clients may also name its other models; if ``served`` names any, only these. ``window``
    overrides the server's. ``template`` is the model's own, for counting tokens. ``read_timeout``:
    seconds without data after which a request fails.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        model: str | None = None,
        served: Sequence[str] = (),
        window: int | None = None,
        template: ChatTemplate | None = None,
        read_timeout: float = 60.0,
    ) -> None:
        self._client = OpenAIClient(url, api_key=api_key, read_timeout=read_timeout)
        self._api_key = api_key
        self._model = model or next(iter(served), None)
        self._served = ServedModels(self._client, served)
        self._window = window
        self._counter: TokenCounter = template or EstimatedCounter()
        self._control_tokens = ControlTokens(template.controls if template else ())
        self._forwarding = Forwarding(self._client, self._control_tokens)
        self._knows_window = False
        self._alive = False
        self.restarts = 0  # unknown
        self._watch: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._model or ""

    @property
    def window(self) -> int:
        return self._window or DEFAULT_WINDOW

    @property
    def alive(self) -> bool:
        """Whether the server answered the last health check or request."""
        return self._alive

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._counter.count_tokens(self._escaped(messages))

    def count_text(self, text: str) -> int:
        return self._counter.count_text(self._control_tokens.escape(text))

    async def start(self) -> None:
        """Wait for the server and detect its features. Raises ModelRefused."""
        try:
            while not self._alive:
                try:
                    await self._detect(await self._client.models())
                    self._alive = True
                except (ModelUnreachable, ModelTimeout, ModelBusy) as error:
                    log.warning("%s; waiting for it", error)
                    await asyncio.sleep(WAIT_SECONDS)
            self._watch = asyncio.create_task(self._keep_watching())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        self._alive = False
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await self._client.close()
        if isinstance(self._counter, ServerCounter):
            self._counter.close()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncGenerator[Piece | Finish, None]:
        prompt_tokens = await asyncio.to_thread(self.count_tokens, messages)
        room = self.window - prompt_tokens
        if room < 1:
            raise ContextTooLong(prompt_tokens, self.window)
        body = self._body(messages, sampling, room, cache_salt)
        # Also looked for here, because some servers ignore stop texts.
        stop, answer = StopText(sampling.stop), ""
        reason: str | None = None
        usage: Usage | None = None
        try:
            async with aclosing(self._client.answer(body)) as chunks:
                async for chunk in chunks:
                    usage = chunk.usage.as_usage() if chunk.usage else usage
                    new_text, stopped = stop.push(chunk.text)
                    if stopped:
                        reason = "stop"
                    elif chunk.finish_reason:
                        reason = chunk.finish_reason
                        new_text += stop.flush()
                    if new_text:
                        answer += new_text
                        yield Piece(new_text)
                    if stopped:
                        break
        except ModelUnreachable:
            self._alive = False
            raise
        if reason not in _REASONS:
            # No reason, or one of an incomplete answer: blocked by a filter, aborted.
            raise ModelFailed("the engine's answer is incomplete")
        if usage is None:
            usage = Usage(prompt_tokens, await asyncio.to_thread(self.count_text, answer))
        yield Finish(_REASONS[reason], usage)

    async def pass_through(
        self,
        request: Mapping[str, Any],
        preface: str,
        *,
        cache_salt: str | None = None,
        translated: bool = False,
    ) -> AsyncGenerator[RawAnswer | Finish, None]:
        """The answer to a client's own request, as the server gives it, then one ``Finish``.

        See ``Forwarding``.
        """
        forwarded = self._forwarding.pass_through(request, preface, cache_salt, translated)
        try:
            async with aclosing(forwarded) as items:
                async for item in items:
                    yield item
        except ModelUnreachable:
            self._alive = False
            raise

    async def served_models(self) -> list[ServedModel]:
        """The models that clients may name, the default one first."""
        return await self._served.all(self.name)

    async def served_model(self, name: str) -> ServedModel | None:
        """A model by its name; None if clients may not name it."""
        return await self._served.find(name, self.name)

    def known_models(self) -> list[ServedModel]:
        """The same as they were last listed, without asking the server."""
        return self._served.known(self.name)

    def known_model(self, name: str) -> ServedModel | None:
        """A model by its name, without asking the server."""
        return self._served.find_known(name, self.name)

    async def refresh_models(self) -> None:
        """Ask the server for its models, unless it was asked just now. Raises nothing."""
        await self._served.refresh()

    def window_of(self, model: ServedModel) -> int | None:
        """The context window of a model in tokens; None if nobody says how large it is."""
        if model.id == self.name:
            return self._window if self._knows_window else None
        return model.window

    def _body(
        self, messages: Sequence[Message], sampling: Sampling, room: int, cache_salt: str | None
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [asdict(message) for message in self._escaped(messages)],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": min(sampling.max_tokens, room),
        }
        if sampling.seed is not None:
            # llama.cpp's seed has 32 bits, and -1 is random there.
            body["seed"] = sampling.seed % 2**31
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if cache_salt is not None and self._forwarding.uses_salt:
            body["cache_salt"] = cache_salt
        return body

    def _escaped(self, messages: Sequence[Message]) -> list[Message]:
        return [Message(each.role, self._control_tokens.escape(each.content)) for each in messages]

    async def _detect(self, cards: Sequence[ModelCard]) -> None:
        """Determine the model and the features of its server from the models that it lists."""
        self._served.update(cards)
        names = [card.id for card in cards]
        if self._model is None:
            if len(names) != 1:
                offered = f"offers {', '.join(sorted(names)[:10])}" if names else "lists no models"
                raise ModelRefused(f"the server at {self._client.url} {offered}: name one")
            self._model = names[0]
        elif names and self._model not in names:
            log.warning("the engine does not list the model %s", self._model)
        card = next((card for card in cards if card.id == self._model), None)
        owner = card.owned_by if card else None
        vllm, llama_cpp = owner == "vllm", owner == "llamacpp"
        self._forwarding.uses_salt = vllm
        if self._window is None:
            per_request = await self._client.window() if llama_cpp else None
            self._window = per_request or (card.window if card else None)
        self._knows_window = self._window is not None
        if self._window is None:
            log.warning(
                "the engine reports no context window: %d tokens are assumed", DEFAULT_WINDOW
            )
        if (vllm or llama_cpp) and isinstance(self._counter, EstimatedCounter):
            self._counter = ServerCounter(
                self._client.root, self._model, api_key=self._api_key, llama_cpp=llama_cpp
            )

    async def _keep_watching(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY_SECONDS)
            healthy = await self._client.healthy()
            if healthy != self._alive:
                log.warning("the engine %s", "answers again" if healthy else "does not answer")
            self._alive = healthy
