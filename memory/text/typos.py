"""Whether a word is a mistyped word of a term."""

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise

from memory.text.identifiers import DIGIT, LEAST_DIGITS
from memory.text.languages import stems

# Shorter words have no near words: with another letter they are other words.
LEAST_LENGTH = 4
# From these lengths of both stems on, a letter may be wrong, missing or additional inside the word,
# and at any place. In shorter words letters may only be swapped or doubled.
LEAST_LENGTH_INNER = 5
LEAST_LENGTH_ANYWHERE = 6
# From this length of the word on, and of the stems, two typos.
LEAST_LENGTH_TWO_TYPOS = 9
LEAST_STEM_TWO_TYPOS = 7
# Letters at the beginning of a word without typos, if there are two.
SAME_START = 3
# Codes have at least this length and so many digits, and differ in a letter: "2723QE", "U2723QE".
LEAST_LENGTH_WITH_DIGITS = 5

# Endings that the English stemmer removes. A term is a stem, and a word with a typo in its ending
# is not: so the word is compared with the term and each of these. The last letter of the term may
# be doubled before them, or be an i that was a y.
_SUFFIXES = (
    "e s es ed er ers ing ings ly ion ions ation ations ment ments ness able ible ance ence ant "
    "ent al ally ful fully ous ously ive ity ism ist ize ized izing ise ised ising ic ical ely ate "
    "ates ated ating ator ative"
)
ENDINGS = ("", *_SUFFIXES.split())
# The letters that an ending begins with before which the last letter of a stem is doubled.
_DOUBLING = ("e", "i", "a")

# Letters that are mistyped for each other: their keys are neighbours, or they sound alike. So
# "considered" is not a typo of "confided".
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qazsw", "wsxde", "edcfr", "rfvgt", "tgbhy", "yhnju")
_MORE_KEYS = ("ujmki", "iklo", "olp")
_SOUNDS = ("aeiou", "iy", "ck", "cs", "sz", "dt", "bp", "fv", "mn", "gj", "kq")
_ALIKE = frozenset(
    frozenset(pair)
    for pair in chain(
        chain.from_iterable(pairwise(keys) for keys in (*_KEYS, *_MORE_KEYS)),
        chain.from_iterable(combinations(sound, 2) for sound in _SOUNDS),
    )
)


def has_near_words(stem: str) -> bool:
    """Whether words of this stem are long enough to be typos of others. Numbers never are."""
    digits = len(DIGIT.findall(stem))
    if digits:
        return LEAST_DIGITS <= digits < len(stem) >= LEAST_LENGTH_WITH_DIGITS
    return len(stem) >= LEAST_LENGTH


def is_typo_of(
    word: str, stem: str, term: str, typos: int, endings: Sequence[Sequence[str]]
) -> bool:
    """Whether a word of this stem is a word of the term with so many typos, 1 or 2.

    ``endings`` are those that it may have without a typo in them, and with one: ``endings_of``.
    """
    length = min(len(stem), len(term))
    if typos == 2 and (length < LEAST_STEM_TWO_TYPOS or word[:SAME_START] != term[:SAME_START]):
        return False
    if not _may_begin(word, term, typos) or DIGIT.findall(word) != DIGIT.findall(term):
        return False
    return any(
        abs(len(right) - len(word)) <= typos
        and within(word, right, typos)
        and not within(word, right, typos - 1)
        and (_is_one_typo(word, right, length) if typos == 1 else _are_two_typos(word, right))
        and (right == term or stems([right]) == [term])
        for right in _words_of(term, word, typos, endings)
    )


def _words_of(term: str, word: str, typos: int, endings: Sequence[Sequence[str]]) -> Iterator[str]:
    """The words of a term that a word may be, but for typos."""
    # At most one typo is in the ending, and none if the only one is in the stem.
    in_ending = typos == 2 or word.startswith(term[:-1])
    for ending in endings[in_ending]:
        yield term + ending
        if ending[:1] in _DOUBLING:
            yield term + term[-1] + ending
        if term[-1] == "i":
            yield term[:-1] + "y" + ending


def endings_of(word: str, typos: int) -> tuple[str, ...]:
    """The English endings that a word may have, with so many typos in them. A code has no typos in
    its ending, and a word of another script has no ending."""
    if not word.isascii():
        return ("",)
    typos = 0 if DIGIT.search(word) else typos
    return tuple(
        ending
        for ending in ENDINGS
        if any(
            within(word[max(len(word) - length, 0) :], ending, typos)
            for length in range(max(len(ending) - typos, 0), len(ending) + typos + 1)
        )
    )


def _may_begin(word: str, term: str, typos: int) -> bool:
    """Whether a word may begin with a term but for its last letter and so many typos."""
    same = _common(word, term)
    if same >= len(term) - 1:
        return True
    if typos == 2:
        word, term = word[same:], term[same:]
        return (
            _may_begin(word[1:], term[1:], 1)
            or _may_begin(word, term[1:], 1)
            or _may_begin(word[1:], term, 1)
            or (word[:2] == term[1::-1] and _may_begin(word[2:], term[2:], 1))
        )
    rest = term[same + 1 : -1]
    return (
        word.startswith(rest, same + 1)
        or word.startswith(rest, same)
        or word.startswith(term[same:-1], same + 1)
        or (word[same : same + 2] == rest[:1] + term[same] and word.startswith(rest[1:], same + 2))
    )


def _common(a: str, b: str) -> int:
    """The length of the common beginning."""
    for place, (first, second) in enumerate(zip(a, b, strict=False)):
        if first != second:
            return place
    return min(len(a), len(b))


def _is_one_typo(word: str, right: str, length: int) -> bool:
    """Whether a word at distance 1 with stems of this length is likely the right one mistyped."""
    if DIGIT.search(word):
        return True
    place = _common(word, right)
    same_length = len(word) == len(right)
    if same_length and word[place + 1 :] != right[place + 1 :]:
        return True  # swapped
    longer = max(word, right, key=len)
    if not same_length and place and longer[place - 1] == longer[place]:
        return True  # doubled
    inner = 0 < place < min(len(word), len(right)) - 1
    if length < (LEAST_LENGTH_INNER if inner else LEAST_LENGTH_ANYWHERE):
        return False
    return not same_length or frozenset((word[place], right[place])) in _ALIKE


def _are_two_typos(word: str, right: str) -> bool:
    """Whether a word at distance 2 is likely the right one mistyped: not if it has two other
    letters ("interesting", "interacting")."""
    wrong = [(a, b) for a, b in zip(word, right, strict=False) if a != b]
    return not (len(word) == len(right) and len(wrong) == 2)


def within(a: str, b: str, typos: int) -> bool:
    """Whether the Damerau-Levenshtein distance (optimal string alignment) is so small."""
    if abs(len(a) - len(b)) > typos:
        return False
    same = _common(a, b)
    a, b = a[same:], b[same:]
    if not a or not b:
        return True
    if not typos:
        return False
    return (
        within(a[1:], b[1:], typos - 1)
        or within(a, b[1:], typos - 1)
        or within(a[1:], b, typos - 1)
        or (a[:2] == b[1::-1] and within(a[2:], b[2:], typos - 1))
    )
