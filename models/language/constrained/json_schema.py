"""A client's JSON schema → one that can be compiled in bounded time.

A schema is text that others write. Its size is bounded here, because the compiler recurses into it
(a chain of a thousand references overflows a thread's stack) and one number in it (``multipleOf``)
can cost seconds. What the compiler cannot follow is left out and reported.
"""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from models.language.base import SchemaRefused

LONGEST = 65_536
"""The most characters of a schema, as JSON."""
MOST_SCHEMAS = 1_000
"""The most schemas within a schema."""
DEEPEST = 100
"""The most levels of nested values."""
_LARGEST = 2**53  # of a bound; beyond, numbers of JSON are not exact
_MOST_STATES = 10_000  # least common multiple of all ``multipleOf``: states of an automaton
_MOST_DECIMALS = 6
# Names by pattern in a schema. Each object tells them apart in one automaton.
_MOST_PATTERNS = 20

# Keywords whose values are schemas by name, lists of schemas, or schemas.
_NAMED = {"properties", "patternProperties", "$defs", "definitions"}
_LISTS = {"anyOf", "oneOf", "allOf", "prefixItems"}
_SINGLE = {"items", "additionalProperties", "additionalItems"}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_NOT_FOLLOWED = {
    *("not", "if", "then", "else", "uniqueItems", "contains", "minContains", "maxContains"),
    *("propertyNames", "dependentRequired", "dependentSchemas", "dependencies"),
    *("unevaluatedItems", "unevaluatedProperties"),
}
# Other values that are lists or objects, and no schemas. A reference to anything else is refused.
_VALUES = {"enum", "const", "required", "type"}
# Options of the compiler, which are the service's to set.
_OPTIONS = "x-guidance"
_FORMATS = {
    *("date-time", "time", "date", "duration", "email", "hostname"),
    *("ipv4", "ipv6", "uuid", "uri"),
}
# What regular expressions without backtracking do not have: look-around and references back.
_BACKTRACKING = re.compile(r"\(\?<?[=!]|\\[1-9k]")


def bounded(schema: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The schema without what cannot be followed, and the keywords that were left out.

    Raises SchemaRefused for one that is too large.
    """
    if _depth(schema) > DEEPEST:
        raise SchemaRefused(f"The JSON schema is nested more than {DEEPEST} levels deep.")
    try:
        length = len(json.dumps(schema))
    except ValueError:  # an integer of more digits than Python writes
        raise SchemaRefused("The JSON schema has a number of too many digits.") from None
    if length > LONGEST:
        raise SchemaRefused(f"The JSON schema has more than {LONGEST:,} characters.")
    reduction = _Reduction()
    reduced = reduction.schema(schema)
    if not _few_states(reduction.factors):
        reduction.forget.add("multipleOf")
        reduced = reduction.schema(schema)
    return reduced, frozenset(reduction.left_out)


class _Reduction:
    """One walk over a schema. ``forget`` are keywords that are always left out."""

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        self.factors: set[Decimal] = set()
        self.forget = set(_NOT_FOLLOWED)
        self._schemas = 0
        self._patterns = 0

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        self._schemas = self._patterns = 0
        reduced: dict[str, Any] = self._reduced(schema)
        return reduced

    def _reduced(self, schema: Any) -> Any:
        if not isinstance(schema, Mapping):  # true, false, or invalid: the compiler judges it
            return schema
        self._schemas += 1
        if self._schemas > MOST_SCHEMAS:
            raise SchemaRefused(f"The JSON schema contains more than {MOST_SCHEMAS:,} schemas.")
        reduced: dict[str, Any] = {}
        for keyword, value in schema.items():
            if not self._followed(keyword, value):
                continue
            if keyword in _NAMED and isinstance(value, Mapping):
                named = self._by_pattern(value) if keyword == "patternProperties" else value
                reduced[keyword] = {name: self._reduced(each) for name, each in named.items()}
            elif keyword in _LISTS and isinstance(value, list):
                reduced[keyword] = [self._reduced(each) for each in value]
            elif keyword in _SINGLE:
                many = isinstance(value, list)  # of drafts before 2020-12
                reduced[keyword] = (
                    [self._reduced(each) for each in value] if many else self._reduced(value)
                )
            elif keyword in _NAMED | _LISTS:
                raise SchemaRefused(f"The JSON schema has a value of {keyword} of another type.")
            elif keyword in _VALUES or not isinstance(value, Mapping | list):
                reduced[keyword] = value
        return reduced

    def _by_pattern(self, named: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of ``patternProperties`` that are followed."""
        kept: dict[str, Any] = {}
        for name, schema in named.items():
            if self._patterns < _MOST_PATTERNS and not _BACKTRACKING.search(name):
                self._patterns += 1
                kept[name] = schema
            else:
                self.left_out.add("patternProperties")
        return kept

    def _followed(self, keyword: str, value: Any) -> bool:
        if keyword == _OPTIONS:
            return False
        if keyword == "$schema":
            return isinstance(value, str) and "json-schema.org/" in value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if keyword == "multipleOf" and number and abs(value) <= _MOST_STATES:
            self.factors.add(Decimal(repr(value)))
        left_out = (
            keyword in self.forget
            or (keyword in _BOUNDS and number and not abs(value) <= _LARGEST)
            or (keyword == "multipleOf" and number and not abs(value) <= _MOST_STATES)
            or (keyword == "format" and not (isinstance(value, str) and value in _FORMATS))
            or (keyword == "pattern" and _BACKTRACKING.search(str(value)) is not None)
        )
        if left_out:
            self.left_out.add(keyword)
        return not left_out


def _depth(value: Any) -> int:
    """Levels of nested lists and objects; ``DEEPEST`` + 1 for any more."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        level = [
            each
            for outer in level
            if isinstance(outer, Mapping | list)
            for each in (outer.values() if isinstance(outer, Mapping) else outer)
        ]
        depth += 1
    return depth


def _few_states(factors: set[Decimal]) -> bool:
    """Whether the automaton of these factors is small. One schema may combine all of them."""
    decimals = max((-int(each.as_tuple().exponent) for each in factors), default=0)
    if decimals > _MOST_DECIMALS:
        return False
    scale = 10 ** max(0, decimals)
    return math.lcm(*(int(each * scale) for each in factors if each)) <= _MOST_STATES
