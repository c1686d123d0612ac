"""Scenarios: what somebody says over some months and then asks, as templates.

A field such as ``{city}`` is drawn from the bank of that name, ``{city2}`` is another of it, and
both stay the same within a case. ``{number}`` is 2 to 19, ``{digit}`` 2 to 9.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from benchmarks.everyday.words import chinese, chinese_neutral, english, english_neutral
from memory.evaluation.everyday_cases import EverydayCase, PastTurn, Said
from memory.types import Role

Texts = tuple[str, ...]
Days = tuple[int, int]
"""The fewest and the most days before the question."""

LONG_AGO: Days = (110, 200)
RECENTLY: Days = (4, 60)
# Exchanges of a made-up life around the turns of a case: a user's turn and an assistant's.
NEUTRAL_EXCHANGES = 25
NEUTRAL_DAYS: Days = (15, 205)
FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)
POSSIBLE_DAYS = 120
_NUMBER = re.compile(r"\d++$")


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: one of ``texts``.

    ``days`` None: in the conversation of the step before it, right after it. ``must`` is True if
    the whole text must be quoted, False if it must not be, a template if only that part must be.
    ``times``: so many copies, a day apart. ``mention``: it changes nothing of what was told.
    """

    texts: Texts
    days: Days | None = LONG_AGO
    role: Role = "user"
    must: bool | str | None = None
    speaker: str | None = None
    times: int = 1
    mention: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in the order of time, and alternatives of the question.

    ``avoid`` are topics of the made-up life (``words.english_neutral``) that the case is about.
    ``language`` has the banks and the life: "en" or "zh".
    """

    steps: tuple[Step, ...]
    questions: Texts
    history: tuple[Said, ...] = ()
    nothing: bool = False
    avoid: Texts = ()
    language: str = "en"
    asked_at: datetime | None = None


def told(*texts: str, days: Days | None = LONG_AGO, must: bool | str | None = None) -> Step:
    """What the user says, long ago if nothing else is given."""
    return Step(texts, days, must=must)


def later(*texts: str, days: Days | None = RECENTLY, must: bool | str | None = True) -> Step:
    """What the user says recently, and what must be quoted."""
    return Step(texts, days, must=must)


def reply(*texts: str, must: bool | str | None = None) -> Step:
    """What the assistant answers to the step before."""
    return Step(texts, None, "assistant", must)


def spoken(speaker: str, *texts: str, must: bool | None = None, days: Days = RECENTLY) -> Step:
    """What a named speaker of a group chat says."""
    return Step(texts, days, must=must, speaker=speaker)


def dialogue(*texts: str) -> tuple[Said, ...]:
    """The conversation so far: the user begins, and the assistant has the last word."""
    return tuple(Said("assistant" if at % 2 else "user", text) for at, text in enumerate(texts))


def in_chinese(*scenarios: Scenario) -> tuple[Scenario, ...]:
    """The same with the Chinese banks and the Chinese life."""
    return tuple(replace(each, language="zh") for each in scenarios)


class Fields(dict[str, str]):
    """The values of a case's fields, drawn when they are first used."""

    def __init__(self, source: random.Random, language: str) -> None:
        super().__init__()
        self._source = source
        self._banks = chinese.BANKS if language == "zh" else english.BANKS

    def __missing__(self, field: str) -> str:
        bank = _NUMBER.sub("", field)
        if bank == "number":
            options = [str(each) for each in range(2, 20)]
        elif bank == "digit":
            options = [str(each) for each in range(2, 10)]
        else:
            options = list(self._banks[bank])
        taken = {value for name, value in self.items() if _NUMBER.sub("", name) == bank}
        self[field] = self._source.choice([each for each in options if each not in taken])
        return self[field]

    def fill(self, template: str) -> str:
        """The template with its fields' values."""
        return template.format_map(self)


