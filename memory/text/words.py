"""The terms of a text: its words in lower case, by their stems.

Each word is one term: its English stem, or in a script of another language the stem of that. Two
kinds of terms are added to these, and do not count in the length of a text: the stems of the
language that a text in the Latin script has (``languages``), and its identifiers without separators
(``identifiers``).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Int64

from memory.text.chinese import is_chinese_function
from memory.text.identifiers import DIGIT, Identifier, camel_case, identifiers
from memory.text.languages import (
    LEAST_SCORE,
    foreign_stems,
    foreign_weight,
    is_function_word,
    languages_of,
    script_of,
    script_stem,
    stems,
)

# Stop words, removed from queries: on LoCoMo BM25 alone then finds 62% instead of 55% of the
# evidence in its top 10.
STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being but by can could "
    "did do does doing done don for from get got had has have having he her here hers him his how "
    "i if in into is it its just let like ll me mine more most my no not of off on once or our "
    "ours out over own re s she should so some such t than that the their them then there these "
    "they this those to too up us ve very was we were what when where which while who whom whose "
    "why will with would yes you your yours"
)

# Scripts without spaces between words (kana, Han, Thai, Lao, Burmese, Khmer), and Hangul, which
# attaches particles to nouns. Their terms are characters and bigrams (on MADial-Bench in Chinese
# their MRR is 0.58, that of bigrams alone 0.55).
UNSPACED = (
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3"
    "\uac00-\ud7a3"
)
# Vowel signs and accents, which are part of words but not of ``\w``.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0963\u0980-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
# A word has at most four parts of 64 characters, separated by apostrophes; longer ones are split.
# Runs of an unspaced script may be longer, because they are split anyway.
ASCII_WORD = re.compile("[a-z0-9]{1,64}(?:'[a-z0-9]{1,64}){0,3}")
WORD = re.compile(rf"[^\W_][\w{MARKS}]{{0,63}}(?:'[\w{MARKS}]{{1,64}}){{0,3}}")
ANY_WORD = re.compile(rf"[^\W_][\w{MARKS}]*(?:'[\w{MARKS}]+)*")
ANY_UNSPACED = re.compile(f"[{UNSPACED}]")
RUN = re.compile(f"([{UNSPACED}]+)|[^{UNSPACED}]{{1,64}}")

# Texts are processed in pieces, cut between words, because a regular expression holds the GIL. This
# also bounds NFKC, whose time is quadratic in the length of a run of accents.
PIECE_LENGTH = 2048
PIECE = re.compile(rf"(?s:.{{1,{PIECE_LENGTH}}}(?=[\s、。，！？；：]|\Z)|.{{1,{PIECE_LENGTH}}})")
# The longest NFKC of a piece, in piece lengths. One ligature can expand to 18 letters.
MAX_EXPANSION = 4


class QueryTerm(str):
    """A term of a query, with what else matches it.

    ``word`` is its word before stemming. ``others`` are the same word in other forms, and match as
    the term itself does. ``parts`` are the terms that it replaces where the tape has it; if the
    tape does not, it is ignored.
    """

    __slots__ = ("others", "parts", "word")

    word: str
    others: tuple[str, ...]
    parts: tuple[str, ...]

    @classmethod
    def of(
        cls, term: str, word: str, *, others: tuple[str, ...] = (), parts: tuple[str, ...] = ()
    ) -> "QueryTerm":
        new = cls(term)
        new.word, new.others, new.parts = word, others, parts
        return new


def terms(text: str) -> list[str]:
    """The terms of a text in order, with repetitions, and then its identifiers.

    After NFKC and casefold: runs of letters and digits, stemmed as English (Porter2, which also
    turns "dog's" into "dog") or by their script, and the characters and bigrams of unspaced
    scripts. Punctuation and emoji are ignored.
    """
    words = words_of(text)
    forms = _forms(words, languages_of(words))
    found = [term for each in forms for term in (each[-1], *each[:-1])]
    return [*found, *_parts(text), *(each.joined for each in _identifiers(text, words))]


def content_terms(text: str) -> list[str]:
    """The terms of a question: those of its words that are not stop words, or else of all words.

    Each is a ``QueryTerm``. A word of another language is one, with its stems in that language and
    in English. Identifiers without separators follow. The parts of a word in camel case replace
    it.
    """
    words = words_of(text)
    languages = languages_of(words)
    forms = _forms(words, languages)
    all_terms = [
        QueryTerm.of(first, word, others=tuple(others))
        for word, (first, *others) in zip(words, forms, strict=True)
    ]
    kept = [
        term
        for word, term, (*_, stem) in zip(words, all_terms, forms, strict=True)
        if stem not in STOP_TERMS
        and not is_function_word(word, languages)
        and not is_chinese_function(word)
    ]
    joined = [
        QueryTerm.of(each.joined, each.joined, parts=tuple(stems_of(each.parts)))
        for each in _identifiers(text, words)
    ]
    split = {each.joined: each.parts for each in _camel_case(text)}
    if split:
        kept = [term for term in kept if term.word not in split]
        parts = list(dict.fromkeys(part for each in split.values() for part in each))
        of_parts = map(QueryTerm.of, stems_of(parts), parts)
        kept += [term for term in of_parts if term not in STOP_TERMS]
    return [*(kept or all_terms), *joined]


def words_of(text: str) -> list[str]:
    """The words of a text in order, in lower case, and the characters and bigrams."""
    if len(text) <= PIECE_LENGTH:
        return _words_of_piece(text)
    words: list[str] = []
    for piece in PIECE.finditer(text):
        words += _words_of_piece(piece[0])
    return words


def stems_of(words: Sequence[str]) -> list[str]:
    """The stem of each word: English, or by its script."""
    found = stems(words)
    for number, word in enumerate(words):
        if not word.isascii() and (script := script_of(word)) is not None:
            found[number] = script_stem(word, script)
    return found


def added_terms(
    texts: Sequence[str],
    words: Sequence[Sequence[str]],
    distinct: Sequence[str],
    word_of: Int64[np.ndarray, " words"],
    text_of: Int64[np.ndarray, " words"],
) -> dict[int, list[str]]:
    """The terms of texts beside those of their words, by the numbers of the texts. Most have none.

    ``word_of`` and ``text_of`` are the numbers of each word, in ``distinct``, and of its text.
    """
    if not distinct:
        return {}
    weights = np.fromiter(map(foreign_weight, distinct), np.float64, len(distinct))
    numbers = [number for number, word in enumerate(distinct) if not word.isalpha()]
    has_digit = np.zeros(len(distinct), bool)
    has_digit[[number for number in numbers if DIGIT.search(distinct[number])]] = True
    some = np.flatnonzero((has_digit | (weights > 0))[word_of])
    word_of, text_of = word_of[some], text_of[some]
    foreign = np.bincount(text_of, weights[word_of]) >= LEAST_SCORE
    added: dict[int, list[str]] = {}
    for number in np.flatnonzero(foreign).tolist():
        added[number] = _foreign_terms(words[number])
    for number in np.unique(text_of[has_digit[word_of]]).tolist():
        joined = [each.joined for each in _joined(texts[number])]
        added.setdefault(number, []).extend(joined)
    for number, text in enumerate(texts):
        if parts := _parts(text):
            added.setdefault(number, []).extend(parts)
    return added


def _foreign_terms(words: Sequence[str]) -> list[str]:
    languages = languages_of(words)
    if not languages:
        return []
    return [form for forms in _forms(words, languages) for form in forms[:-1]]


def _forms(words: Sequence[str], languages: Sequence[str]) -> list[list[str]]:
    """The stems of each word: those in these languages that are not its own stem, and that."""
    foreign = [foreign_stems(words, language) for language in languages]
    return [
        [*dict.fromkeys(each for each in others if each and each != stem), stem]
        if script_of(word) is None and not DIGIT.search(word)
        else [stem]
        for word, stem, *others in zip(words, stems_of(words), *foreign, strict=True)
    ]


def _identifiers(text: str, words: Iterable[str]) -> Iterator[Identifier]:
    if any(map(DIGIT.search, words)):
        yield from _joined(text)


def _parts(text: str) -> list[str]:
    """The stems of the words that words in camel case are made of."""
    return stems_of([part for each in _camel_case(text) for part in each.parts])


def _camel_case(text: str) -> Iterator[Identifier]:
    for piece in PIECE.finditer(text):
        yield from camel_case(piece[0])


def _joined(text: str) -> Iterator[Identifier]:
    for piece in PIECE.finditer(text):
        yield from identifiers(piece[0])


def _words_of_piece(piece: str) -> list[str]:
    if piece.isascii():  # the common case, three times as fast
        return ASCII_WORD.findall(piece.lower())
    text = unicodedata.normalize("NFKC", piece)[: MAX_EXPANSION * PIECE_LENGTH]
    text = text.casefold().replace("_", " ").replace("’", "'")
    if ANY_UNSPACED.search(text):
        return list(_split(ANY_WORD.findall(text)))
    return WORD.findall(text)


def _split(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        for run in RUN.finditer(word):
            if run[1] is None:
                yield run[0]
            else:
                yield from run[1]
                yield from map("".join, pairwise(run[1]))


STOP_TERMS = frozenset(stems_of(words_of(STOP_WORDS)))
