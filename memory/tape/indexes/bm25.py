"""BM25 over the texts of one tape, in process, so SQLite and Postgres give the same results.

Only terms are stored, no texts. Removing a slot removes its entries, and the terms that no other
slot has.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt32

from memory.tape.indexes.spelling import SpellingIndex
from memory.tape.rows import extended
from memory.text.identifiers import is_long_identifier
from memory.text.words import STOP_TERMS, QueryTerm, added_terms, stems_of, words_of

# Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.5:
# K1 is the saturation of term frequency, B the normalization by text length.
K1 = 1.2
B = 0.75

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

# What a term that is almost the query's counts, relative to the term itself.
TYPO_WEIGHT = 0.7
# What a number or code of a query counts, relative to a word that as many slots have: it is the
# same thing wherever it stands.
IDENTIFIER_WEIGHT = 2.0
# Terms of a query for which near ones are searched.
MOST_TYPOS = 4


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
        # From the first search for a typo on, so that tapes that nobody asks do not pay for it.
        self._spelling: SpellingIndex | None = None

    @property
    def nbytes(self) -> int:
        """An estimate of the memory in use."""
        return (
            BYTES_PER_ENTRY * self._entry_count
            + BYTES_PER_TERM * len(self._postings)
            + BYTES_PER_SLOT * len(self._terms)
            + self._lengths.nbytes
            + (self._spelling.nbytes if self._spelling else 0)
        )

    def add(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Index texts in unused rows. Batches are fast: 10,000 texts in 0.1 s."""
        words = [words_of(text) for text in texts]
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._lengths = extended(self._lengths, max(rows, default=-1) + 1)
        self._lengths[list(rows)] = lengths
        self._total_length += int(lengths.sum())

        # Each distinct word is stemmed once. Interned, a term is one string for all tapes.
        flat = list(chain.from_iterable(words))
        distinct = list(dict.fromkeys(flat))
        word_number = {word: n for n, word in enumerate(distinct)}
        word_of = np.fromiter(map(word_number.__getitem__, flat), np.int64, len(flat))
        text_of_word = np.repeat(np.arange(len(texts)), lengths)
        added = added_terms(texts, words, distinct, word_of, text_of_word)
        added_to = np.repeat(
            np.array(list(added), np.int64), np.array(list(map(len, added.values())), np.int64)
        )

        stems = [
            sys.intern(term) for term in [*stems_of(distinct), *chain.from_iterable(added.values())]
        ]
        vocabulary = list(dict.fromkeys(stems))
        number = {term: n for n, term in enumerate(vocabulary)}
        term_of_stem = np.fromiter(map(number.__getitem__, stems), np.int64, len(stems))
        term_of_word = np.concatenate([term_of_stem[word_of], term_of_stem[len(distinct) :]])
        text_of_word = np.concatenate([text_of_word, added_to])

        # One entry for each text and term, in order of text: the terms of each row.
        width = max(len(vocabulary), 1)
        pairs, counts = np.unique(text_of_word * width + term_of_word, return_counts=True)
        text_of, term_of = np.divmod(pairs, width)
        names = list(map(vocabulary.__getitem__, term_of.tolist()))
        bounds = np.searchsorted(text_of, np.arange(len(texts) + 1)).tolist()
        for row, (start, end) in zip(rows, pairwise(bounds), strict=True):
            self._terms[row] = " ".join(names[start:end])
        self._entry_count += len(pairs)
        if self._spelling is not None:
            self._spelling.add([term for term in vocabulary if term not in self._postings])

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
        gone: set[str] = set()
        for term in set(chain.from_iterable(removed)):
            entries = _entries(self._postings[term])
            kept = entries[~leaving[entries[:, 0]]]
            if len(kept):
                self._postings[term] = bytearray(kept.tobytes())
            else:
                del self._postings[term]
                gone.add(term)
        if self._spelling is not None and gone:
            self._spelling.remove(gone)

    def terms_of(self, row: int) -> frozenset[str]:
        """The distinct terms of a row; none for an unused row."""
        return frozenset(self._terms.get(row, "").split())

    def sharing_rare_terms(self, row: int, besides: Collection[str]) -> dict[int, int]:
        """The other rows with a rare term of this row that is not in ``besides``, and how many."""
        most = min(RARE, len(self._terms) // RARE_SHARE)
        found: Counter[int] = Counter()
        for term in self._terms.get(row, "").split()[:RARE_OF]:
            rows = len(self._postings[term]) // BYTES_PER_POSTING
            if 1 < rows <= most and term not in besides and term not in STOP_TERMS:
                found.update(_entries(self._postings[term])[:, 0].tolist())
        found.pop(row, None)
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

        A term that no slot has is replaced by the nearest terms of the tape, if it looks like a
        typo of them; they count TYPO_WEIGHT. A number or code that a slot has counts
        IDENTIFIER_WEIGHT, and replaces its parts.
        """
        scores: Float32[np.ndarray, " rows"] = np.zeros(len(self._lengths), np.float32)
        covered = np.zeros_like(scores)
        slots = len(self._terms)
        if self._total_length == 0 or not query:
            return scores, covered
        # Only the rows in these posting lists are visited, not the whole tape.
        found = self._found(query)
        weights = [weight for _, weight, _ in found]
        best = sum(weights)
        per_length = np.float32(B * slots / self._total_length)
        for entries, weight, factor in found:
            rows = entries[:, 0]
            counts = entries[:, 1].astype(np.float32)
            penalty = np.float32(K1) * (np.float32(1 - B) + per_length * self._lengths[rows])
            share = np.float32(factor * weight / best)
            scores[rows] += share * counts / (counts + penalty)
            covered[rows] += share
        return scores, covered

    def idf(self, terms: Sequence[str]) -> Float64[np.ndarray, " terms"]:
        """The weight of each term in all texts, above 0."""
        counts = [len(_entries(self._postings.get(term, bytearray()))) for term in terms]
        return np.array([self._idf(rows) for rows in counts], np.float64)

    def _idf(self, rows: int) -> np.float64:
        """The weight of a term that is in so many rows."""
        idf: np.float64 = np.log1p((len(self._terms) - rows + 0.5) / (rows + 0.5))
        return idf

    def _found(
        self, query: Sequence[str]
    ) -> list[tuple[UInt32[np.ndarray, "slots 2"], np.float64, float]]:
        """The entries of each term of a query, its idf, and the share of it that they have."""
        distinct = dict.fromkeys(query)
        joined = [term for term in distinct if isinstance(term, QueryTerm) and term.parts]
        replaced: set[str] = set()
        for term in sorted(joined, key=len, reverse=True):
            if term in self._postings and replaced.isdisjoint(term.parts):
                replaced.update(term.parts)
            else:
                del distinct[term]
        for part in replaced:
            distinct.pop(part, None)
        known = {
            term: [form for form in (term, *_others(term)) if form in self._postings]
            for term in distinct
        }
        factors = dict.fromkeys(known, 1.0)
        for typo in self._telling_typos(known):
            known[typo], factors[typo] = self._near(typo), TYPO_WEIGHT
        found = []
        for each, forms in known.items():
            entries = self._union(forms)
            idf = self._idf(len(entries))
            if forms and is_long_identifier(each):
                idf *= IDENTIFIER_WEIGHT
            found.append((entries, idf, factors[each]))
        return found

    def _telling_typos(self, known: Mapping[str, Sequence[str]]) -> list[str]:
        """The first terms that may have typos, if the other terms tell less than all of these."""
        unknown = [term for term, forms in known.items() if not forms and term not in STOP_TERMS]
        if not unknown:
            return []
        told = sum(self._idf(len(self._union(forms))) for forms in known.values() if forms)
        return unknown[:MOST_TYPOS] if told < len(unknown) * self._idf(0) else []

    def _near(self, term: str) -> list[str]:
        if self._spelling is None:
            self._spelling = SpellingIndex(self._postings)
        # A word's typo may be in its ending, but only English endings are known.
        word = term.word if isinstance(term, QueryTerm) and not term.others else ""
        has_ending = word.isascii() and word.isalpha()
        found = self._spelling.near(word if has_ending else term, term)
        return [each for each in found if each not in STOP_TERMS]

    def _union(self, known: Sequence[str]) -> UInt32[np.ndarray, "slots 2"]:
        """The rows of any of these terms, with the highest frequency."""
        if len(known) < 2:
            return _entries(self._postings[known[0]] if known else bytearray())
        entries = np.concatenate([_entries(self._postings[term]) for term in known])
        rows, place = np.unique(entries[:, 0], return_inverse=True)
        counts = np.zeros_like(rows)
        np.maximum.at(counts, place, entries[:, 1])
        return np.stack([rows, counts], axis=1)


def _others(term: str) -> tuple[str, ...]:
    return term.others if isinstance(term, QueryTerm) else ()
