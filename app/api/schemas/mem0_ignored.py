"""What mem0's clients send and this service does not use: it is told, not refused."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict

from app.field_types import Body

HARMLESS = frozenset(
    (
        *("version", "api_version", "async_mode", "org_id", "project_id", "rerank"),
        *("keyword_search", "filter_memories", "show_expired", "latest_only"),
    )
)
"""Parameters that lose nothing: every memory is of one version, stored at once, found by words too,
and never expires.
"""
MOST_TOLD = 20
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Tolerant(Body):
    """A body whose unknown fields are ignored, and named in the answer."""

    model_config = ConfigDict(extra="allow")

    @property
    def ignored(self) -> list[str]:
        """The names of unknown fields with a value that would have had an effect."""
        return told(self.model_extra or {})


def told(given: Mapping[str, Any], known: Iterable[str] = ()) -> list[str]:
    """The names of these parameters, at most ``MOST_TOLD``: without known and harmless ones, and
    those whose value says no.
    """
    unused = given.keys() - HARMLESS - set(known)
    if given.get("output_format") == "v1.1":
        unused.discard("output_format")
    names = [field_name(name) for name in given if name in unused and _says_something(given[name])]
    return list(dict.fromkeys(names))[:MOST_TOLD]


def field_name(name: str) -> str:
    """The name, if it is one that an answer may repeat."""
    return name if _NAME.fullmatch(name) else "another field"


def _says_something(value: Any) -> bool:
    return value not in (None, False, "", "false", "False", [], {})
