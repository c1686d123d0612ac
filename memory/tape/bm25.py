"""Which slots share words with a question: BM25 over one tape, in process.

The same on SQLite and Postgres, because neither is asked. Nothing of a text is kept but its terms,
and they go with it: removing a slot removes its entries, and a term that no other slot has.
"""

import re
import sys
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
import Stemmer
from jaxtyping import Bool, Float32, UInt32

# Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.5:
# K1 says how soon repeating a term stops helping, B how much a long text is held against it.
K1 = 1.2
B = 0.75

# Words that hold a sentence together and say nothing of what it is about. A question is asked
# without them: on LoCoMo that finds 62% of the evidence instead of 55% (BM25 alone, top 10).
FUNCTION_WORDS = (
    "a about after all also am an and any are as at be because been before being but by can could "
    "did do does doing done don for from get got had has have having he her here hers him his how "
    "i if in into is it its just let like ll me mine more most my no not of off on once or our "
    "ours out over own re s she should so some such t than that the their them then there these "
    "they this those to too up us ve very was we were what when where which while who whom whose "
    "why will with would yes you your yours"
)

# Scripts that write no space between words (kana, Han, Thai, Lao, Burmese, Khmer), and Hangul,
# which glues particles to its nouns: their terms are characters and pairs of neighbours (on
# MADial-Bench in Chinese, an MRR of 0.58 where pairs alone have 0.55).
UNSPACED = (
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u1000-\u103f\u1780-\u17d3"
    "\uac00-\ud7a3"
)
# Vowel signs and accents that belong to a word, though ``\w`` leaves them out.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u0900-\u0963\u0980-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
# Between apostrophes a word has at most 64 characters, and of such parts at most four: what is
# longer is several words. Runs of an unspaced script may be longer, for they are cut anyway.
ASCII_WORD = re.compile("[a-z0-9]{1,64}(?:'[a-z0-9]{1,64}){0,3}")
WORD = re.compile(rf"[^\W_][\w{MARKS}]{{0,63}}(?:'[\w{MARKS}]{{1,64}}){{0,3}}")
ANY_WORD = re.compile(rf"[^\W_][\w{MARKS}]*(?:'[\w{MARKS}]+)*")
ANY_UNSPACED = re.compile(f"[{UNSPACED}]")
RUN = re.compile(f"([{UNSPACED}]+)|[^{UNSPACED}]{{1,64}}")

# Texts are taken apart in pieces of so many characters, cut where a word ends: nothing else runs
# meanwhile in this process. It also bounds what NFKC costs, which sorts each run of accents in time
# that grows with the square of its length.
PIECE_LENGTH = 2048
PIECE = re.compile(rf"(?s:.{{1,{PIECE_LENGTH}}}(?=[\s、。，！？；：]|\Z)|.{{1,{PIECE_LENGTH}}})")
# How many times as long as a piece its NFKC may be. A single ligature has up to 18 letters, but a
# text of nothing else says nothing.
MOST_EXPANSION = 4

# A stemmer is one C struct with one buffer, so one thread at a time. It caches nothing (0): the
# cache would keep words of users that have long been forgotten.
STEMMER = Stemmer.Stemmer("english", 0)
STEMMING = threading.Lock()
# Words that are stemmed at a time: it takes some 4 ms, and nothing else runs in this process.
STEMMED_TOGETHER = 4096

# What an entry costs in its posting list and in its row's terms, and what dicts and strings cost
# beside: sums of sys.getsizeof over real tapes.
BYTES_PER_ENTRY = 14
BYTES_PER_TERM = 165
BYTES_PER_SLOT = 150


def terms(text: str) -> list[str]:
    """The terms of a text, in order, repeats included.

    NFKC and casefold; then runs of letters and digits, stemmed as English (Porter2, which also
    turns "dog's" into "dog"); runs of an unspaced script become their characters and their
    character bigrams. Punctuation and emoji are no terms. A word has at most 64 characters: what
    goes on without an end is several.
    """
    return _stem(_words(text))


