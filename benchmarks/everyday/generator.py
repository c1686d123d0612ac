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

ENGLISH_CASES, CHINESE_CASES = 28, 16
CONTROL = "control"
ENGLISH_CONTROLS, CHINESE_CONTROLS = 320, 180

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
}
OTHER_LANGUAGES = "other language"
ALL_KINDS = (*KINDS, OTHER_LANGUAGES, CONTROL)


def generate(seed: int = 0) -> list[EverydayCase]:
    """All cases, kind by kind. The same seed gives the same cases.

    The cases of a kind depend on no other kind.
    """
    cases: list[EverydayCase] = []
    for kind, make in KINDS.items():
        for language, number in (("en", ENGLISH_CASES), ("zh", CHINESE_CASES)):
            source = random.Random(f"{seed} {kind} {language}")
            cases += make_cases(kind, make(source, language, number), number, source)
    source = random.Random(f"{seed} {OTHER_LANGUAGES}")
    number = ENGLISH_CASES + CHINESE_CASES
    scenarios = languages.scenarios(source, number)
    cases += make_cases(OTHER_LANGUAGES, scenarios, number, source)
    for scenarios, number in (
        (controls.ENGLISH_CONTROLS, ENGLISH_CONTROLS),
        (controls.CHINESE_CONTROLS, CHINESE_CONTROLS),
    ):
        language = scenarios[0].language
        source = random.Random(f"{seed} {CONTROL} {language}")
        cases += make_cases(CONTROL, scenarios, number, source)
    return cases
