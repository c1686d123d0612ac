"""Grammars of answers: compiled once for a request, and followed token by token.

The mask of each step comes from llguidance, whose limits bound what a grammar may cost
(docs/decisions/0008-llguidance-for-structured-output.md).
"""

import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from jaxtyping import Bool
from llguidance import LLMatcher, LLParserLimits, LLTokenizer
from tokenizers import Tokenizer
from torch import Tensor

from models.language.base import SchemaRefused
from models.language.constrained.json_schema import bounded

if TYPE_CHECKING:
    from llguidance._lib import JsonCompileOptions

log = logging.getLogger(__name__)
T = TypeVar("T")

# As json.dumps writes it. Free white space is where small models stay for ever.
_LAYOUT: "JsonCompileOptions" = {
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
    "lenient": True,
}
# Of one step, these are at most a few milliseconds. An automaton's state has 1 to 2 kB.
_LIMITS = LLParserLimits(
    initial_lexer_fuel=500_000,
    step_lexer_fuel=60_000,
    step_max_items=50_000,
    max_lexer_states=10_000,
    max_grammar_size=50_000,
    verbose_errors=False,  # they quote the schema
)
# The compiler recurses: 8 to 16 kB for a level, and a schema has a thousand at most.
_STACK_BYTES = 64 * 1024 * 1024
_ONE_THREAD_AT_A_TIME = threading.Lock()
_UNFOLLOWABLE = (
    "The JSON schema cannot be followed: it is invalid, too complex, or without an answer."
)
_ANY_OBJECT = {"type": "object"}


class JsonGrammar:
    """A compiled JSON schema. See ``Grammar``."""

    def __init__(self, matcher: LLMatcher, left_out: frozenset[str], end: int) -> None:
        self.left_out = left_out
        self._matcher = matcher
        self._end = end

    def follow(self, prompt_tokens: int) -> "FollowedGrammar":
        """A new answer to a prompt of so many tokens."""
        return FollowedGrammar(self._matcher.deep_copy(), prompt_tokens, self._end)


class GrammarCompiler:
    """Compiles JSON schemas for the tokenizer of one model. Thread-safe.

    ``vocabulary`` is the number of the model's scores, ``stop_tokens`` end an answer.
    """

    def __init__(self, tokenizer: Tokenizer, vocabulary: int, stop_tokens: Collection[int]) -> None:
        self._source = tokenizer
        self._vocabulary = vocabulary
        self._stop_tokens = sorted(stop_tokens)
        self._tokenizer: LLTokenizer | None = None
        self._lock = threading.Lock()

    def compile(self, schema: Mapping[str, Any] | None, beginning: str = "") -> JsonGrammar:
        """The grammar of answers to this schema; None is any object. Blocks.

        The first call reads the vocabulary (half a second). With ``beginning``, the answers go on
        from there. Raises SchemaRefused.
        """
        reduced, left_out = bounded(_ANY_OBJECT if schema is None else schema)
        tokenizer = self._read_tokenizer()
        matcher = _with_deep_stack(lambda: _compiled(tokenizer, reduced))
        if beginning and not matcher.consume_tokens(tokenizer.tokenize_str(beginning)):
            raise SchemaRefused("The beginning of the answer does not follow the JSON schema.")
        if any("oneOf" in warning for warning in matcher.get_grammar_warnings()):
            left_out |= {"oneOf"}
        return JsonGrammar(matcher, left_out, self._stop_tokens[0])

    def _read_tokenizer(self) -> LLTokenizer:
        with self._lock:
            if self._tokenizer is None:
                try:
                    self._tokenizer = LLTokenizer(
                        self._source.to_str(), n_vocab=self._vocabulary, eos_token=self._stop_tokens
                    )
                except ValueError:
                    log.exception("structured output does not support this tokenizer")
                    raise SchemaRefused("This model cannot follow a JSON schema.") from None
            return self._tokenizer


def _compiled(tokenizer: LLTokenizer, schema: Mapping[str, Any]) -> LLMatcher:
    """Raises SchemaRefused, without the library's message: it quotes the schema."""
    try:
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides=_LAYOUT)
    except ValueError:
        raise SchemaRefused("The JSON schema cannot be read.") from None
    matcher = LLMatcher(tokenizer, grammar, log_level=0, limits=_LIMITS)
    if not matcher.is_error():
        matcher.compute_bitmask()  # finds what has no answer, and more that is too complex
    if matcher.is_error():
        raise SchemaRefused(_UNFOLLOWABLE)
    return matcher


def _with_deep_stack(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises, in a thread with a stack that a large schema fits."""
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - raised again by the caller's thread
            errors.append(error)
        except BaseException:  # noqa: BLE001 - how a panic of the library arrives
            errors.append(SchemaRefused(_UNFOLLOWABLE))

    with _ONE_THREAD_AT_A_TIME:  # the size is that of all threads which begin meanwhile
        before = threading.stack_size(_STACK_BYTES)
        try:
            thread = threading.Thread(target=run, name="schema")
            thread.start()
        finally:
            threading.stack_size(before)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


class FollowedGrammar:
    """The state of one answer in its grammar. Used by one thread at a time.

    ``failed``: the grammar became too complex, and the answer ends where it is.
    """

    def __init__(self, matcher: LLMatcher, prompt_tokens: int, end: int) -> None:
        self.failed = False
        self._matcher = matcher
        self._read = prompt_tokens
        self._end = end

    def __deepcopy__(self, memo: object) -> "FollowedGrammar":
        # The engine copies a request that it begins again half-way. The answer goes on as it was.
        return self

    def allowed(
        self, initial: Sequence[int], generated: Sequence[int], vocabulary: int
    ) -> Bool[Tensor, " vocab"]:
        """Which tokens may come next. Only the end may, if the grammar failed.

        ``initial`` are the prompt's tokens and any that were generated before a restart,
        ``generated`` those after it.
        """
        new = len(initial) + len(generated) - self._read
        if new > 0:
            latest = generated if new <= len(generated) else [*initial, *generated]
            self._matcher.consume_tokens(list(latest[-new:]))
            self._read += new
        mask = self._matcher.compute_bitmask()
        if self._matcher.is_error():
            self.failed = True
            only = torch.zeros(vocabulary, dtype=torch.bool)
            only[self._end] = True
            return only
        bits = np.unpackbits(np.frombuffer(mask, np.uint8), count=vocabulary, bitorder="little")
        return torch.from_numpy(bits.view(np.bool_))