def content_terms(text: str) -> list[str]:
    """The terms of a question that say what it is about; all of them where there are no such."""
    every = terms(text)
    return [term for term in every if term not in _FUNCTION_TERMS] or every


def _words(text: str) -> list[str]:
    if len(text) <= PIECE_LENGTH:
        return _words_of(text)
    words: list[str] = []
    for piece in PIECE.finditer(text):
        words += _words_of(piece[0])
    return words


def _words_of(piece: str) -> list[str]:
    if piece.isascii():  # the common case, three times as fast
        return ASCII_WORD.findall(piece.lower())
    text = unicodedata.normalize("NFKC", piece)[: MOST_EXPANSION * PIECE_LENGTH]
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


def _stem(words: Sequence[str]) -> list[str]:
    stems: list[str] = []
    for start in range(0, len(words), STEMMED_TOGETHER):
        with STEMMING:
            stems += STEMMER.stemWords(words[start : start + STEMMED_TOGETHER])
    return stems


_FUNCTION_TERMS = frozenset(terms(FUNCTION_WORDS))


def _entries(posting: bytearray) -> UInt32[np.ndarray, "slots 2"]:
    """A view of a posting list: each row, and how often the term occurs there.

    A bytearray cannot change its length while a view of it lives.
    """
    return np.frombuffer(posting, dtype=np.uint32).reshape(-1, 2)


