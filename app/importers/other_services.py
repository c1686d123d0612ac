"""A conversation as another service's export tells it, before it becomes one of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = Any
_MILLISECONDS_FROM = 100_000_000_000  # as seconds, that would be the year 5138


@dataclass(frozen=True, slots=True)
class Said:
    """One message. ``id`` is its own in the file, ``at`` when it was said, where that is told."""

    id: str
    role: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation: of its branches the one that was shown last."""

    id: str
    title: str | None
    began: datetime | None
    said: list[Said]


def branch(leaf: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """The ids from the root to ``leaf``, by who follows on whom; a circle is walked once."""
    path: dict[str, None] = {}
    while leaf is not None and leaf in parents and leaf not in path:
        path[leaf] = None
        leaf = parents[leaf]
    return list(path)[::-1]


def moment(told: Json) -> datetime | None:
    """A time as exports have it: seconds, milliseconds, or ISO 8601. Raises ValueError, TypeError,
    OverflowError or OSError.
    """
    if not told:
        return None
    if isinstance(told, str):
        at = datetime.fromisoformat(told)
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return datetime.fromtimestamp(told / 1000 if told >= _MILLISECONDS_FROM else told, UTC)


def texts(parts: Json, kind: str) -> str:
    """The texts of those parts of a message that are of this kind."""
    return "\n".join(part["text"] for part in parts or () if part.get("type") == kind)
