"""A language model in this process: many streams, generated in one batch.

This module owns admission, the streams and the restart of a dead engine. ``engine.py`` schedules
the requests; ``chat_template.py`` and ``detokenizer.py`` convert text to tokens and back.
"""

import asyncio
import itertools
import logging
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import PreTrainedModel
from transformers import PreTrainedTokenizerBase as Tokenizer

from models.cpu_linear import pack
from models.language.base import (
    ContextTooLong,
    Finish,
    Message,
    ModelBusy,
    ModelFailed,
    Piece,
    Sampling,
    SchemaRefused,
    Usage,
)
from models.language.batching_engine import Engine, GenerationOutput
from models.language.chat_template import ChatTemplate
from models.language.constrained.grammar import FollowedGrammar, GrammarCompiler, JsonGrammar
from models.language.detokenizer import AnswerText
from models.language.loading import load_weights

log = logging.getLogger(__name__)

# Between two checks of the engine, and before another attempt to restart it.
WATCH_SECONDS = 0.2
RETRY_SECONDS = 10.0
# Tokens of a continued text, with which its continuation is decoded.
CONTINUED_TOKENS = 8


@dataclass(eq=False, slots=True)
class _Answer:
    """One running request. ``output`` is its latest state, with all tokens so far."""

    id: str
    prompt_tokens: int
    grammar: FollowedGrammar | None = None
    cached_tokens: int = 0
    output: GenerationOutput | None = None
    failure: ModelFailed | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class LocalLanguageModel:
    """A causal language model of transformers with a chat template. See ``LanguageModel``.

    It takes over the model: on a CPU it replaces the linear layers.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Tokenizer,
        *,
        name: str,
        cache_tokens: int = 32_768,
        max_queue: int = 64,
    ) -> None:
        self.name = name
        self.restarts = 0
        pack(model)
        self._model = model
        self._template = ChatTemplate(tokenizer)
        self._tokenizer = tokenizer.backend_tokenizer
        self._stop_tokens = _stop_tokens(model, tokenizer, self._template)
        text_config = model.config.get_text_config()
        self.compile_schema = GrammarCompiler(
            self._tokenizer, text_config.vocab_size, self._stop_tokens
        ).compile  # see Constrains
        self._cache_tokens = cache_tokens
        self._max_queue = max_queue
        longest = getattr(text_config, "max_position_embeddings", None)
        self._window = min(longest or cache_tokens, cache_tokens)
        self._engine: Engine | None = None
        self._watch: asyncio.Task[None] | None = None
        self._answers: dict[str, _Answer] = {}
        self._ids = itertools.count()

    @classmethod
    def load(
        cls,
        path_or_id: str | Path,
        *,
        revision: str | None = None,
        name: str | None = None,
        cache_tokens: int = 32_768,
        max_queue: int = 64,
        threads: int | None = None,
    ) -> "LocalLanguageModel":
        """Load a local folder or a hub id: safetensors only, and no code from the model's folder.

        A folder needs no network. ``cache_tokens`` is the capacity for all running prompts and
        answers together, ``max_queue`` the most requests, running or waiting, ``threads`` those of
        torch. Raises OSError without safetensors, ChatTemplateError without a template.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        folder = Path(path_or_id)
        model, tokenizer = load_weights(path_or_id, revision)
        return cls(
            model,
            tokenizer,
            name=name or (folder.resolve().name if folder.is_dir() else str(path_or_id)),
            cache_tokens=cache_tokens,
            max_queue=max_queue,
        )

    @property
    def window(self) -> int:
        return min(self._window, self._engine.capacity) if self._engine else self._window

    @property
    def alive(self) -> bool:
        return self._engine is not None and self._engine.running and self._engine.failure is None

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._template.count_tokens(messages)

    def count_text(self, text: str) -> int:
        return self._template.count_text(text)

    async def start(self) -> None:
        """See ``LanguageModel``. Also generates two tokens as a warm-up."""
        try:
            await self._start_engine()
            self._watch = asyncio.create_task(self._keep_alive())
            async with aclosing(self.stream([Message("user", "Hi")], Sampling(max_tokens=2))) as hi:
                async for _ in hi:
                    pass
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        engine, self._engine = self._engine, None
        self._fail_all(ModelFailed("the model is closing"))
        if engine is not None:
            await asyncio.to_thread(engine.stop)

    async def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        cache_salt: str | None = None,  # noqa: ARG002 - not supported by the engine
    ) -> AsyncGenerator[Piece | Finish, None]:
        prompt = await asyncio.to_thread(self._template.encode, messages)
        answer = self._submit(prompt, sampling)
        try:
            after = prompt[-CONTINUED_TOKENS:] if messages[-1].role == "assistant" else []
            text = AnswerText(self._tokenizer, self._stop_tokens, sampling.stop, after)
            finished = False
            while not finished:
                # All tokens since the last piece, possibly of several steps.
                output = await self._next_output(answer)
                new_text = text.push(output.generated_tokens)
                finished = text.ended or output.is_finished()
                if finished:
                    self._remove(answer)
                    new_text += "" if text.ended else text.flush()
                if new_text:
                    yield Piece(new_text)
            if answer.grammar is not None and answer.grammar.failed:
                raise SchemaRefused("The JSON schema became too complex to follow. Simplify it.")
            usage = Usage(answer.prompt_tokens, text.tokens, answer.cached_tokens)
            yield Finish("stop" if text.ended else "length", usage)
        finally:
            self._remove(answer)

    def _submit(self, prompt: list[int], sampling: Sampling) -> _Answer:
        """Queue a request. Raises ContextTooLong, ModelBusy, ModelFailed."""
        assert isinstance(sampling.grammar, JsonGrammar | None)  # noqa: S101 - see Constrains
        engine, room = self._engine, self.window - len(prompt)
        if room < 1:
            raise ContextTooLong(len(prompt), self.window)
        if engine is None or not self.alive:
            raise ModelFailed("the engine is not running")
        if len(self._answers) >= self._max_queue:
            raise ModelBusy(f"{self._max_queue} requests are running or waiting")
        followed = sampling.grammar.follow(len(prompt)) if sampling.grammar else None
        answer = _Answer(f"answer-{next(self._ids)}", len(prompt), followed)
        self._answers[answer.id] = answer
        seed = secrets.randbits(64) if sampling.seed is None else sampling.seed
        if not engine.submit(
            answer.id,
            prompt,
            max_tokens=min(sampling.max_tokens, room),
            stop_tokens=self._stop_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=seed % 2**64,
            grammar=answer.grammar,
        ):
            del self._answers[answer.id]
            raise ModelFailed("the engine takes no more requests")
        return answer

    def _remove(self, answer: _Answer) -> None:
        """Remove an answer from the queue, and cancel its generation if that is still running."""
        waiting = self._answers.pop(answer.id, None) is not None
        finished = answer.output is not None and answer.output.is_finished()
        if waiting and not finished and self._engine is not None:
            self._engine.cancel(answer.id)

    async def _next_output(self, answer: _Answer) -> GenerationOutput:
        await answer.changed.wait()
        answer.changed.clear()
        if answer.failure is None and answer.output is not None:
            if answer.output.error is None:
                return answer.output
            # Not the engine's message, which may quote the prompt. The engine logged the cause.
            log.error("a request failed in the engine")
        raise answer.failure or ModelFailed("the request failed in the engine")

    def _receive(self, outputs: list[GenerationOutput]) -> None:
        """On the event loop, once per step: the new state of each request."""
        for output in outputs:
            answer = self._answers.get(output.request_id)
            if answer is not None:
                answer.output = output
                answer.changed.set()
            elif self._engine and not output.is_finished():
                # The cancellation reached the engine before the request did.
                self._engine.cancel(output.request_id)

    def _note_cached(self, request_id: str, tokens: int) -> None:
        """In the engine's thread. A restarted request also matches its own tokens: ignore that."""
        answer = self._answers.get(request_id)
        if answer is not None and answer.output is None:
            answer.cached_tokens = tokens

    def _fail_all(self, failure: ModelFailed) -> None:
        for answer in self._answers.values():
            answer.failure = failure
            answer.changed.set()
        self._answers.clear()

    async def _start_engine(self) -> None:
        engine = await asyncio.to_thread(
            Engine,
            self._model,
            cache_tokens=self._cache_tokens,
            max_requests=self._max_queue,
            loop=asyncio.get_running_loop(),
            receive=self._receive,
            note_cached=self._note_cached,
        )
        self._engine = engine
        engine.start()

    async def _keep_alive(self) -> None:
        """Replace an engine that died or hangs, and fail its requests."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            engine = self._engine
            if engine is not None:
                hangs = engine.hangs(busy=bool(self._answers))
                if self.alive and not hangs:
                    continue
                what = "hangs" if hangs else "died"
                log.error("the engine %s and is restarted", what, exc_info=engine.failure)
                self._engine = None
                self._fail_all(ModelFailed(f"the engine {what}"))
            try:
                if engine is not None:
                    await asyncio.to_thread(engine.stop)
                await self._start_engine()
                self.restarts += 1
            except Exception:
                log.exception("the engine could not be restarted")
                await asyncio.sleep(RETRY_SECONDS)


def _stop_tokens(model: PreTrainedModel, tokenizer: Tokenizer, template: ChatTemplate) -> set[int]:
    """All end tokens named by the model, the tokenizer or the template."""
    ends = getattr(model.generation_config, "eos_token_id", None)
    tokens = [*(ends if isinstance(ends, list) else [ends])]
    tokens += [tokenizer.eos_token_id, template.end_of_turn()]
    return {token for token in tokens if token is not None}