class LexicalIndex:
    """An inverted index by row, and each row's terms so that it can be taken out again.

    Every change is complete when its call returns: there is no later merge. Posting lists are
    bytearrays, and a row's terms one string, because Python's garbage collector does not have to
    visit those: with lists it took half of the time in which a long tape is built. Not thread-safe.
    """

    def __init__(self) -> None:
        self._postings: dict[str, bytearray] = {}
        self._terms: dict[int, str] = {}
        self._lengths: Float32[np.ndarray, " rows"] = np.zeros(0, np.float32)
        self._total_length = 0
        self._entry_count = 0

    def __len__(self) -> int:
        return len(self._terms)

    def __contains__(self, term: str) -> bool:
        return term in self._postings

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use, in bytes."""
        return (
            BYTES_PER_ENTRY * self._entry_count
            + BYTES_PER_TERM * len(self._postings)
            + BYTES_PER_SLOT * len(self._terms)
            + self._lengths.nbytes
        )

    def add(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Index texts under rows that are not in use. Many at once are cheap: 10,000 in 0.1 s."""
        words = [_words(text) for text in texts]
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._lengthen(max(rows, default=-1) + 1)
        self._lengths[list(rows)] = lengths
        self._total_length += int(lengths.sum())

        # Numbers instead of words: each distinct word is stemmed once. Interned, a term is one
        # string however many slots, and tapes, have it.
        flat = list(chain.from_iterable(words))
        distinct = list(dict.fromkeys(flat))
        stems = [sys.intern(stem) for stem in _stem(distinct)]
        vocabulary = list(dict.fromkeys(stems))
        number = {term: n for n, term in enumerate(vocabulary)}
        word_number = dict(zip(distinct, map(number.__getitem__, stems), strict=True))
        term_of_word = np.fromiter(map(word_number.__getitem__, flat), np.int64, len(flat))
        text_of_word = np.repeat(np.arange(len(texts)), lengths)

        # One entry for each text and term, in order of text: what each row will have to take out.
        width = max(len(vocabulary), 1)
        pairs, counts = np.unique(text_of_word * width + term_of_word, return_counts=True)
        text_of, term_of = np.divmod(pairs, width)
        names = list(map(vocabulary.__getitem__, term_of.tolist()))
        bounds = np.searchsorted(text_of, np.arange(len(texts) + 1)).tolist()
        for row, (start, end) in zip(rows, pairwise(bounds), strict=True):
            self._terms[row] = " ".join(names[start:end])
        self._entry_count += len(pairs)

        # The same entries in order of term: what each posting list gains.
        order = np.argsort(term_of, kind="stable")
        entries = np.stack([np.asarray(rows, np.int64)[text_of], counts], axis=1)[order]
        data = entries.astype(np.uint32).tobytes()
        bounds = (8 * np.searchsorted(term_of[order], np.arange(len(vocabulary) + 1))).tolist()
        for term, (start, end) in zip(vocabulary, pairwise(bounds), strict=True):
            self._postings.setdefault(term, bytearray()).extend(data[start:end])

    def remove(self, rows: Sequence[int]) -> None:
        """Forget rows, and every term that only they had. Unknown rows are passed over."""
        known = [row for row in rows if row in self._terms]
        leaving: Bool[np.ndarray, " rows"] = np.zeros(len(self._lengths), bool)
        leaving[known] = True
        self._total_length -= int(self._lengths[leaving].sum(dtype=np.int64))
        self._lengths[leaving] = 0
        forgotten = [self._terms.pop(row).split() for row in dict.fromkeys(known)]
        self._entry_count -= sum(map(len, forgotten))
        for term in set(chain.from_iterable(forgotten)):
            entries = _entries(self._postings[term])
            kept = entries[~leaving[entries[:, 0]]]
            if len(kept):
                self._postings[term] = bytearray(kept.tobytes())
            else:
                del self._postings[term]

    def terms_of(self, row: int) -> frozenset[str]:
        """The distinct terms of a row; none where there is no slot."""
        return frozenset(self._terms.get(row, "").split())

    @property
    def lengths(self) -> Float32[np.ndarray, " rows"]:
        """How many terms each row's text has, repeats included; not to be written to."""
        return self._lengths

    def has_any(self, words: Iterable[str]) -> Bool[np.ndarray, " rows"]:
        """Which rows have one of these terms."""
        found: Bool[np.ndarray, " rows"] = np.zeros(len(self._lengths), bool)
        for word in words:
            if word in self._postings:
                found[_entries(self._postings[word])[:, 0]] = True
        return found

    def scores(
        self, query: Sequence[str]
    ) -> tuple[Float32[np.ndarray, " rows"], Float32[np.ndarray, " rows"]]:
        """How well every row matches the distinct terms of a query: BM25, and coverage.

        Both are shares of the best possible.

        ``Σ idf · tf / (tf + k1·(1 − b + b·length/mean length)) / Σ idf``, in [0, 1): the factor
        k1 + 1 of the textbook form is in the best possible too. Its ``idf = ln(1 + (N − n + ½) /
        (n + ½))`` is Lucene's, above 0 for every term. A term that no slot has counts in the
        divisor: what was not said cannot be matched. Coverage is ``Σ idf`` of the terms that the
        row has, over the same divisor. Rows without a slot have 0.
        """
        scores: Float32[np.ndarray, " rows"] = np.zeros(len(self._lengths), np.float32)
        covered = np.zeros_like(scores)
        slots = len(self._terms)
        if self._total_length == 0 or not query:
            return scores, covered
        # A long tape has many rows without any of these words: nothing here looks at them all.
        postings = [
            _entries(self._postings.get(term, bytearray())) for term in dict.fromkeys(query)
        ]
        idf = [np.log1p((slots - len(each) + 0.5) / (len(each) + 0.5)) for each in postings]
        best = sum(idf)
        per_length = np.float32(B * slots / self._total_length)
        for entries, weight in zip(postings, idf, strict=True):
            rows = entries[:, 0]
            counts = entries[:, 1].astype(np.float32)
            penalty = np.float32(K1) * (np.float32(1 - B) + per_length * self._lengths[rows])
            share = np.float32(weight / best)
            scores[rows] += share * counts / (counts + penalty)
            covered[rows] += share
        return scores, covered

    def _lengthen(self, rows: int) -> None:
        missing = rows - len(self._lengths)
        if missing > 0:
            self._lengths = np.concatenate([self._lengths, np.zeros(missing, np.float32)])
