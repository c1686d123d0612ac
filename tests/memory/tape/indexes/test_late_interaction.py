"""Late interaction: see ``memory/tape/indexes/late_interaction.py``."""

import re

import numpy as np
import pytest

from memory.tape.indexes.late_interaction import (
    MOST_TOKENS,
    NO_QUERY_TOKENS,
    QueryTokens,
    TokenIndex,
    telling,
)
from memory.text.words import terms
from models.token_hashes import TOKEN, Tokens

RNG = np.random.default_rng(1)
BITS: dict[str, np.ndarray] = {}


def bits_of(word: str) -> np.ndarray:
    """The same random bits for the same word."""
    return BITS.setdefault(word, RNG.integers(0, 2**64, 2, dtype=np.uint64))


def tokens_of(text: str) -> Tokens:
    """One token a word, or one a character in Chinese."""
    found = [
        (bits_of(match[0].lower()), match.start()) for match in re.finditer(r"[a-zA-Z']+|\S", text)
    ]
    return np.array(found, TOKEN)


def stored(text: str) -> bytes:
    return telling(text, tokens_of(text))


def words_kept(text: str) -> list[str]:
    return list(QueryTokens.of(text, stored(text)).terms)


def equal_idf(terms: object) -> np.ndarray:
    assert isinstance(terms, tuple)
    return np.ones(len(terms))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("What did I say about my garden?", ["say", "garden"]),
        ("the of and", []),
        ("", []),
        ("Ann's dog barked", ["ann", "dog", "bark"]),
        ("我喜欢喝茶", ["我", "喜", "欢", "喝", "茶"]),
    ],
)
def test_tokens_of_function_words_are_not_kept(text: str, kept: list[str]) -> None:
    assert words_kept(text) == kept


def test_a_long_text_keeps_its_first_telling_tokens() -> None:
    text = " ".join(f"the {word}" for word in ("alpine", "meadow", "marmot") * 40)
    assert len(words_kept(text)) == MOST_TOKENS
    assert words_kept(text)[:2] == terms("alpine meadow")


def test_several_tokens_of_one_word_count_with_its_term() -> None:
    tokens = np.array([(bits_of("mar"), 4), (bits_of("##mot"), 7)], TOKEN)
    assert QueryTokens.of("the marmots", tokens.tobytes()).terms == ("marmot", "marmot")


def match(index: TokenIndex, rows: int, query: str) -> list[float]:
    asked = QueryTokens.of(query, stored(query))
    found: list[float] = index.match(np.arange(rows), asked, equal_idf).tolist()
    return found


def test_each_word_counts_with_its_best_match() -> None:
    index = TokenIndex()
    index.write([0, 1, 2], [stored("red kite"), stored("kite"), stored("granite")])
    both, one, none = match(index, 3, "red kite")
    assert both == pytest.approx(1)
    assert both > one > none


def test_rare_words_count_more() -> None:
    index = TokenIndex()
    index.write([0, 1], [stored("red"), stored("kite")])
    query = QueryTokens.of("red kite", stored("red kite"))
    red, kite = index.match(np.arange(2), query, lambda terms: np.array([1.0, 5.0]))
    assert kite > red


def test_a_row_without_tokens_is_neither_better_nor_worse_than_the_others() -> None:
    index = TokenIndex()
    index.write([0, 1, 2], [stored("red kite"), b"", stored("granite")])
    best, unknown, least = match(index, 3, "red kite")
    assert unknown == pytest.approx((best + least) / 2)


def test_without_tokens_all_are_equal() -> None:
    index = TokenIndex()
    index.write([0, 1], [stored("red kite"), stored("granite")])
    assert index.match(np.arange(2), NO_QUERY_TOKENS, equal_idf).tolist() == [0, 0]
    index.erase([0, 1])
    assert match(index, 2, "red kite") == [0, 0]
    assert index.match(np.zeros(0, np.int64), NO_QUERY_TOKENS, equal_idf).tolist() == []


def test_an_erased_row_leaves_nothing_behind() -> None:
    index = TokenIndex()
    index.write([0, 3], [stored("red kite"), stored("granite")])
    index.write([3], [b""])
    index.erase([0])
    assert index.nbytes == 0
    assert not any(index._bits)


def test_turns_that_a_message_refers_to_are_added() -> None:
    both = QueryTokens.of("red", stored("red")) + QueryTokens.of("kite", stored("kite"))
    assert both.terms == ("red", "kite")
    assert len(both.bits) == 2
