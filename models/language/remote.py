"""A language model behind a server that speaks OpenAI's protocol. See ``LanguageModel``.

vLLM, llama.cpp, Ollama, ``transformers serve``, OpenAI itself, …: what they have in common, and
what some of them can besides: count tokens, tell their window, keep users' cached prompts apart.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
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
from models.language.control_tokens import Controls
from models.language.detokenizer import StopText
from models.language.openai_client import Upstream
from models.language.openai_types import Card
from models.language.token_counting import ByServer, ByTokenizer, Counter, Estimate

log = logging.getLogger(__name__)

# The window of a server that tells none. Ollama's default; and it cuts what is longer, silently.
DEFAULT_WINDOW = 4096
# How often the server is looked at, and how often one that is not there yet.
PROBE_EVERY_SECONDS = 5.0
WAIT_SECONDS = 2.0
_REASONS: dict[str, Literal["stop", "length"]] = {
    "stop": "stop",
    "length": "length",
    # Of text-generation-inference.
    "eos_token": "stop",
    "stop_sequence": "stop",
}


class RemoteLanguageModel:
    """The model ``model`` of the server at ``url``; of one that has only one, no name is needed.

    ``window`` is that of the server if it tells one; ``tokenizer`` the model's own, to count with;
    ``silence`` how long, in seconds, the server may say nothing.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        model: str | None = None,
        window: int | None = None,
        tokenizer: ByTokenizer | None = None,
        silence: float = 60.0,
    ) -> None:
        self._upstream = Upstream(url, key=key, silence=silence)
        self._key = key
        self._model = model
        self._window = window
        self._counter: Counter = tokenizer or Estimate()
        self._controls = Controls(tokenizer.template.controls if tokenizer else ())
        self._salted = False
        self._alive = False
        self.restarts = 0  # it is the server's own affair
        self._watch: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The model's id, as the server has it."""
        return self._model or ""

    @property
    def window(self) -> int:
        """The most tokens that a prompt and its answer may have together."""
        return self._window or DEFAULT_WINDOW

    @property
    def alive(self) -> bool:
        """Whether the server answered when it was last looked at or asked."""
        return self._alive

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The length of the whole prompt that these messages make, template included."""
        return self._counter.messages(self._harmless(messages))

    def count_text(self, text: str) -> int:
        """The length of a text by itself, without any template."""
        return self._counter.text(self._controls.broken(text))

    async def start(self) -> None:
        """Wait until the server is there, and learn what it can. Raises ModelRefused."""
        try:
            while not self._alive:
                try:
                    await self._learn(await self._upstream.models())
                    self._alive = True
                except (ModelUnreachable, ModelTimeout, ModelBusy) as error:
                    log.warning("%s; waiting for it", error)
                    await asyncio.sleep(WAIT_SECONDS)
            self._watch = asyncio.create_task(self._keep_watching())
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End every stream and give everything back. May be called again."""
        self._alive = False
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await self._upstream.close()
        if isinstance(self._counter, ByServer):
            self._counter.close()

    async def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncGenerator[Piece | Finish, None]:
        """Pieces as they come, then one ``Finish``. Closing the iterator closes the request.

        Raises ContextTooLong before the first piece; ModelBusy; ModelFailed and what is under it.
        """
        prompt_tokens = await asyncio.to_thread(self.count_tokens, messages)
        room = self.window - prompt_tokens
        if room < 1:
            raise ContextTooLong(prompt_tokens, self.window)
        body = self._body(messages, sampling, room, cache_salt)
        # Not every server knows stop texts: they are looked for here, too.
        stop, said = StopText(sampling.stop), ""
        reason: str | None = None
        usage: Usage | None = None
        try:
            async with aclosing(self._upstream.answer(body)) as chunks:
                async for chunk in chunks:
                    usage = chunk.usage.usage if chunk.usage else usage
                    shown, stopped = stop.push(chunk.text)
                    if stopped:
                        reason = "stop"
                    elif chunk.finish_reason:
                        reason = chunk.finish_reason
                        shown += stop.flush()
                    if shown:
                        said += shown
                        yield Piece(shown)
                    if stopped:
                        break
        except ModelUnreachable:
            self._alive = False
            raise
        if reason not in _REASONS:
            # Or for one that ends no whole answer: withheld by a filter, stopped with the server.
            raise ModelFailed("the engine's answer ended without an end")
        if usage is None:
            usage = Usage(prompt_tokens, await asyncio.to_thread(self.count_text, said))
        yield Finish(_REASONS[reason], usage)

    def _body(
        self, messages: Sequence[Message], sampling: Sampling, room: int, cache_salt: str | None
    ) -> dict[str, Any]:
        """The request. What the server does not know of it, ``Upstream`` leaves out."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [asdict(message) for message in self._harmless(messages)],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": min(sampling.max_tokens, room),
        }
        if sampling.seed is not None:
            # llama.cpp's has 32 bits, and -1 is chance there.
            body["seed"] = sampling.seed % 2**31
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if cache_salt is not None and self._salted:
            body["cache_salt"] = cache_salt
        return body

    def _harmless(self, messages: Sequence[Message]) -> list[Message]:
        return [Message(each.role, self._controls.broken(each.content)) for each in messages]

    async def _learn(self, cards: Sequence[Card]) -> None:
        """The model and what its server can, from the models that it lists."""
        names = [card.id for card in cards]
        if self._model is None:
            if len(names) != 1:
                offered = f"offers {', '.join(sorted(names)[:10])}" if names else "lists no models"
                raise ModelRefused(f"what answers at {self._upstream.url} {offered}: name one")
            self._model = names[0]
        elif names and self._model not in names:
            log.warning("the engine does not list the model %s", self._model)
        card = next((card for card in cards if card.id == self._model), None)
        owner = card.owned_by if card else None
        self._salted = owner == "vllm"
        llama_cpp = owner == "llamacpp"
        if self._window is None:
            asked = await self._upstream.window() if llama_cpp else None
            self._window = asked or (card.window if card else None)
        if self._window is None:
            log.warning("the engine does not tell its window: taken as %d tokens", DEFAULT_WINDOW)
        if (self._salted or llama_cpp) and isinstance(self._counter, Estimate):
            self._counter = ByServer(
                self._upstream.root, self._model, key=self._key, llama_cpp=llama_cpp
            )

    async def _keep_watching(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY_SECONDS)
            healthy = await self._upstream.healthy()
            if healthy != self._alive:
                log.warning("the engine %s", "answers again" if healthy else "does not answer")
            self._alive = healthy
