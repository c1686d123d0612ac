"""mem0's filters: ``user_id``, ``run_id`` and ``created_at``, joined by AND, OR and NOT.

What the store does not hold (``agent_id``, ``metadata``, …) is left out of the filter and told. A
filter of which nothing is left selects everything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from app.api.filter_times import FilterTime, end_of, start_of
from app.api.schemas.mem0_ignored import field_name
from app.errors import Unsupported
from app.field_types import Identifier
from memory.repositories.memories import Narrowing

MOST_DEPTH, MOST_CONDITIONS = 8, 50
ANYBODY = "*"
_JOINTS: Mapping[str, Literal["AND", "OR", "NOT"]] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_ID: TypeAdapter[str] = TypeAdapter(Identifier)
_TIME: TypeAdapter[Any] = TypeAdapter(FilterTime)
_INSTANT = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)

Positions = Callable[[Narrowing], set[int]]
"""The positions on the tape of the memories that are narrowed so."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Memories of one conversation or of a span of time. Without either, all memories."""

    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def select(self, positions: Positions) -> set[int]:
        return positions(
            Narrowing(conversation_id=self.conversation_id, since=self.since, until=self.until)
        )


@dataclass(frozen=True, slots=True)
class Junction:
    """Memories that all parts select (AND), any part (OR), or no part (NOT)."""

    kind: Literal["AND", "OR", "NOT"]
    parts: tuple["Condition | Junction", ...]

    def select(self, positions: Positions) -> set[int]:
        found = [part.select(positions) for part in self.parts]
        if self.kind == "AND":
            return set.intersection(*found)
        together = set.union(*found)
        return together if self.kind == "OR" else positions(Narrowing()) - together


@dataclass(slots=True)
class Filter:
    """A filter as it was read.

    selection:  which memories of the user; None for all
    users:      the users that it names
    runs:       the conversations that every selected memory is of
    ignored:    what it asks beyond that
    """

    selection: Condition | Junction | None = None
    users: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    conditions: int = 0


def read_filter(given: Mapping[str, Any] | None, zone: tzinfo) -> Filter:
    """Days and times without a zone are in ``zone``. Raises Unsupported."""
    read = Filter()
    if given:
        read.selection = _joined("AND", _parts(given, read, zone, depth=1, certain=True))
    return read


def _joined(
    kind: Literal["AND", "OR", "NOT"], parts: Sequence[Condition | Junction]
) -> Condition | Junction | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and kind != "NOT" else Junction(kind, tuple(parts))


def _parts(
    given: Any, read: Filter, zone: tzinfo, *, depth: int, certain: bool
) -> list[Condition | Junction]:
    """The conditions of an object. ``certain``: it is not under an OR or a NOT."""
    if not isinstance(given, Mapping):
        raise Unsupported("filters", "filters: must be an object, or AND, OR, NOT with a list.")
    if depth > MOST_DEPTH:
        raise Unsupported("filters", f"filters: are nested deeper than {MOST_DEPTH} levels.")
    parts: list[Condition | Junction | None] = []
    for name, value in given.items():
        read.conditions += 1
        if read.conditions > MOST_CONDITIONS:
            raise Unsupported("filters", f"filters: are more than {MOST_CONDITIONS} conditions.")
        if (kind := _JOINTS.get(name)) is not None:
            below = [
                _joined("AND", _parts(each, read, zone, depth=depth + 1, certain=inside))
                for inside in [certain and kind == "AND"]
                for each in (value if isinstance(value, list) else [value])
            ]
            parts.append(_joined(kind, [each for each in below if each is not None]))
        elif name == "user_id":
            parts.append(_user(value, read))
        elif name == "run_id":
            parts.append(_run(value, read, certain=certain))
        elif name == "created_at":
            parts.append(_span(value, read, zone))
        elif value is not None:
            read.ignored.append(f"filters.{field_name(name)}")
    return [part for part in parts if part is not None]


def _user(value: Any, read: Filter) -> Condition | None:
    """Every memory that can be selected is of the one user, so the condition selects all."""
    if value in (None, ANYBODY):
        return None
    if isinstance(value, Mapping) and value.keys() != {"in"}:
        read.ignored.append("filters.user_id")
        return None
    names = value["in"] if isinstance(value, Mapping) else value
    for name in names if isinstance(names, list) else [names]:
        if name != ANYBODY:
            read.users.append(_checked(_ID, "filters.user_id", name))
    return Condition()


def _run(value: Any, read: Filter, *, certain: bool) -> Condition | Junction | None:
    if value is None:
        return None
    if isinstance(value, str) and value != ANYBODY:
        run = _checked(_ID, "filters.run_id", value)
        if certain:
            read.runs.append(run)
        return Condition(conversation_id=run)
    if isinstance(value, Mapping) and len(value) == 1:
        [(operator, asked)] = value.items()
        listed = asked if isinstance(asked, list) else [asked]
        runs = [_checked(_ID, "filters.run_id", each) for each in listed[:MOST_CONDITIONS]]
        if operator in ("in", "eq", "ne") and runs and len(listed) <= MOST_CONDITIONS:
            conditions = [Condition(conversation_id=run) for run in runs]
            return _joined("NOT" if operator == "ne" else "OR", conditions)
    read.ignored.append("filters.run_id")
    return None


def _span(value: Any, read: Filter, zone: tzinfo) -> Condition | None:
    """A span of time: a day, or bounds of which each may be a day."""
    if value is None:
        return None
    bounds = value if isinstance(value, Mapping) else {"gte": value, "lte": value}
    since, until = list[datetime](), list[datetime]()
    for operator, given in bounds.items():
        if operator not in ("gte", "gt", "lte", "lt"):
            read.ignored.append("filters.created_at")
            continue
        if given in (None, ""):
            continue
        at: datetime | date = _checked(_TIME, "filters.created_at", given)
        bound = start_of(at, zone) if operator in ("gte", "lt") else _after(at, zone)
        (since if operator in ("gte", "gt") else until).append(bound)
    if not since and not until:
        return None
    return Condition(since=max(since, default=None), until=min(until, default=None))


def _after(at: datetime | date, zone: tzinfo) -> datetime:
    """The first instant after a time or a day. The calendar's last one is returned as it is."""
    end = end_of(at, zone)
    return end + _INSTANT if isinstance(at, datetime) and end < _LAST else end


def _checked(type_: TypeAdapter[Any], param: str, value: Any) -> Any:
    try:
        return type_.validate_python(value)
    except ValidationError as error:
        message = error.errors()[-1]["msg"].removeprefix("Value error, ")[:200]
        raise Unsupported(param, f"{param}: {message}") from None
