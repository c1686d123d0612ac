"""A mistyped word of a question finds the word that the tape has."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.tape.indexes.bm25 import LexicalIndex
from memory.tape.indexes.spelling import SpellingIndex
from memory.text.typos import within
from memory.text.words import content_terms, stems_of

TAPE = [
    "My keyboard is in the cupboard.",
    "The veterinarian lives beside the bakery.",
    "I am allergic to walnuts",
    "Daniel came with Eva in his car",
    "the parcel with RX-4471 is here",
    "We were swimming",
    "My wife collects ancient coins",
    "Сестра живёт в Самаре",
]


def near(word: str) -> list[int]:
    """The slots that a question about a word finds."""
    index = LexicalIndex()
    index.add(range(len(TAPE)), TAPE)
    scores, _ = index.scores(content_terms(f"Where is my {word}?"))
    return np.flatnonzero(scores).tolist()


@pytest.mark.parametrize(
    ("mistyped", "slot"),
    [
        ("keybord", 0),  # missing
        ("keybooard", 0),  # additional
        ("keyvoard", 0),  # the key beside
        ("keybaord", 0),  # swapped
        ("eyboard", 0),
        ("leyboard", 0),
        ("cupbord", 0),
        ("vetrinarian", 1),
        ("vetinarian", 1),  # two letters
        ("bakrey", 1),
        ("alergic", 2),
        ("allergci", 2),  # in the ending, which the stemmer then leaves
        ("wallnut", 2),
        ("swiming", 5),
        ("wfie", 6),
        ("cooins", 6),
        ("сетсра", 7),
    ],
)
def test_a_typo_finds_the_word(mistyped: str, slot: int) -> None:
    assert near(mistyped) == [slot]


@pytest.mark.parametrize(
    "word",
    ["cat", "bar", "Ana", "Eve", "Danny", "4417", "4472", "keys", "board", "wine", "walls", "corn"],
)
def test_other_words_are_not_typos(word: str) -> None:
    assert near(word) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("4471B", True),
        ("1250LE", True),
        ("X4471", True),
        ("A4471B", True),
        ("RX4417B", False),
        ("4471", False),
    ],
)
def test_a_code_may_lack_a_letter_but_no_digit(asked: str, found: bool) -> None:
    index = LexicalIndex()
    index.add([0], ["the models are X4471B and G1250LE"])
    assert index.scores(content_terms(asked))[0].any() == found


def test_a_word_of_the_tape_is_not_a_typo() -> None:
    index = LexicalIndex()
    index.add([0, 1], ["Daniel called", "Daniela called"])
    scores, _ = index.scores(content_terms("Who is Daniela?"))
    assert scores[1] > 0 == scores[0]


def test_a_typo_counts_less() -> None:
    index = LexicalIndex()
    index.add([0], ["my keyboard"])
    right, wrong = (index.scores(content_terms(each)) for each in ("keyboard", "keybord"))
    np.testing.assert_allclose(wrong[0], 0.7 * right[0], rtol=1e-6)
    np.testing.assert_allclose(wrong[1], [0.7], rtol=1e-6)


def test_other_words_that_tell_more_are_enough() -> None:
    """Otherwise a correct word that the tape does not have would often be taken for a typo."""
    index = LexicalIndex()
    index.add([0, 1], ["the red keyboard of my brother Tom", "a cardboard box"])
    scores, _ = index.scores(content_terms("Is cardbord red, brother Tom?"))
    assert scores[0] > 0 == scores[1]


def test_many_near_words_tell_nothing() -> None:
    index = LexicalIndex()
    index.add(range(4), ["marlin", "merlin", "murlin", "morlin"])
    assert not index.scores(content_terms("mirlin"))[0].any()
    index.remove([3])
    assert np.count_nonzero(index.scores(content_terms("mirlin"))[0]) == 3


def test_the_index_of_spellings_follows_the_tape() -> None:
    index = LexicalIndex()
    index.add([0], ["keyboard"])
    assert index.scores(content_terms("keybord"))[0].tolist() == [pytest.approx(0.7 / 2.2)]
    index.add([1], ["umbrella"])
    assert index.scores(content_terms("umbrela"))[0][1] > 0
    index.remove([0])
    assert not index.scores(content_terms("keybord"))[0].any()
    assert index._spelling is not None
    assert index._spelling._terms == ["umbrella"]
    assert index.scores(content_terms("umbrela"))[0][1] > 0


WORDS = st.text("abcd", min_size=1, max_size=7)


@given(WORDS, WORDS, st.integers(0, 2))
def test_distance(a: str, b: str, most: int) -> None:
    """Against the textbook's table."""
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            steps = [table[i - 1, j] + 1, table[i, j - 1] + 1]
            steps.append(table[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                steps.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(steps)
    assert within(a, b, most) == (table[-1, -1] <= most)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=7, max_size=12), st.data())
def test_any_missing_letter_or_swap_is_found(word: str, data: st.DataObject) -> None:
    """The filter of candidates loses none."""
    place = data.draw(st.integers(0, len(word) - 2))
    missing = word[:place] + word[place + 1 :]
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    index = SpellingIndex([word, "zzzzqqqq"])
    for typo in (missing, swapped):
        if typo != word:
            assert word in index.near(typo, typo)


@pytest.mark.parametrize("word", ["\ud800abcdef", "🙂🙂🙂🙂🙂", "ééééééé", "a" * 64])
def test_any_word_may_be_looked_up(word: str) -> None:
    assert SpellingIndex([word, "other"]).near(word + "x", word + "x") in ([word], [])


def test_a_long_vocabulary_is_searched_fast() -> None:
    """100,000 terms; the bound is generous for a busy machine."""
    generator = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    draws = generator.zipf(1.3, size=(100_000, 9)) % 26
    terms = sorted({"".join(letters[row][: 4 + row[0] % 6]) for row in draws} - {"keyboard"})
    index = SpellingIndex([*terms, "keyboard"])
    words = ["keybord", "interantional", "resturant"]
    for word, stem in zip(words, stems_of(words), strict=True):
        start = time.thread_time()
        index.near(word, stem)
        assert time.thread_time() - start < 0.1
    assert "keyboard" in index.near("keybord", "keybord")
