"""Several remote engines as one language model: the default one, and others that have names.

The service's own prompts go to the default engine. A client's request goes to the engine that has
the model it names. If several have it, that is the first; ``engine/model`` names it on another.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from models.language.base import Finish, Message, Piece, Sampling
from models.language.pass_through.answers import RawAnswer
from models.language.pass_through.named_engine import NamedEngine
from models.language.pass_through.served_models import ServedModel
from models.language.remote import RemoteLanguageModel

# The longest wait for lists of models. An engine that takes longer is shown as it was last known.
LIST_SECONDS = 1.0


class Engines:
    """See ``LanguageModel`` and ``PassThrough``. Its state is that of the default engine.

    The models of ``others`` are listed in their order.
    """

    def __init__(self, default: RemoteLanguageModel, others: Sequence[NamedEngine]) -> None:
        self._default = default
        self._others = {engine.name: engine for engine in others}
        self._all: list[RemoteLanguageModel | NamedEngine] = [default, *others]
        self._starting: list[asyncio.Task[None]] = []
        self._asking: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self._default.name

    @property
    def window(self) -> int:
        return self._default.window

    @property
    def alive(self) -> bool:
        return self._default.alive

    @property
    def restarts(self) -> int:
        return self._default.restarts

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._default.count_tokens(messages)

    def count_text(self, text: str) -> int:
        return self._default.count_text(text)

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncIterator[Piece | Finish]:
        return self._default.stream(messages, sampling, cache_salt=cache_salt)

    async def start(self) -> None:
        """Wait for the default engine only. Raises ModelRefused."""
        self._starting = [asyncio.create_task(each.start()) for each in self._others.values()]
        try:
            await self._default.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        tasks = [*self._starting, *self._asking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for engine in self._all:
            await engine.close()

    async def pass_through(
        self,
        request: Mapping[str, Any],
        preface: str,
        *,
        cache_salt: str | None = None,
        translated: bool = False,
    ) -> AsyncGenerator[RawAnswer | Finish, None]:
        """The answer of the engine that has the model of the request. See ``Forwarding``."""
        found = self._find(request["model"])
        engine: RemoteLanguageModel | NamedEngine = self._default
        if found is not None and isinstance(found[0], NamedEngine):
            engine, model = found
            request = {**request, "model": model.id}
        answered = engine.pass_through(
            request, preface, cache_salt=cache_salt, translated=translated
        )
        async with aclosing(answered) as items:
            async for item in items:
                yield item

    async def served_models(self) -> list[ServedModel]:
        """The models of all engines, the default one first; within a second."""
        await self._refresh()
        served: dict[str, ServedModel] = {}
        for engine in self._all:
            for model in engine.known_models():
                id_ = f"{engine.name}/{model.id}" if model.id in served else model.id
                served.setdefault(id_, replace(model, id=id_))
        return list(served.values())

    async def served_model(self, name: str) -> ServedModel | None:
        """A model by its name, or by ``engine/model``; None if clients may not name it."""
        if self._find(name) is None:
            await self._refresh()
        found = self._find(name)
        if found is None:
            return None
        engine, model = found
        # An engine's own tag stays; the name of the engine does, too.
        return model if engine is self._default else replace(model, id=name)

    def window_of(self, model: ServedModel) -> int | None:
        """The context window of a model in tokens; None if it is unknown."""
        found = self._find(model.id)
        return found[0].window_of(found[1]) if found else None

    def _find(self, name: str) -> tuple[RemoteLanguageModel | NamedEngine, ServedModel] | None:
        """The engine of a name, and its own model, as they are known now."""
        for engine, own in self._candidates(name):
            if model := engine.known_model(own):
                return engine, model
        return None

    def _candidates(self, name: str) -> Iterator[tuple[RemoteLanguageModel | NamedEngine, str]]:
        yield self._default, name
        prefix, _, own = name.partition("/")
        if own and prefix in self._others:
            yield self._others[prefix], own
        for engine in self._others.values():
            yield engine, name

    async def _refresh(self) -> None:
        """Ask all engines for their models, and wait for the answers, but not for long."""
        asked = [asyncio.create_task(engine.refresh_models()) for engine in self._all]
        self._asking.update(asked)
        for task in asked:
            task.add_done_callback(self._asking.discard)
        await asyncio.wait(asked, timeout=LIST_SECONDS)
