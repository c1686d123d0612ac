"""The everyday set: the same each time, complete, and consistent in itself."""

import random

import pytest

from benchmarks.everyday import generator, wordings
from benchmarks.everyday.generator import ALL_KINDS, CONTROL, cases_of, generate
from benchmarks.everyday.scenarios import NEUTRAL_EXCHANGES, Scenario, make_case, told
from memory.evaluation.everyday_cases import EverydayCase, by_kind


@pytest.fixture(scope="module")
def cases() -> list[EverydayCase]:
    return generate()


def test_the_same_seed_gives_the_same_cases(cases: list[EverydayCase]) -> None:
    kinds = by_kind(cases)
    for kind in ("update", "date", "identifier", generator.OTHER_LANGUAGES):
        assert cases_of(kind) == kinds[kind]
        assert cases_of(kind, seed=1) != kinds[kind]


def test_every_kind_has_cases_in_both_languages(cases: list[EverydayCase]) -> None:
    kinds = by_kind(cases)
    assert tuple(kinds) == ALL_KINDS
    assert len(kinds[CONTROL]) == 500
    for kind, group in kinds.items():
        assert len(group) >= 20, kind
        assert len({case.question for case in group}) >= 8, kind
        if kind != generator.OTHER_LANGUAGES:
            assert {"-zh-" in case.id for case in group} == {True, False}, kind


def test_cases_are_told_apart_and_filled(cases: list[EverydayCase]) -> None:
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        texts = [turn.text for turn in case.setup] + [each.text for each in case.history]
        assert not any("{" in text or "}" in text for text in (case.question, *texts, *case.must))
        assert len(case.setup) >= 2 * NEUTRAL_EXCHANGES


def test_what_must_be_quoted_was_said_before(cases: list[EverydayCase]) -> None:
    for case in cases:
        assert case.nothing != bool(case.must), case.id
        for text in case.must:
            assert any(text in turn.text for turn in case.setup), case.id
        assert [turn.said_at for turn in case.setup] == sorted(turn.said_at for turn in case.setup)
        assert case.setup[-1].said_at < case.asked_at, case.id


def test_a_control_is_told_with_one_later_mention(cases: list[EverydayCase]) -> None:
    for case in cases:
        assert bool(case.mention) == (case.kind == CONTROL), case.id
        if case.mention:
            assert len(case.without_mention().setup) == len(case.setup) - 1


def test_a_life_leaves_out_the_topic_of_its_case() -> None:
    scenario = Scenario((told("I cook."),), ("Do I cook?",), avoid=("cooking",))
    for seed in range(20):
        case = make_case(scenario, "kind", "id", random.Random(seed))
        assert not any("tofu" in turn.text or "caramel" in turn.text for turn in case.setup)


def test_a_misspelt_word_is_another_word_of_about_that_length() -> None:
    source = random.Random(0)
    for word in ("binoculars", "umbrella", "compass", "vaccination card"):
        for _ in range(50):
            typed = wordings.misspelt(word, source)
            assert typed != word
            assert abs(len(typed) - len(word)) <= 1
            assert typed[0] == word[0]
