"""How well each word of a message is met by the best word of a slot, both in their contexts.

MaxSim of ColBERT (Khattab & Zaharia, SIGIR 2020, equation 3), over the embedder's own token vectors
as bits, with each word of the message weighed by its rarity on the tape.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt64

from memory.text.languages import is_function_word, languages_of
from memory.text.words import ANY_UNSPACED, STOP_TERMS, terms, words_of
from models.token_hashes import TOKEN, Tokens, likeness

# The most tokens that are kept of a text: 576 bytes.
MOST_TOKENS = 32
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class QueryTokens:
    """The telling tokens of a message, with the term of the word that each is part of."""

    bits: UInt64[np.ndarray, "tokens words"]
    terms: tuple[str, ...]

    @classmethod
    def of(cls, text: str, stored: bytes) -> "QueryTokens":
        """Those of a text whose telling tokens were ``stored``."""
        tokens = np.frombuffer(stored, TOKEN)
        words = _words_at(text, tokens)
        return cls(np.ascontiguousarray(tokens["bits"]), tuple(_term(word) for word in words))

    def __add__(self, other: "QueryTokens") -> "QueryTokens":
        return QueryTokens(np.concatenate([self.bits, other.bits]), self.terms + other.terms)


# Of a message of which only the words are known.
NO_QUERY_TOKENS = QueryTokens(np.zeros(0, TOKEN)["bits"], ())


def telling(text: str, tokens: Tokens) -> bytes:
    """The first ``MOST_TOKENS`` tokens that are no part of a function word, as they are stored."""
    words = _words_at(text, tokens)
    languages = languages_of(words_of(text)) if words else ()
    tell = {word: _tells(word, languages) for word in set(words)}
    kept = [at for at, word in enumerate(words) if tell[word]][:MOST_TOKENS]
    return tokens[kept].tobytes()


class TokenIndex:
    """The bits of the tokens in each row of a tape."""

    def __init__(self) -> None:
        self._bits: list[bytes] = []
        self.nbytes = 0

    def write(self, rows: Sequence[int], stored: Sequence[bytes]) -> None:
        self._bits += [b""] * (max(rows) + 1 - len(self._bits))
        for row, tokens in zip(rows, stored, strict=True):
            self._put(row, np.frombuffer(tokens, TOKEN)["bits"].tobytes())

    def erase(self, rows: Sequence[int]) -> None:
        for row in rows:
            self._put(row, b"")

    def _put(self, row: int, bits: bytes) -> None:
        self.nbytes += len(bits) - len(self._bits[row])
        self._bits[row] = bits

    def match(
        self,
        rows: Int64[np.ndarray, " candidates"],
        query: QueryTokens,
        idf: Callable[[Sequence[str]], Float64[np.ndarray, " terms"]],
    ) -> Float32[np.ndarray, " candidates"]:
        """Σ idf · max likeness / Σ idf.

        A row without tokens has the mean of the others; without a query all have 0.
        """
        found = [self._bits[row] for row in rows.tolist()]
        counts = np.array([len(bits) // TOKEN["bits"].itemsize for bits in found], np.int64)
        matched = np.zeros(len(rows), np.float32)
        some = np.flatnonzero(counts)
        if not len(some) or not query.terms:
            return matched
        bits = np.frombuffer(b"".join(found), "<u8").reshape(-1, query.bits.shape[1])
        starts = (np.cumsum(counts) - counts)[some]
        best = np.maximum.reduceat(likeness(query.bits, bits), starts, axis=1)
        weights = idf(query.terms)
        scores = weights @ best / weights.sum()
        matched[:] = scores.mean()
        matched[some] = scores
        return matched


def _words_at(text: str, tokens: Tokens) -> list[str]:
    """The word in which each token begins, or the character of a script without spaces."""
    starts = tokens["start"].tolist()
    if not starts:
        return []
    spans = [match.span() for match in _WORD.finditer(text, 0, max(starts) + 64)]
    begins = np.array([start for start, _ in spans], np.int64)
    within = np.searchsorted(begins, starts, side="right") - 1
    words = []
    for start, span in zip(starts, within.tolist(), strict=True):
        inside = span >= 0 and start < spans[span][1]
        character = text[start : start + 1]
        if inside and not ANY_UNSPACED.match(character):
            words.append(text[slice(*spans[span])])
        else:
            words.append(character)
    return words


def _term(word: str) -> str:
    found = terms(word)
    return found[0] if found else ""


def _tells(word: str, languages: Sequence[str]) -> bool:
    term = _term(word)
    return bool(term) and term not in STOP_TERMS and not is_function_word(word.lower(), languages)
