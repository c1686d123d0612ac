"""Labelled memories: users, their turns, and questions with the turns that answer them.

``docs/eval-format.md`` describes the files.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from memory.types import Role

Split = Literal["main", "adversarial", "no_evidence"]
ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}
# A weekday such as "(Mon)" between a date and a time of day. A match starts at the first space
# only: otherwise each of many would be tried.
_WEEKDAY = re.compile(r"(?:(?<!\s)\s+)?\(\w+\)\s*")


class BadData(ValueError):
    """A file violates the format; the message names the file, the line and the fault."""


def to_utc(moment: Any) -> datetime | None:
    """A time of a file as an aware datetime. Without a zone it is UTC; None and "" are None.

    ``2023-05-08T13:56:00``, ``2024-03-15``, ``2023/12/18 (Mon) 04:17``. Raises ValueError.
    """
    if moment is None or moment == "":
        return None
    if isinstance(moment, str):
        text = _WEEKDAY.sub(" ", moment).strip().replace("/", "-")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{moment!r} is not a time") from None
    if not isinstance(moment, datetime):
        raise ValueError(f"{moment!r} is not a time")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime | None, BeforeValidator(to_utc)]


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """One turn. ``speaker`` is a name, or "user" or "assistant"."""

    turn_id: str
    session_id: str
    speaker: str
    text: str
    timestamp: Moment = None

    @property
    def role(self) -> Role:
        """Every other speaker than the assistant is a user."""
        return ROLES.get(self.speaker, "user")

    @property
    def name(self) -> str | None:
        """The speaker's name, or None for a role."""
        return None if self.speaker in ROLES else self.speaker


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its evidence, the turns needed to answer it.

    When it is asked only the first ``visible`` turns exist; None: all of them.
    """

    question: str
    category: str
    split: Split
    evidence_complete: bool
    evidence_turn_ids: tuple[str, ...] = ()
    evidence_session_ids: tuple[str, ...] = ()
    answer: str | None = None
    asked_at: Moment = None
    visible: Annotated[int, Field(ge=0)] | None = None

    @property
    def answerable(self) -> bool:
        """Whether it counts for recall: its evidence is known and complete."""
        return self.split == "main" and self.evidence_complete and bool(self.evidence_turn_ids)

    @property
    def unanswerable(self) -> bool:
        """Whether it counts for abstention: the memory has no answer."""
        no_evidence = self.split == "no_evidence" and not self.evidence_turn_ids
        return self.split == "adversarial" or (no_evidence and "abstention" in self.category)


@dataclass(frozen=True, slots=True)
class LabelledUser:
    """One user: the turns of all sessions, oldest first, and the questions about them."""

    user_id: Annotated[str, Field(min_length=1)]
    turns: tuple[LabelledTurn, ...]
    questions: tuple[Question, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the speakers in order of their first turn."""
        return tuple(dict.fromkeys(turn.name for turn in self.turns if turn.name is not None))


_USER = TypeAdapter(LabelledUser)


def load(path: Path) -> Iterator[LabelledUser]:
    """The users of a file, one at a time. Raises BadData, and OSError."""
    user_ids: set[str] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                user = parse(line)
                if user.user_id in user_ids:
                    raise BadData(f"the user {user.user_id!r} is there twice")
            except BadData as error:
                raise BadData(f"{path}, line {number}: {error}") from None
            user_ids.add(user.user_id)
            yield user


def parse(line: bytes) -> LabelledUser:
    """One line of a file. Raises BadData with the first fault."""
    try:
        user = _USER.validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"]))
        message = fault["msg"].removeprefix("Value error, ")
        raise BadData(f"{field}: {message}" if field else message) from None
    _check(user)
    return user


def dump(user: LabelledUser) -> bytes:
    """The user as one line of a file, without the line break."""
    return _USER.dump_json(user)


def _check(user: LabelledUser) -> None:
    """Check what concerns several fields. Raises BadData."""
    index_of = {turn.turn_id: index for index, turn in enumerate(user.turns)}
    if len(index_of) < len(user.turns):
        raise BadData("a turn_id is there twice")
    for number, question in enumerate(user.questions):
        visible = len(user.turns) if question.visible is None else question.visible
        if visible > len(user.turns):
            raise BadData(f"questions.{number}: there are no {visible} turns to be visible")
        for turn_id in question.evidence_turn_ids:
            if index_of.get(turn_id, visible) >= visible:
                raise BadData(f"questions.{number}: no visible turn has the id {turn_id!r}")
