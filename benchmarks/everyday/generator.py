"""The everyday set: some forty cases of each kind and five hundred controls, from one seed."""

import random
from collections.abc import Callable, Sequence

from benchmarks.everyday import (
    answers,
    changes,
    controls,
    corrections,
    dates,
    languages,
    long_texts,
    overviews,
    people,
    silence,
    wordings,
)
from benchmarks.everyday.scenarios import Scenario, make_cases
from memory.evaluation.everyday_cases import EverydayCase

# By language.
CASES = {"en": 28, "zh": 16}
CONTROLS = {"en": 320, "zh": 180}
CONTROL = "control"
OTHER_LANGUAGES = "other language"

Make = Callable[[random.Random, str, int], Sequence[Scenario]]
"""The scenarios of a kind in a language ("en", "zh"), for so many cases."""


def _fixed(all_scenarios: Sequence[Scenario]) -> Make:
    """Those of the language, whatever the number."""
    return lambda _source, language, _number: [
        each for each in all_scenarios if each.language == language
    ]


KINDS: dict[str, Make] = {
    "update": _fixed(changes.UPDATES),
    "correction": _fixed(corrections.CORRECTIONS),
    "answer": _fixed(answers.REQUESTS),
    "date": dates.scenarios,
    "overview": _fixed(overviews.OVERVIEWS),
    "first or last": _fixed(overviews.ORDER),
    "list": _fixed(overviews.LISTS),
    "follow-up": _fixed(answers.FOLLOW_UPS),
    "long text": long_texts.scenarios,
    "typo": wordings.typos,
    "identifier": wordings.identifiers,
    "repetition": _fixed(wordings.REPEATED),
    "paraphrase": _fixed(wordings.PARAPHRASES),
    "small talk": _fixed(silence.SMALL_TALK),
    "absence": _fixed(silence.ABSENCE),
    "advice": _fixed(people.ADVICE),
    "speaker": _fixed(people.SPEAKERS),
    CONTROL: _fixed(controls.CONTROLS),
}
ALL_KINDS = (*KINDS, OTHER_LANGUAGES)


def generate(seed: int = 0) -> list[EverydayCase]:
    """All cases, kind by kind. The same seed gives the same cases."""
    return [case for kind in ALL_KINDS for case in cases_of(kind, seed)]


def cases_of(kind: str, seed: int = 0) -> list[EverydayCase]:
    """The cases of one kind, which depend on no other kind."""
    if kind == OTHER_LANGUAGES:
        source = random.Random(f"{seed} {kind}")
        number = sum(CASES.values())
        return make_cases(kind, languages.scenarios(source, number), number, source)
    numbers = CONTROLS if kind == CONTROL else CASES
    cases: list[EverydayCase] = []
    for language, number in numbers.items():
        source = random.Random(f"{seed} {kind} {language}")
        cases += make_cases(kind, KINDS[kind](source, language, number), number, source)
    return cases
