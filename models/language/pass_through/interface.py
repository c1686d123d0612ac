"""The interface of a language model that answers a client's own request."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, runtime_checkable

from models.language.base import Finish
from models.language.pass_through.answers import RawAnswer
from models.language.pass_through.served_models import ServedModel


@runtime_checkable
class PassThrough(Protocol):
    """A request in, the engine's own answer out. ``remote.py`` says more of each method."""

    def pass_through(
        self,
        request: Mapping[str, Any],
        preface: str,
        *,
        cache_salt: str | None = None,
        translated: bool = False,
    ) -> AsyncIterator[RawAnswer | Finish]:
        """The answer to a chat completion with ``preface`` before the user's last message, then
        one ``Finish``. Closing it cancels the request.
        """

    async def served_models(self) -> list[ServedModel]:
        """The models that clients may name, the default one first."""

    async def served_model(self, name: str) -> ServedModel | None:
        """A model by its name; None if clients may not name it."""

    def window_of(self, model: ServedModel) -> int | None:
        """The context window of a model in tokens; None if it is unknown."""
