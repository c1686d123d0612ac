"""BM25 over slots: what counts as a term, and that keeping the index equals rebuilding it."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.tape.indexes.bm25 import LexicalIndex
from memory.text.words import content_terms, terms

WORDS = ["dog", "dogs", "Lisbon", "ran", "running", "猫が好き", "แมว", "café", "7", "!", "🙂"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


def indexed(*texts: str) -> LexicalIndex:
    index = LexicalIndex()
    index.add(range(len(texts)), texts)
    return index


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The dog's dogs", ["the", "dog", "dog"]),
        ("the dog’s bone", ["the", "dog", "bone"]),
        ("She was running at 10.30", ["she", "was", "run", "at", "10", "30"]),
        ("snake_case and Straße", ["snake", "case", "and", "strass"]),
        ("ＦＵＬＬ　ｗｉｄｔｈ", ["full", "width"]),
        ("我喜欢猫", ["我", "喜", "欢", "猫", "我喜", "喜欢", "欢猫"]),
        ("猫", ["猫"]),
        ("ｶﾀｶﾅ", ["カ", "タ", "カ", "ナ", "カタ", "タカ", "カナ"]),
        ("我的iPhone手机", ["我", "的", "我的", "iphon", "手", "机", "手机"]),
        ("한국어", ["한", "국", "어", "한국", "국어"]),
        ("แมว", ["แ", "ม", "ว", "แม", "มว"]),
        ("हिन्दी में", ["हिन्द", "म"]),
        ("كتاب", ["كتاب"]),
        ("🙂 … — !?", []),
        ("", []),
        ("\ud800", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is my dog's name?", ["dog", "name"]),
        ("Who are you?", ["who", "are", "you"]),
        ("我的猫呢", ["猫"]),
        ("", []),
    ],
)
def test_a_question_is_asked_by_what_it_is_about(question: str, expected: list[str]) -> None:
    assert content_terms(question) == expected


@given(st.text())
def test_any_text_has_terms_without_error(text: str) -> None:
    index = indexed(text)
    scores = index.scores(terms(text))[0]
    assert scores.shape == (1,)
    assert (scores[0] > 0) == bool(terms(text))


def test_scores_are_the_formula() -> None:
    """Written out by hand for two terms; a third that no slot has only makes the share smaller."""
    index = indexed("red red apple", "red pear", "plum")
    mean = 6 / 3
    seen = np.log(1 + (3 - 2 + 0.5) / 2.5), np.log(1 + (3 - 1 + 0.5) / 1.5)
    unseen = np.log(1 + (3 + 0.5) / 0.5)

    def part(count: int, length: int) -> float:
        return count / (count + 1.2 * (0.25 + 0.75 * length / mean))

    best = sum(seen)
    expected = [
        (seen[0] * part(2, 3) + seen[1] * part(1, 3)) / best,
        seen[0] * part(1, 2) / best,
        0.0,
    ]
    np.testing.assert_allclose(index.scores(terms("red apples"))[0], expected, rtol=1e-5)
    np.testing.assert_allclose(
        index.scores(terms("red apples, zebra"))[0],
        np.array(expected) * best / (best + unseen),
        rtol=1e-5,
    )


def test_a_question_repeated_means_the_same() -> None:
    index = indexed("red apple", "pear")
    once, twice = index.scores(terms("apple pie"))[0], index.scores(terms("apple pie apple pie"))[0]
    np.testing.assert_array_equal(once, twice)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=6))
def test_scores_are_shares(query: str, texts: list[str]) -> None:
    scores = indexed(*texts).scores(terms(query))[0]
    assert (scores >= 0).all()
    assert (scores < 1).all()


@pytest.mark.parametrize("query", ["", "🙂", "?!", "unheard"])
def test_a_query_without_known_words_finds_nothing(query: str) -> None:
    assert not indexed("the dog", "猫").scores(terms(query))[0].any()
    assert not LexicalIndex().scores(terms(query))[0].any()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 6), st.none() | TEXTS), max_size=25), TEXTS)
def test_keeping_the_index_equals_rebuilding_it(
    steps: list[tuple[int, str | None]], query: str
) -> None:
    """Any order of adding and removing leaves the very scores of an index built from the end."""
    index, model = LexicalIndex(), dict[int, str]()
    for row, text in steps:
        index.remove([row])
        model.pop(row, None)
        if text is not None:
            index.add([row], [text])
            model[row] = text
    rebuilt = LexicalIndex()
    rebuilt.add(list(model), list(model.values()))
    scores, expected = index.scores(terms(query))[0], rebuilt.scores(terms(query))[0]
    np.testing.assert_array_equal(scores[: len(expected)], expected)
    assert not scores[len(expected) :].any()
    assert len(index._terms) == len(model)
    assert {word for word in terms(" ".join(WORDS)) if word in index._postings} == {
        term for text in model.values() for term in terms(text)
    }


def test_what_is_removed_leaves_no_term() -> None:
    index = indexed("the secret is hunter2", "the rest")
    index.remove([0, 5])
    assert "hunter2" not in index._postings
    assert "secret" not in index._postings
    assert "the" in index._postings
    assert not index.scores(terms("secret hunter2"))[0].any()
    index.remove([1])
    assert not index._terms
    assert index.nbytes < 100


def test_memory_estimate_is_honest() -> None:
    """Against what Python itself says of every object that the index holds."""
    generator = np.random.default_rng(0)
    draws = generator.zipf(1.3, size=(5_000, 25)) % 20_000
    index = indexed(*(" ".join(f"word{n}" for n in draw) for draw in draws))
    held = [index._postings, *index._postings, *index._postings.values()]
    held += [index._terms, *index._terms, *index._terms.values()]
    used = sum(map(sys.getsizeof, held)) + index._lengths.nbytes
    assert 0.9 * used < index.nbytes < 1.3 * used
