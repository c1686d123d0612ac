"""The interface of every language model: messages, sampling, streamed output, errors."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from models.language.constrained.interface import Grammar


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. Its content is plain text: it cannot contain control tokens."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    ``temperature`` 0 is greedy. ``top_p`` in (0, 1] is the nucleus of Holtzman et al. 2020.
    ``max_tokens`` ≥ 1 bounds the answer. The same ``seed`` and logits give the same tokens. The
    answer ends before the first ``stop`` text. It follows ``grammar``, if there is one; only models
    that are ``Constrains`` take it.
    """

    temperature: float = 0.2
    top_p: float = 0.9
    max_tokens: int = 512
    seed: int | None = None
    stop: tuple[str, ...] = ()
    grammar: Grammar | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one request. ``cached_tokens`` of the prompt came from the prefix cache."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """The next text of the answer: not empty, and of complete characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The last item of a stream that was neither cancelled nor failed.

    ``calls_tools``: the answer waits for the results of tools that its client calls.
    """

    reason: Literal["stop", "length"]
    usage: Usage
    calls_tools: bool = False


class LanguageModelError(Exception):
    """The base class of all errors of a language model.

    LanguageModelError
    ├── ContextTooLong     the prompt leaves no room for an answer in the context window
    ├── ChatTemplateError  the chat template does not accept the messages (chat_template.py)
    ├── SchemaRefused      no answer can follow the JSON schema, or it costs too much
    ├── ModelBusy          the queue is full; try again later
    └── ModelFailed        the engine died or the request failed in it
        ├── ModelUnreachable  no connection to the remote engine
        ├── ModelTimeout      no output within the time limit
        └── ModelRefused      a wrong API key, an unknown model or another refused request
            └── RequestRefused  a client's own request, which the engine refuses
    """


class ContextTooLong(LanguageModelError):
    """The numbers are None where only a remote engine knows them."""

    def __init__(self, prompt_tokens: int | None = None, window: int | None = None) -> None:
        known = prompt_tokens is not None and window is not None
        # Clients recognise the beginning of either sentence as OpenAI's, vLLM's or llama.cpp's.
        super().__init__(
            f"This model's maximum context length is {window} tokens. The messages have "
            f"{prompt_tokens} tokens. Shorten them."
            if known
            else "The requested token count exceeds the model's maximum context length. Shorten "
            "the messages."
        )
        self.prompt_tokens = prompt_tokens
        self.window = window


class SchemaRefused(LanguageModelError):
    """The message repeats nothing of the schema. ``param`` names the parameter with it."""

    def __init__(self, message: str, param: str = "response_format") -> None:
        super().__init__(message)
        self.param = param


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


class RequestRefused(ModelRefused):
    """The engine refuses a request that a client made for it. ``status`` is 400, 404, 413, 415 or
    422; the message, ``param`` and ``code`` are the engine's.
    """

    def __init__(
        self, status: int, message: str, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


@runtime_checkable
class LanguageModel(Protocol):
    """Messages in, a stream of text out: the interface between the service and any engine."""

    @property
    def name(self) -> str:
        """The model id that clients see."""

    @property
    def window(self) -> int:
        """The context window: the most tokens of a prompt and its answer together."""

    @property
    def alive(self) -> bool:
        """Whether the engine serves requests now."""

    @property
    def restarts(self) -> int:
        """How often a dead engine was replaced."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt of these messages, with the chat template."""

    def count_text(self, text: str) -> int:
        """Tokens of a text alone."""

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, *, cache_salt: str | None = None
    ) -> AsyncIterator[Piece | Finish]:
        """Pieces as they are generated, then one ``Finish``. Closing it cancels the request.

        If the last message is the assistant's, the pieces continue it.

        If the engine supports it, requests share the prefix cache only with those of the same
        ``cache_salt``: otherwise the time to the first piece reveals what others asked.

        Raises ContextTooLong, ChatTemplateError and ModelBusy before the first piece, ModelFailed
        at any time.
        """

    async def start(self) -> None:
        """Start serving, on the event loop of all streams."""

    async def close(self) -> None:
        """End every stream and release all resources. May be called again."""
