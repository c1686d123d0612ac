"""What a mask of allowed tokens costs with three libraries, for SmolLM2's 49,152 tokens.

    pip install xgrammar outlines-core      in an environment that has Tapehead, too
    python -m benchmarks.structured_output.libraries

A library that is not installed is left out. Each reads the vocabulary, compiles one schema and
follows one answer twice: the first time an automaton is built on the way. Times are those of the
thread on a processor: the mean of a mask, and in brackets the longest.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from transformers import AutoTokenizer, PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

from benchmarks.support.machine import describe, measured_with
from benchmarks.support.markdown_tables import markdown
from models.bundled import bundled_language_model

TOKENS = 49_152
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
        "kind": {"enum": ["a", "b", "c"]},
        "zip": {"type": "string", "pattern": "^[0-9]{5}$"},
    },
    "required": ["name", "age", "tags", "kind", "zip"],
    "additionalProperties": False,
}
ANSWER = {
    "name": "Anna Müller",
    "age": 33,
    "tags": ["yellow submarine"],
    "kind": "b",
    "zip": "12345",
}

Step = Callable[[], object]
Follow = Callable[[int], object]
Library = tuple[Callable[[], Any], Callable[[Any], Callable[[], tuple[Step, Follow]]]]
"""Reads the vocabulary; then compiles, for answers that have a mask made and follow a token."""


def llguidance(tokenizer: PreTrainedTokenizerBase) -> Library:
    from llguidance import LLMatcher, LLTokenizer

    def read() -> Any:
        return LLTokenizer(tokenizer.backend_tokenizer.to_str(), n_vocab=TOKENS)

    def compile_(vocabulary: Any) -> Callable[[], tuple[Step, Follow]]:
        layout = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(SCHEMA), overrides=layout)  # type: ignore[arg-type]
        first = LLMatcher(vocabulary, grammar)

        def begin() -> tuple[Step, Follow]:
            matcher = first.deep_copy()
            return matcher.compute_bitmask, matcher.consume_token

        return begin

    return read, compile_


def xgrammar(tokenizer: PreTrainedTokenizerBase) -> Library:
    import xgrammar as library

    def read() -> Any:
        info = library.TokenizerInfo.from_huggingface(tokenizer, vocab_size=TOKENS)
        return library.GrammarCompiler(info, max_threads=1, cache_enabled=False)

    def compile_(compiler: Any) -> Callable[[], tuple[Step, Follow]]:
        grammar = compiler.compile_json_schema(json.dumps(SCHEMA), any_whitespace=False)

        def begin() -> tuple[Step, Follow]:
            matcher = library.GrammarMatcher(grammar)
            mask = library.allocate_token_bitmask(1, TOKENS)
            return lambda: matcher.fill_next_token_bitmask(mask), matcher.accept_token

        return begin

    return read, compile_


def outlines_core(tokenizer: PreTrainedTokenizerBase) -> Library:
    from outlines_core import Guide, Index, Vocabulary
    from outlines_core.json_schema import build_regex_from_schema

    def read() -> Any:
        characters = {character: byte for byte, character in bytes_to_unicode().items()}
        tokens: dict[bytes, list[int]] = {}
        for text, number in tokenizer.get_vocab().items():
            if number not in tokenizer.all_special_ids and set(text) <= set(characters):
                tokens.setdefault(bytes(characters[each] for each in text), []).append(number)
        return Vocabulary(tokenizer.eos_token_id, tokens)

    def compile_(vocabulary: Any) -> Callable[[], tuple[Step, Follow]]:
        index = Index(build_regex_from_schema(json.dumps(SCHEMA)), vocabulary)

        def begin() -> tuple[Step, Follow]:
            guide, mask = Guide(index), np.zeros((TOKENS + 31) // 32, np.int32)
            return (
                lambda: guide.write_mask_into(mask.ctypes.data, mask.size, 4),
                lambda token: guide.advance(token, return_tokens=False),
            )

        return begin

    return read, compile_


def rows(tokenizer: PreTrainedTokenizerBase, answer: list[int]) -> Iterator[list[str]]:
    for make in (llguidance, xgrammar, outlines_core):
        started = time.thread_time()
        try:
            read, compile_ = make(tokenizer)
        except ImportError:
            continue
        imported = time.thread_time()
        vocabulary = read()
        known = time.thread_time()
        begin = compile_(vocabulary)
        compiled = time.thread_time()
        masks = []
        for _ in range(2):
            mask, follow = begin()
            times = []
            for token in answer:
                before = time.thread_time()
                mask()
                times.append(time.thread_time() - before)
                follow(token)
            masks.append(f"{np.mean(times) * 1e6:.0f} µs ({max(times) * 1e3:.1f} ms)")
        yield [
            make.__name__,
            f"{imported - started:.1f} s",
            f"{known - imported:.1f} s",
            f"{(compiled - known) * 1e3:.1f} ms",
            *masks,
        ]


def main() -> None:
    with TemporaryDirectory() as folder:
        tokenizer = AutoTokenizer.from_pretrained(bundled_language_model(Path(folder)))
    text = json.dumps(ANSWER, ensure_ascii=False)
    answer = tokenizer.encode(text, add_special_tokens=False)
    columns = ["library", "import", "vocabulary", "compile", "first answer", "second answer"]
    print(markdown(columns, rows(tokenizer, answer)))
    command = "python -m benchmarks.structured_output.libraries"
    print(f"\nAn answer of {len(answer)} tokens. {measured_with(command, describe())}")


if __name__ == "__main__":
    main()
