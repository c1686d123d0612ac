"""What of a client's schema is compiled, what is left out, and what is refused for its size."""

from typing import Any

import pytest

from models.language.base import SchemaRefused
from models.language.constrained.json_schema import LONGEST, MOST_SCHEMAS, bounded


def test_an_ordinary_schema_stays_as_it_is() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Person",
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^[A-Z]", "format": "email"},
            "age": {"type": "integer", "minimum": 0, "multipleOf": 5},
            "price": {"type": "number", "multipleOf": 0.01},
            "kind": {"enum": ["a", "b"]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 1},
        },
        "$defs": {"tag": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "required": ["name"],
        "additionalProperties": False,
    }
    assert bounded(schema) == (schema, frozenset())


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("uniqueItems", True),
        ("not", {"type": "null"}),
        ("format", "phone"),
        ("pattern", "(?!a)b"),
        ("pattern", r"(a)\1"),
        ("maximum", 10**30),
        ("maximum", float("inf")),
        ("multipleOf", 999_983),
        ("multipleOf", 1e-9),
        ("multipleOf", 1e30),
    ],
)
def test_what_cannot_be_followed_is_left_out_wherever_it_stands(keyword: str, value: Any) -> None:
    """But not where it is the name of a property, or a value."""
    inner = {"type": "string", "enum": [keyword]}
    schema = {
        "properties": {keyword: {**inner, keyword: value}},
        "anyOf": [{"items": {**inner, keyword: value}}],
        "additionalProperties": {**inner, keyword: value},
    }
    assert bounded(schema) == (
        {
            "properties": {keyword: inner},
            "anyOf": [{"items": inner}],
            "additionalProperties": inner,
        },
        {keyword},
    )


def test_factors_count_together() -> None:
    """One schema may combine them: an automaton has as many states as their common multiple."""
    few = {"allOf": [{"multipleOf": 6}, {"multipleOf": 10}]}
    assert bounded(few) == (few, frozenset())
    many = {"allOf": [{"multipleOf": 997}, {"multipleOf": 991}]}
    assert bounded(many) == ({"allOf": [{}, {}]}, {"multipleOf"})


def test_options_of_the_compiler_are_not_the_clients() -> None:
    assert bounded({"x-guidance": {"lenient": False}, "$schema": "http://a/b"}) == ({}, frozenset())


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": ["x" * LONGEST]},
        {"anyOf": [{}] * MOST_SCHEMAS},
        {"multipleOf": 10**5000},
        nested(200),
        nested(20_000),
    ],
    ids=["characters", "schemas", "digits", "levels", "many levels"],
)
def test_a_large_schema_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaRefused):
        bounded(schema)


def test_few_names_by_pattern_are_followed() -> None:
    """600 of them took more than a minute to compile."""
    many = {f"^k{number}.*z$": {"type": "string"} for number in range(600)}
    reduced, left_out = bounded({"type": "object", "patternProperties": many})
    assert 0 < len(reduced["patternProperties"]) <= 20
    assert left_out == {"patternProperties"}
    looking_ahead = {"patternProperties": {"^(?!a).*$": {}, "^b": {}}}
    assert bounded(looking_ahead) == ({"patternProperties": {"^b": {}}}, {"patternProperties"})


def test_a_reference_reaches_no_schema_that_was_not_looked_at() -> None:
    hidden = {"$ref": "#/foo", "foo": {"type": "integer", "multipleOf": 10_007}}
    assert bounded(hidden) == ({"$ref": "#/foo"}, frozenset())


@pytest.mark.parametrize("value", [[], {}, 5, None])
def test_a_format_that_is_no_text_is_left_out(value: Any) -> None:
    assert bounded({"type": "string", "format": value}) == ({"type": "string"}, {"format"})
