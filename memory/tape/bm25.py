"""BM25 over the texts of one tape, in process, so SQLite and Postgres give the same results.

Only terms are stored, no texts. Removing a slot removes its entries, and the terms that no other
slot has.
"""

import re
import sys
import threading
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
import Stemmer
from jaxtyping import Bool, Float32, UInt32

from memory.tape.rows import extended

# Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.5:
# K1 is the saturation of term frequency, B the normalization by text length.
K1 = 1.2
B = 0.75

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

# A stemmer has one buffer and is not thread-safe. Its cache is off (0), because it would keep words
# of forgotten memories.
STEMMER = Stemmer.Stemmer("english", 0)
STEMMER_LOCK = threading.Lock()
# Words stemmed in one call, which holds the GIL for some 4 ms.
STEMMER_BATCH = 4096

# A term is rare if at most so many slots have it, and at most one in so many. Only so many terms of
# a slot are looked at.
RARE = 3
RARE_SHARE = 10
RARE_OF = 64

# The cost of an entry in its posting list and in its row's terms, of a term, and of a slot: sums of
# sys.getsizeof over real tapes.
BYTES_PER_POSTING = 8
BYTES_PER_ENTRY = 14
BYTES_PER_TERM = 165
BYTES_PER_SLOT = 150


def terms(text: str) -> list[str]:
    """The terms of a text in order, with repetitions.

    After NFKC and casefold: runs of letters and digits, stemmed as English (Porter2, which also
    turns "dog's" into "dog"), and the characters and bigrams of unspaced scripts. Punctuation and
    emoji are ignored.
    """
    return _stem(_words(text))


def content_terms(text: str) -> list[str]:
    """The terms of a text without stop words; all terms if it has no others."""
    all_terms = terms(text)
    return [term for term in all_terms if term not in _STOP_TERMS] or all_terms


def _words(text: str) -> list[str]:
    if len(text) <= PIECE_LENGTH:
        return _words_of_piece(text)
    words: list[str] = []
    for piece in PIECE.finditer(text):
        words += _words_of_piece(piece[0])
    return words


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


def _stem(words: Sequence[str]) -> list[str]:
    stems: list[str] = []
    for start in range(0, len(words), STEMMER_BATCH):
        with STEMMER_LOCK:
            stems += STEMMER.stemWords(words[start : start + STEMMER_BATCH])
    return stems


_STOP_TERMS = frozenset(terms(STOP_WORDS))


def _entries(posting: bytearray) -> UInt32[np.ndarray, "slots 2"]:
    """A view of a posting list: rows and term frequencies.

    While the view exists, the length of the bytearray is fixed.
    """
    return np.frombuffer(posting, dtype=np.uint32).reshape(-1, 2)


