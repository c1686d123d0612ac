"""Everyday cases: past turns, a message, and what must be quoted in its prompt.

``docs/everyday.md`` describes the files.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from memory.evaluation.dataset import BadData, to_utc
from memory.types import Role


def _required_time(moment: object) -> datetime:
    found = to_utc(moment)
    if found is None:
        raise ValueError("a time is missing")
    return found


Moment = Annotated[datetime, BeforeValidator(_required_time)]


@dataclass(frozen=True, slots=True)
class PastTurn:
    """One turn of the memory. ``speaker`` is the name of its speaker in a group chat."""

    role: Role
    text: str
    said_at: Moment
    conversation: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation so far."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class EverydayCase:
    """One message to one memory, and what its prompt must quote.

    setup:    the turns of the memory, oldest first
    history:  the conversation so far, which the prompt shows anyway
    asked_at: the time of the message; relative dates count from it, in UTC
    must:     texts that the quoted memories must contain, each in one of them
    must_not: texts that none of them may contain
    nothing:  no memory may be quoted
    mention:  the conversation of a later mention that changes nothing. What is kept without it and
              not with it is a false update.
    """

    id: str
    kind: str
    setup: tuple[PastTurn, ...]
    asked_at: Moment
    question: str
    history: tuple[Said, ...] = ()
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    nothing: bool = False
    mention: str = ""

    def without_mention(self) -> "EverydayCase":
        """The same case, in which the later mention was never said."""
        setup = tuple(turn for turn in self.setup if turn.conversation != self.mention)
        return replace(self, setup=setup, mention="")

    def holds(self, quoted: Sequence[str]) -> bool:
        """Whether these quoted memories are what the case demands."""
        if self.nothing:
            return not quoted
        return not self.missing(quoted) and not self.unwanted(quoted)

    def missing(self, quoted: Sequence[str]) -> list[str]:
        """The texts of ``must`` that no quoted memory contains."""
        return [each for each in self.must if not any(each in text for text in quoted)]

    def unwanted(self, quoted: Sequence[str]) -> list[str]:
        """The quoted memories that must not be quoted."""
        if self.nothing:
            return list(quoted)
        return [text for text in quoted if any(each in text for each in self.must_not)]


_CASE = TypeAdapter(EverydayCase)


def load(path: Path) -> list[EverydayCase]:
    """The cases of a file, one JSON object in each line. Raises BadData, and OSError."""
    cases: list[EverydayCase] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                cases.append(_CASE.validate_json(line))
            except ValidationError as error:
                fault = error.errors()[0]
                field = ".".join(map(str, fault["loc"]))
                message = fault["msg"].removeprefix("Value error, ")
                raise BadData(f"{path}, line {number}: {field}: {message}") from None
    return cases


def dump(case: EverydayCase) -> bytes:
    """The case as one line of a file, without the line break."""
    return _CASE.dump_json(case, exclude_defaults=True)


def by_kind(cases: Iterable[EverydayCase]) -> dict[str, list[EverydayCase]]:
    """The cases of each kind, in the order of the kinds' first cases."""
    kinds: dict[str, list[EverydayCase]] = defaultdict(list)
    for case in cases:
        kinds[case.kind].append(case)
    return dict(kinds)


def some_of_each(cases: Iterable[EverydayCase], most: int) -> list[EverydayCase]:
    """At most so many cases of each kind (two or more), from its first to its last."""
    some: list[EverydayCase] = []
    for group in by_kind(cases).values():
        last = min(most, len(group)) - 1
        some += [group[(len(group) - 1) * at // max(1, last)] for at in range(last + 1)]
    return some
