"""A further server with OpenAI's protocol, whose models clients may name."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from models.language.base import Finish, LanguageModelError, ModelUnreachable
from models.language.control_tokens import ControlTokens
from models.language.openai_client import OpenAIClient
from models.language.pass_through.answers import RawAnswer
from models.language.pass_through.forwarding import Forwarding
from models.language.pass_through.served_models import ServedModel, ServedModels

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class NamedEngine:
    """The server at ``url``. If ``served`` names any of its models, clients may name only these.

    ``read_timeout``: seconds without data after which a request fails.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        api_key: str | None = None,
        served: Sequence[str] = (),
        read_timeout: float = 60.0,
    ) -> None:
        self.name = name
        self._client = OpenAIClient(url, api_key=api_key, read_timeout=read_timeout)
        self._served = ServedModels(self._client, served)
        self._forwarding = Forwarding(self._client, ControlTokens(()))
        self._reached = False

    async def start(self) -> None:
        """Wait until the server is reached, however long it takes."""
        while not self._reached:
            try:
                cards = await self._client.models()
            except LanguageModelError as error:
                log.warning("engine %s: %s", self.name, error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._served.update(cards)
                self._forwarding.uses_salt = any(card.owned_by == "vllm" for card in cards)
                self._reached = True

    async def close(self) -> None:
        await self._client.close()

    def known_models(self) -> list[ServedModel]:
        """The models that clients may name, as they were last listed."""
        return self._served.known("") if self._reached else []

    def known_model(self, name: str) -> ServedModel | None:
        """One of ``known_models`` by its name."""
        return self._served.find_known(name, "") if self._reached else None

    async def refresh_models(self) -> None:
        """Ask the server for its models, unless it was asked just now. Raises nothing."""
        if self._reached:
            await self._served.refresh()

    def window_of(self, model: ServedModel) -> int | None:
        """The context window in tokens; None if the server does not report it."""
        return model.window

    async def pass_through(
        self,
        request: Mapping[str, Any],
        preface: str,
        *,
        cache_salt: str | None = None,
        translated: bool = False,
    ) -> AsyncGenerator[RawAnswer | Finish, None]:
        """As ``Forwarding``. Raises ModelUnreachable until the server is reached."""
        if not self._reached:  # whether it separates users' caches is not known yet
            raise ModelUnreachable("the engine of this model was not reached yet")
        forwarded = self._forwarding.pass_through(request, preface, cache_salt, translated)
        async with aclosing(forwarded) as items:
            async for item in items:
                yield item