def make_case(scenario: Scenario, kind: str, case_id: str, source: random.Random) -> EverydayCase:
    """One case of a scenario, in a made-up life."""
    fields = Fields(source, scenario.language)
    asked_at = scenario.asked_at or _some_day(source)
    turns: list[PastTurn] = []
    must: list[str] = []
    must_not: list[str] = []
    mention = ""
    for number, step in enumerate(scenario.steps):
        new = _turns(step, fields, asked_at, source, turns, f"case-{number}")
        turns += new
        if step.mention:
            mention = new[0].conversation
        if step.must is True:
            must.append(new[0].text)
        elif step.must is False:
            must_not.append(new[0].text)
        elif step.must is not None:
            must.append(fields.fill(step.must))
    question = fields.fill(source.choice(scenario.questions))
    history = tuple(replace(each, text=fields.fill(each.text)) for each in scenario.history)
    setup = [*turns, *_life(scenario, asked_at, source)]
    setup.sort(key=lambda turn: turn.said_at)
    return EverydayCase(
        id=case_id,
        kind=kind,
        setup=tuple(setup),
        asked_at=asked_at,
        question=question,
        history=history,
        must=tuple(must),
        must_not=tuple(must_not),
        nothing=scenario.nothing,
        mention=mention,
    )


def make_cases(
    kind: str, scenarios: Sequence[Scenario], number: int, source: random.Random
) -> list[EverydayCase]:
    """So many cases, the scenarios in turn. Cases differ unless no other is found."""
    cases: list[EverydayCase] = []
    seen: set[tuple[str, ...]] = set()
    for index in range(number):
        scenario = scenarios[index % len(scenarios)]
        for _ in range(20):
            name = f"{kind}-{scenario.language}-{index:03d}".replace(" ", "-")
            case = make_case(scenario, kind, name, source)
            own = (turn.text for turn in case.setup if turn.conversation.startswith("case"))
            key = (case.question, *own)
            if key not in seen:
                break
        seen.add(key)
        cases.append(case)
    return cases


def _turns(
    step: Step,
    fields: Fields,
    asked_at: datetime,
    source: random.Random,
    before: Sequence[PastTurn],
    conversation: str,
) -> list[PastTurn]:
    text = fields.fill(source.choice(step.texts))
    speaker = None if step.speaker is None else fields.fill(step.speaker)
    if step.days is None:
        said_at, conversation = (
            before[-1].said_at + timedelta(seconds=20),
            before[-1].conversation,
        )
    else:
        said_at = _moment(asked_at, step.days, source)
    return [
        PastTurn(step.role, text, said_at + timedelta(days=copy), f"{conversation}-{copy}", speaker)
        if step.times > 1
        else PastTurn(step.role, text, said_at, conversation, speaker)
        for copy in range(step.times)
    ]


def _life(scenario: Scenario, asked_at: datetime, source: random.Random) -> list[PastTurn]:
    bank = chinese_neutral.EXCHANGES if scenario.language == "zh" else english_neutral.EXCHANGES
    possible = [each for each in bank if each[0] not in scenario.avoid]
    turns: list[PastTurn] = []
    for number, (_, question, answer) in enumerate(source.sample(possible, NEUTRAL_EXCHANGES)):
        said_at = _moment(asked_at, NEUTRAL_DAYS, source)
        name = f"life-{number}"
        turns.append(PastTurn("user", question, said_at, name))
        turns.append(PastTurn("assistant", answer, said_at + timedelta(seconds=20), name))
    return turns


def _moment(asked_at: datetime, days: Days, source: random.Random) -> datetime:
    """Between 7 and 11 o'clock, so that it is before noon where the day is that of the question."""
    day = asked_at - timedelta(days=source.randint(*days))
    return day.replace(hour=source.randint(7, 10), minute=source.randrange(60))


def _some_day(source: random.Random) -> datetime:
    return FIRST_DAY + timedelta(days=source.randrange(POSSIBLE_DAYS), hours=12)
