"""Numbers and identifiers, as if they were written without separators.

"+49 (0)30 901820-44" is also "493090182044", "978-3-16-148410-0" is "9783161484100", and
"RX-4471-B" is "rx4471b". Digits in groups are joined across hyphens, dots, slashes, parentheses and
spaces, and with capital letters beside them; a comma, a colon or any other sign separates. Groups
of three digits are one number: "19,555,237" and "19'555'237" are "19555237". A word in camel case
is made of other words: "renderPolygonBatch" of "render", "polygon" and "batch".
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

DIGIT = re.compile("[0-9]")
# What every identifier with separators has: separators between digits or a digit and a letter.
_POSSIBLE = re.compile(
    r"[0-9][-./_() ]{1,4}[0-9]|[0-9][-./_][A-Za-z]|[A-Za-z][-./_][0-9]"
    r"|\b[A-Z]{1,4} [0-9]|[0-9] [A-Z]{1,4}\b"
)
# "19,555,237", but not "1, 2, 3". With a single dot, as in "1.234", it is a fraction.
_GROUPED = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][,.'’])[0-9]{1,3}"
    r"(?:([,'’\u00a0\u2009\u202f])[0-9]{3}(?:\1[0-9]{3}){0,5}|\.[0-9]{3}(?:\.[0-9]{3}){1,5})"
    r"(?![0-9A-Za-z])(?!\1[0-9])"
)
_GROUP_SEPARATOR = re.compile("[,.\u00a0\u2009\u202f]")
_CAMEL_POSSIBLE = re.compile("[a-z][A-Z]")
_LETTERS = re.compile("(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{3,63}(?![A-Za-z0-9])")
_HUMP = re.compile("[A-Z]{2,16}(?=[A-Z][a-z]|[0-9]|$)|[A-Z]?[a-z]{1,32}|[A-Z]{1,16}|[0-9]{1,16}")
# Shorter parts on average are base64 or a key.
_LEAST_HUMP = 3
_SEPARATING = re.compile("[^A-Za-z0-9 ()+./_-]+")
_PART = re.compile("[A-Za-z0-9]{1,64}")
# Hyphens, dashes and the minus sign.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))

# The length of an identifier, of digits only and with letters: shorter ones are dates, prices and
# ordinals.
LEAST_DIGITS = 3
LEAST_NUMBER = 7
LEAST_CODE = 4
LONGEST = 32
# More groups in a row are a table.
MOST_GROUPS = 8
# Capitals in a group of their own.
_LONGEST_CAPITALS = 4
_COUNTRY_CODE = range(1, 4)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier in lower case and without separators, and the words that it is made of."""

    joined: str
    parts: tuple[str, ...]


def identifiers(text: str) -> list[Identifier]:
    """The identifiers of a text that it writes with separators, each once for each way to end it.

    Which of several groups belong together is not known: "030 901820 44 2 times" may end anywhere.
    So the first groups and the last groups of a run count as identifiers too.
    """
    found: dict[str, Identifier] = {}
    for match in _GROUPED.finditer(text):
        parts = _GROUP_SEPARATOR.split(match[0].replace("’", "'"))
        joined = "".join(_PART.findall(match[0]))
        found.setdefault(joined, Identifier(joined, tuple(parts)))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_HYPHENS)
    if not _POSSIBLE.search(text):
        return list(found.values())
    for line in _SEPARATING.sub("\n", text).split("\n"):
        if DIGIT.search(line):
            for run in _runs(line.replace("(0)", " ")):
                for each in _of_run(run):
                    found.setdefault(each.joined, each)
    return list(found.values())


def camel_case(text: str) -> list[Identifier]:
    """The words in camel case of a text, in lower case, with the words that they are made of.

    "iPhone" and "YouTube" are none: a name of two parts begins with a word in lower case.
    """
    if not _CAMEL_POSSIBLE.search(text):
        return []
    found: list[Identifier] = []
    for word in _LETTERS.findall(text):
        if not _CAMEL_POSSIBLE.search(word):
            continue
        parts = _HUMP.findall(word)
        is_name = len(parts) == 2 and (word[0].isupper() or len(parts[0]) == 1)
        if not is_name and len(word) >= _LEAST_HUMP * len(parts):
            found.append(Identifier(word.lower(), tuple(map(str.lower, parts))))
    return found


def is_long_identifier(term: str) -> bool:
    """Whether a term in lower case is a number or code that is no date, price or ordinal."""
    return len(term) >= LEAST_NUMBER and _is_identifier(term)


def _runs(line: str) -> Iterator[list[str]]:
    """The groups in a row that may be one identifier."""
    run: list[str] = []
    for group in line.split(" "):
        parts = _PART.search(group)
        if parts is None:  # a lone hyphen, or the second of two spaces
            continue
        in_run = bool(DIGIT.search(group)) or (
            group.isupper() and len(group) <= _LONGEST_CAPITALS and group.isalpha()
        )
        if not in_run or group.startswith("+"):
            yield run
            run = []
        if in_run:
            run.append(group)
        if group.endswith("."):
            yield run
            run = []
    yield run


def _of_run(groups: Sequence[str]) -> Iterator[Identifier]:
    if not groups or len(groups) > MOST_GROUPS:
        return
    parts = [[part.lower() for part in _PART.findall(group)] for group in groups]
    ends = range(len(parts), 0, -1)
    for end in ends:
        yield from _joined(parts[:end])
    for start in range(1, len(parts)):
        yield from _joined(parts[start:])
    for group in parts:
        yield from _joined([group])
    yield from _national(groups[0], parts)


def _national(first: str, parts: Sequence[Sequence[str]]) -> Iterator[Identifier]:
    """A telephone number with a country code as it is dialled in the country, and without 00."""
    flat = [part for group in parts for part in group]
    code = flat[0][2:] if first.startswith("00") else flat[0] if first.startswith("+") else ""
    if len(code) in _COUNTRY_CODE and code.isdecimal() and len(flat) > 1:
        for joined in ("".join([code, *flat[1:]]), "".join(["0", *flat[1:]])):
            if _is_identifier(joined):
                yield Identifier(joined, tuple(flat))


def _joined(groups: Iterable[Sequence[str]]) -> Iterator[Identifier]:
    parts = tuple(part for group in groups for part in group)
    joined = "".join(parts)
    if len(parts) > 1 and _is_identifier(joined):
        yield Identifier(joined, parts)


def _is_identifier(joined: str) -> bool:
    least = LEAST_NUMBER if joined.isdecimal() else LEAST_CODE
    return least <= len(joined) <= LONGEST and len(DIGIT.findall(joined)) >= LEAST_DIGITS
