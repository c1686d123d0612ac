"""What goes into a language model and what comes out of it, for every implementation alike."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. Its content is text, never a control token of a chat template."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    ``temperature`` 0 is greedy. ``top_p`` in (0, 1] is the nucleus of Holtzman et al. 2020.
    ``max_tokens`` ≥ 1 bounds the answer. The same ``seed`` gives the same choices for the same
    logits. Generation ends before the first occurrence of a ``stop`` text, which is not returned.
    """

    temperature: float = 0.2
    top_p: float = 0.9
    max_tokens: int = 512
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer. ``cached_tokens`` of the prompt came from the prefix cache."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the answer's text: never empty, always whole characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last item of every stream that was not cancelled and did not fail."""

    reason: Literal["stop", "length"]
    usage: Usage


class LanguageModelError(Exception):
    """The root of what a language model can raise.

    LanguageModelError
    ├── ContextTooLong   the prompt and the room for its answer do not fit the window
    ├── ChatTemplateError  the model's template does not take these messages (chat_template.py)
    ├── ModelBusy        the queue of waiting requests is full; try again later
    └── ModelFailed      the engine died or the request failed inside it
        ├── ModelUnreachable  nobody answers where a remote engine should be
        ├── ModelTimeout      it said nothing for too long
        └── ModelRefused      it does not do what it is asked: a wrong key, an unknown model
    """


class ContextTooLong(LanguageModelError):
    """Without numbers, where only a remote engine knows them."""

    def __init__(self, prompt_tokens: int | None = None, window: int | None = None) -> None:
        known = prompt_tokens is not None and window is not None
        super().__init__(
            f"the prompt has {prompt_tokens} tokens; the window holds {window}"
            if known
            else "the prompt and the room for its answer do not fit the engine's window"
        )
        self.prompt_tokens = prompt_tokens
        self.window = window


class ModelBusy(LanguageModelError):
    pass


class ModelFailed(LanguageModelError):
    pass


class ModelUnreachable(ModelFailed):
    pass


class ModelTimeout(ModelFailed):
    pass


class ModelRefused(ModelFailed):
    pass


@runtime_checkable
class LanguageModel(Protocol):
    """Messages in, a stream of text out: the one seam between the service and any engine."""

    @property
    def name(self) -> str:
        """The model's id as clients see it."""

    @property
    def window(self) -> int:
        """The most tokens that a prompt and its answer may have together."""

    @property
    def alive(self) -> bool:
        """Whether a request made now would be served."""

    @property
    def restarts(self) -> int:
        """How often an engine was started in a dead one's place."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The length of the whole prompt that these messages make, template included."""

    def count_text(self, text: str) -> int:
        """The length of a text by itself, without any template."""

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncIterator[Piece | Finish]:
        """Pieces as they are made, then one ``Finish``. Closing the iterator cancels the request.

        Where an engine can keep them apart, requests share cached prompts only with those of the
        same ``cache_salt``: else the time to the first piece tells whether somebody else asked the
        same.

        Raises ContextTooLong before the first piece; ModelBusy; ModelFailed at any time.
        """

    async def start(self) -> None:
        """Begin to serve, on the one event loop that all streams will run on."""

    async def close(self) -> None:
        """End every stream and give everything back."""
