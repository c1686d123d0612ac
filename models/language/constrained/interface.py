"""The interface of a language model whose answers can follow a JSON schema."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Grammar(Protocol):
    """What an answer may be. ``left_out`` are the schema's keywords that it does not follow."""

    left_out: frozenset[str]


@runtime_checkable
class Constrains(Protocol):
    """A language model that takes grammars in ``Sampling``."""

    def compile_schema(self, schema: Mapping[str, Any] | None, beginning: str = "") -> Grammar:
        """The grammar of answers to this JSON schema; None is any object. Blocks.

        With ``beginning``, the answers go on from there. Raises SchemaRefused.
        """
