"""Compiling schemas that others write, for the tokenizer of SmolLM2 and that of the tiny model."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from models.language.base import SchemaRefused
from models.language.constrained.grammar import GrammarCompiler

END = 257  # of the tiny model
SECRET = "Biscuit"
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def compiler(tiny_folder: Path) -> GrammarCompiler:
    """Of a model with a token for each byte."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    assert tokenizer.eos_token_id == END
    return GrammarCompiler(tokenizer.backend_tokenizer, len(tokenizer), [END])


def allowed(compiler: GrammarCompiler, schema: dict[str, Any] | None, text: str) -> set[str]:
    """What may come after the text; "end" for the end."""
    followed = compiler.compile(schema).follow(3)
    prompt, answer = [1, 2, 3], text.encode()
    for end in range(len(answer)):
        mask = followed.allowed(prompt, list(answer[:end]), 258)
        assert mask[answer[end]], answer[: end + 1]
    found = followed.allowed(prompt, list(answer), 258).nonzero().flatten().tolist()
    assert not followed.failed
    return {"end" if token == END else chr(token) for token in found}


def test_only_what_follows_the_schema_may_come(compiler: GrammarCompiler) -> None:
    assert allowed(compiler, PERSON, "") == {"{"}
    assert allowed(compiler, PERSON, '{"') == {"n"}
    assert allowed(compiler, PERSON, '{"name": "A", "age": ') == {*"-0123456789"}
    assert allowed(compiler, PERSON, '{"name": "A", "age": 3') == {*"0123456789}"}
    assert allowed(compiler, PERSON, '{"name": "A", "age": 3}') == {"end"}
    assert allowed(compiler, None, "") == {"{"}, "any object"
    assert allowed(compiler, None, '{"a": [1, {"b": null}]}') == {"end"}


def test_an_answer_goes_on_after_its_beginning(compiler: GrammarCompiler) -> None:
    followed = compiler.compile(PERSON, '{"na').follow(1)
    assert followed.allowed([0], [], 258).nonzero().flatten().tolist() == [ord("m")]
    with pytest.raises(SchemaRefused):
        compiler.compile(PERSON, "The person")


def test_an_answer_that_the_engine_began_again_goes_on_as_it_was(
    compiler: GrammarCompiler,
) -> None:
    """Its tokens so far are then part of the prompt."""
    grammar, text = compiler.compile(PERSON), list(b'{"name": "A", "age": 3}')
    followed = grammar.follow(2)
    for end in range(len(text)):
        initial, generated = [1, 2, *text[: end // 2]], text[end // 2 : end]
        assert followed.allowed(initial, generated, 258)[text[end]]
    assert followed.allowed([1, 2], text, 258).nonzero().flatten().tolist() == [END]


def test_answers_to_one_grammar_do_not_share_their_state(compiler: GrammarCompiler) -> None:
    grammar = compiler.compile(PERSON)
    one, other = grammar.follow(0), grammar.follow(0)
    one.allowed([], list(b'{"name": "'), 258)
    assert other.allowed([], [], 258).nonzero().flatten().tolist() == [ord("{")]


@pytest.mark.real
def test_a_model_of_many_tokens(real_tokenizer: PreTrainedTokenizerBase) -> None:
    """A mask allows tokens of several characters, and none that only begins well."""
    tokenizer = real_tokenizer.backend_tokenizer
    end = real_tokenizer.eos_token_id
    followed = GrammarCompiler(tokenizer, 49_152, [end]).compile(PERSON).follow(0)
    names = {tokenizer.decode([i]) for i in followed.allowed([], [], 49_152).nonzero().flatten()}
    assert '{"' in names
    assert all('{"name'.startswith(name) for name in names)


# Schemas that are meant to break something


def chain(length: int, link: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Definitions that refer to each other, one after the other."""
    links = {f"d{i}": link(f"#/$defs/d{i + 1}") for i in range(length)}
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{length}": {"type": "string"}}}


def field(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}, "required": ["x"]}


FOLLOWED = {
    "a chain of references": chain(900, lambda ref: {"$ref": ref}),
    "a chain of objects": chain(450, lambda ref: field(**{"$ref": ref})),
    "a chain of choices": chain(300, lambda ref: {"anyOf": [{"$ref": ref}, {"type": "null"}]}),
    "recursion": {"anyOf": [{"type": "array", "items": {"$ref": "#"}}, {"type": "null"}]},
    "an automaton of many states": field(type="integer", multipleOf=9973),
    "a factor of 21 seconds": field(type="integer", multipleOf=999_983),
    "nested parentheses": field(type="string", pattern="(" * 200 + "a" + ")" * 200),
    "repeated repetitions": field(type="string", pattern="^((a{1,30}){1,30}){1,30}$"),
    "much to remember": field(type="string", pattern="^.*a.{18}$"),
    "a long text": field(type="string", minLength=10**9),
    "many values": field(enum=[f"value {i}" for i in range(4000)]),
    "many objects": {"anyOf": [field(const=i) for i in range(300)]},
    "ambiguous arrays": {
        "anyOf": [{"type": "array", "items": {"$ref": "#"}}] * 60 + [{"type": "string"}]
    },
}
REFUSED = {
    "a type that there is not": {"type": SECRET},
    "no value": field(enum=[]),
    "itself": {"$ref": "#"},
    "a reference to nothing": {"$ref": f"#/$defs/{SECRET}"},
    "a reference to a file": {"$ref": f"file:///{SECRET}"},
    "a reference to a server": {"$ref": f"http://127.0.0.1/{SECRET}"},
    "a required field that cannot be": {
        "type": "object",
        "required": [SECRET],
        "additionalProperties": False,
    },
    "a bad pattern": field(type="string", pattern=f"({SECRET}"),
    "parentheses beyond count": field(type="string", pattern="(" * 20_000 + "a" + ")" * 20_000),
    "a length that is a text": field(type="string", minLength=SECRET),
    "NaN": {"const": float("nan")},
    "properties that are a list": {"type": "object", "properties": [SECRET]},
    "a product of choices": {
        "allOf": [
            {"anyOf": [{"type": "string", "pattern": f"^.*{c}{i}.*$"} for i in range(10)]}
            for c in "abcdefgh"
        ]
    },
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_costly_schema_ends_nothing(compiler: GrammarCompiler, name: str) -> None:
    """It is followed for a hundred tokens, or fails. A chain that is too long ends a process."""
    followed, text = compiler.compile(FOLLOWED[name]).follow(0), []
    for _ in range(100):
        choices = followed.allowed([], text, 258).nonzero().flatten().tolist()
        assert choices, "or nothing could be chosen"
        if choices[-1] == END:
            break
        text.append(choices[len(text) % len(choices)])


@pytest.mark.parametrize("name", REFUSED)
def test_a_schema_that_cannot_be_followed_is_refused(
    compiler: GrammarCompiler,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Nothing of it is in the message, in the log, or in what the library prints."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SchemaRefused) as refused:
        compiler.compile(REFUSED[name])
    assert SECRET not in str(refused.value)
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capfd.readouterr())


def test_no_thread_is_left_and_stacks_are_as_before(compiler: GrammarCompiler) -> None:
    before = threading.stack_size(), threading.active_count()
    compiler.compile(PERSON)
    with pytest.raises(SchemaRefused):
        compiler.compile({"type": "nothing"})
    assert (threading.stack_size(), threading.active_count()) == before
