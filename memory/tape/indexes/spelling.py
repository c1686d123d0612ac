"""The terms of a tape that are spelled almost like a word that it does not have.

Distances are Damerau-Levenshtein's, where two letters that changed places count once: most typing
errors are one missing, additional, wrong or swapped letter (Damerau 1964).
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from jaxtyping import Bool, Int64, UInt16, UInt32, UInt64

from memory.text.typos import (
    ENDINGS,
    LEAST_LENGTH_TWO_TYPOS,
    LEAST_STEM_TWO_TYPOS,
    endings_of,
    has_near_words,
    is_typo_of,
)

# Shorter terms are not near anything.
LEAST_TERM = 4
# More near terms than this tell nothing.
MOST_NEAR = 3

_LONGEST_ENDING = max(map(len, ENDINGS))
_LONGEST_TERM = 2**16 - 1


class SpellingIndex:
    """Some letters of each term, to find the few terms that may be near a word.

    A bit for each letter of a term, and hashes of its first letters and of two late ones: one typo
    changes one letter, and not the first and the late ones at the same time.
    """

    def __init__(self, terms: Iterable[str] = ()) -> None:
        self._terms: list[str] = []
        self._lengths: UInt16[np.ndarray, " terms"] = np.zeros(0, np.uint16)
        self._letters: UInt64[np.ndarray, " terms"] = np.zeros(0, np.uint64)
        self._first: UInt32[np.ndarray, " terms"] = np.zeros(0, np.uint32)
        self._late: UInt32[np.ndarray, " terms"] = np.zeros(0, np.uint32)
        self.add(list(terms))

    @property
    def nbytes(self) -> int:
        arrays = (self._lengths, self._letters, self._first, self._late)
        return sum(array.nbytes for array in arrays) + 8 * len(self._terms)

    def add(self, terms: Sequence[str]) -> None:
        """Add terms that it does not have."""
        if not terms:
            return
        encoded = "".join(terms).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(encoded, np.uint32)
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        starts = np.cumsum(lengths) - lengths
        late = starts + _late_places(lengths)
        bits = np.uint64(1) << (codes & np.uint32(63)).astype(np.uint64)
        self._terms += terms
        self._lengths = np.append(
            self._lengths, np.minimum(lengths, _LONGEST_TERM).astype(np.uint16)
        )
        self._letters = np.append(self._letters, np.bitwise_or.reduceat(bits, starts))
        self._first = np.append(self._first, _first_hashes(codes, starts, lengths))
        self._late = np.append(self._late, _hashes(codes, late))

    def remove(self, terms: Collection[str]) -> None:
        """Remove terms."""
        kept: Bool[np.ndarray, " terms"] = np.array(
            [term not in terms for term in self._terms], bool
        )
        self._terms = [term for term in self._terms if term not in terms]
        for name in ("_lengths", "_letters", "_first", "_late"):
            setattr(self, name, getattr(self, name)[kept])

    def near(self, word: str, stem: str) -> list[str]:
        """The terms that a word of this stem is most likely a typo of, if they are at most
        MOST_NEAR. Of another language than English, ``word`` is its stem too.
        """
        if not self._terms or not has_near_words(stem):
            return []
        endings = endings_of(word, 0), endings_of(word, 1)
        for typos in (1, 2) if len(word) >= LEAST_LENGTH_TWO_TYPOS else (1,):
            found = [
                each
                for each in self._candidates(word, typos)
                if is_typo_of(word, stem, each, typos, endings)
            ]
            if found:
                return sorted(found) if len(found) <= MOST_NEAR else []
        return []

    def _candidates(self, word: str, typos: int) -> list[str]:
        """The terms that a word may begin with, but for so many typos and an ending."""
        codes = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), np.uint32)
        bits = np.uint64(1) << (codes & np.uint32(63)).astype(np.uint64)
        letters = np.bitwise_or.reduce(bits)
        least = LEAST_TERM if typos == 1 else LEAST_STEM_TWO_TYPOS
        rows = np.flatnonzero(
            (self._lengths >= max(len(word) - _LONGEST_ENDING - typos - 1, least))
            & (self._lengths <= len(word) + typos)
            & (np.bitwise_count(self._letters & ~letters) <= typos)
        )
        lengths = self._lengths[rows].astype(np.int64)
        here = np.zeros(len(rows), np.int64)
        alike = self._first[rows] == _first_hashes(codes, here, lengths)
        if typos == 1:
            hashes = _hashes(codes, np.arange(len(codes)))
            places = _late_places(lengths)
            for shift in (-1, 0, 1):
                there = np.clip(places + shift, 0, len(codes) - 1)
                alike |= self._late[rows] == hashes[there]
        rows, lengths = rows[alike], lengths[alike]
        # The letters that the word begins with, up to the length of a term, are the term's.
        begins = np.bitwise_or.accumulate(bits)[np.clip(lengths - typos - 2, 0, len(bits) - 1)]
        rows = rows[np.bitwise_count(begins & ~self._letters[rows]) <= typos]
        return [self._terms[row] for row in rows.tolist()]


def _late_places(lengths: Int64[np.ndarray, " terms"]) -> Int64[np.ndarray, " terms"]:
    """Where the two late letters of terms are: before the last, which may be an i that was a y."""
    before_end = np.where(lengths > LEAST_TERM, 3, 2)
    places: Int64[np.ndarray, " terms"] = np.maximum(lengths - before_end, 0)
    return places


def _first_hashes(
    codes: UInt32[np.ndarray, " letters"],
    starts: Int64[np.ndarray, " terms"],
    lengths: Int64[np.ndarray, " terms"],
) -> UInt32[np.ndarray, " terms"]:
    """A hash of the first one, two or three letters of terms of these lengths: those that do not
    change if the late letters do."""
    last = len(codes) - 1
    hashes: UInt32[np.ndarray, " terms"] = codes[starts]
    for count, least in ((1, 6), (2, 7)):
        is_longer = lengths >= least
        following = codes[np.minimum(starts[is_longer] + count, last)]
        hashes[is_longer] = hashes[is_longer] * np.uint32(65_599) + following
    return hashes


def _hashes(
    codes: UInt32[np.ndarray, " letters"], places: Int64[np.ndarray, " places"]
) -> UInt32[np.ndarray, " places"]:
    """A hash of the two letters at each place, or of one at the end."""
    second = np.minimum(places + 1, len(codes) - 1)
    hashes: UInt32[np.ndarray, " places"] = codes[places] * np.uint32(65_599) + codes[second]
    return hashes