class LexicalIndex:
    """An inverted index by row, with the terms of each row so that it can be removed.

    Posting lists are bytearrays and the terms of a row one string, because the garbage collector
    does not visit these: with lists it took half of the time to build a long tape. Not thread-safe.
    """

    def __init__(self) -> None:
        self._postings: dict[str, bytearray] = {}
        self._terms: dict[int, str] = {}
        self._lengths: Float32[np.ndarray, " rows"] = np.zeros(0, np.float32)
        self._total_length = 0
        self._entry_count = 0

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use."""
        return (
            BYTES_PER_ENTRY * self._entry_count
            + BYTES_PER_TERM * len(self._postings)
            + BYTES_PER_SLOT * len(self._terms)
            + self._lengths.nbytes
        )

    def add(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Index texts in unused rows. Batches are fast: 10,000 texts in 0.1 s."""
        words = [_words(text) for text in texts]
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._lengths = extended(self._lengths, max(rows, default=-1) + 1)
        self._lengths[list(rows)] = lengths
        self._total_length += int(lengths.sum())

        # Each distinct word is stemmed once. Interned, a term is one string for all tapes.
        flat = list(chain.from_iterable(words))
        distinct = list(dict.fromkeys(flat))
        stems = [sys.intern(stem) for stem in _stem(distinct)]
        vocabulary = list(dict.fromkeys(stems))
        number = {term: n for n, term in enumerate(vocabulary)}
        word_number = dict(zip(distinct, map(number.__getitem__, stems), strict=True))
        term_of_word = np.fromiter(map(word_number.__getitem__, flat), np.int64, len(flat))
        text_of_word = np.repeat(np.arange(len(texts)), lengths)

        # One entry for each text and term, in order of text: the terms of each row.
        width = max(len(vocabulary), 1)
        pairs, counts = np.unique(text_of_word * width + term_of_word, return_counts=True)
        text_of, term_of = np.divmod(pairs, width)
        names = list(map(vocabulary.__getitem__, term_of.tolist()))
        bounds = np.searchsorted(text_of, np.arange(len(texts) + 1)).tolist()
        for row, (start, end) in zip(rows, pairwise(bounds), strict=True):
            self._terms[row] = " ".join(names[start:end])
        self._entry_count += len(pairs)

        # The same entries in order of term: the additions to each posting list.
        order = np.argsort(term_of, kind="stable")
        entries = np.stack([np.asarray(rows, np.int64)[text_of], counts], axis=1)[order]
        data = entries.astype(np.uint32).tobytes()
        bounds = (8 * np.searchsorted(term_of[order], np.arange(len(vocabulary) + 1))).tolist()
        for term, (start, end) in zip(vocabulary, pairwise(bounds), strict=True):
            self._postings.setdefault(term, bytearray()).extend(data[start:end])

    def remove(self, rows: Sequence[int]) -> None:
        """Remove rows, and every term that only they had. Unknown rows are ignored."""
        known = [row for row in rows if row in self._terms]
        leaving: Bool[np.ndarray, " rows"] = np.zeros(len(self._lengths), bool)
        leaving[known] = True
        self._total_length -= int(self._lengths[leaving].sum(dtype=np.int64))
        self._lengths[leaving] = 0
        removed = [self._terms.pop(row).split() for row in dict.fromkeys(known)]
        self._entry_count -= sum(map(len, removed))
        for term in set(chain.from_iterable(removed)):
            entries = _entries(self._postings[term])
            kept = entries[~leaving[entries[:, 0]]]
            if len(kept):
                self._postings[term] = bytearray(kept.tobytes())
            else:
                del self._postings[term]

    def terms_of(self, row: int) -> frozenset[str]:
        """The distinct terms of a row; none for an unused row."""
        return frozenset(self._terms.get(row, "").split())

    def sharing_rare_terms(self, row: int, besides: Collection[str]) -> dict[int, int]:
        """The other rows with a rare term of this row that is not in ``besides``, and how many."""
        most = min(RARE, len(self._terms) // RARE_SHARE)
        found: Counter[int] = Counter()
        for term in self._terms.get(row, "").split()[:RARE_OF]:
            rows = len(self._postings[term]) // BYTES_PER_POSTING
            if 1 < rows <= most and term not in besides and term not in _STOP_TERMS:
                found.update(_entries(self._postings[term])[:, 0].tolist())
        del found[row]
        return dict(found)

    @property
    def lengths(self) -> Float32[np.ndarray, " rows"]:
        """The number of terms of each row, with repetitions. Read-only."""
        return self._lengths

    def has_any(self, words: Iterable[str]) -> Bool[np.ndarray, " rows"]:
        """The rows with any of these terms."""
        found: Bool[np.ndarray, " rows"] = np.zeros(len(self._lengths), bool)
        for word in words:
            if word in self._postings:
                found[_entries(self._postings[word])[:, 0]] = True
        return found

    def scores(
        self, query: Sequence[str]
    ) -> tuple[Float32[np.ndarray, " rows"], Float32[np.ndarray, " rows"]]:
        """BM25 and coverage of every row for the distinct terms of a query, as shares of the best
        possible.

        BM25 is ``Σ idf · tf / (tf + k1·(1 − b + b·length/mean length)) / Σ idf``, in [0, 1). The
        factor k1 + 1 of the textbook form cancels out. ``idf = ln(1 + (N − n + ½) / (n + ½))`` is
        Lucene's, which is positive. Coverage is ``Σ idf`` of the row's terms divided by ``Σ idf``
        of all query terms. Terms that no slot has count in both divisors. Unused rows have 0.
        """
        scores: Float32[np.ndarray, " rows"] = np.zeros(len(self._lengths), np.float32)
        covered = np.zeros_like(scores)
        slots = len(self._terms)
        if self._total_length == 0 or not query:
            return scores, covered
        # Only the rows in these posting lists are visited, not the whole tape.
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
