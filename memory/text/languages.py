"""The language of a text, by its function words, and the stems of words in it.

Cyrillic, Arabic, Greek, Hebrew and Devanagari words have the stemmer and the function words of
their script, whatever text they are in. A text in the Latin script has the language of which it has
most function words, and is English in doubt. English stems are kept beside those of its language,
so a wrong decision hides no word.
"""

import threading
from collections.abc import Iterable, Sequence
from importlib.resources import files

import Stemmer

from memory.text.arabic import arabic_key, arabic_stem

# A stemmer has one buffer and is not thread-safe. Its cache is off (0), because it would keep words
# of forgotten memories.
STEMMER_LOCK = threading.Lock()
# Words stemmed in one call, which holds the GIL for some 4 ms.
STEMMER_BATCH = 4096

# A text has at most so many languages, if it has as many function words of each.
MAX_LANGUAGES = 3
# What a function word counts that is also an English word or a part of an English name. Others
# count 1.
SHARED_WEIGHT = 0.5
# The least sum that shows a language.
LEAST_SCORE = 1.0
# Letters that few languages have. Any of them counts LETTER_WEIGHT, beside function words.
LETTER_WEIGHT = 0.5
_LETTERS = {
    "german": "äöü",
    "french": "œùûë",
    "spanish": "ñ",
    "portuguese": "ãõ",
    "swedish": "åö",
    "danish": "æøå",
    "norwegian": "æøå",
    "finnish": "äö",
    "hungarian": "őű",
    "romanian": "ățșţş",
    "turkish": "ığş",
    "polish": "ąęłńśźż",
    "czech": "ěřů",
}

# The code points of the first letter of a word, by script.
_SCRIPTS = {
    "greek": range(0x0370, 0x0400),
    "cyrillic": range(0x0400, 0x0530),
    "hebrew": range(0x05D0, 0x05EB),
    "arabic": range(0x0620, 0x06D4),
    "devanagari": range(0x0900, 0x0980),
}
_FIRST_LETTER = min(letters.start for letters in _SCRIPTS.values())
_AFTER_LAST_LETTER = max(letters.stop for letters in _SCRIPTS.values())
_STEMMER_OF_SCRIPT = {"cyrillic": "russian", "greek": "greek", "devanagari": "hindi"}


def _read() -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    text = files("memory.text").joinpath("function_words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            language, *some = line.split()
            words.setdefault(language, set()).update(word.casefold() for word in some)
    return {language: frozenset(some) for language, some in words.items()}


_WORDS = _read()
_ENGLISH = _WORDS["english"]
_LATIN = tuple(
    language
    for language in _WORDS
    if language not in _SCRIPTS and language not in ("english", "english_too")
)
_WORDS_OF_SCRIPT = {
    script: frozenset(map(arabic_key, _WORDS[script])) if script == "arabic" else _WORDS[script]
    for script in _SCRIPTS
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language in _LATIN:
    for _word in _WORDS[_language]:
        _LANGUAGES_OF.setdefault(_word, []).append(_language)
_FUNCTION_WORDS = frozenset(_LANGUAGES_OF)
_SHARED = _ENGLISH | _WORDS["english_too"]
_STEMMERS = {
    language: Stemmer.Stemmer(language, 0)
    for language in ("english", *_LATIN, *_STEMMER_OF_SCRIPT.values())
}


def stems(words: Sequence[str], language: str = "english") -> list[str]:
    """The Snowball stems of words in a language of PyStemmer."""
    found: list[str] = []
    for start in range(0, len(words), STEMMER_BATCH):
        with STEMMER_LOCK:
            found += _STEMMERS[language].stemWords(words[start : start + STEMMER_BATCH])
    return found


def script_of(word: str) -> str | None:
    """The script of a word that has a stemmer or function words of its own, or None."""
    first = ord(word[0])
    if not _FIRST_LETTER <= first < _AFTER_LAST_LETTER:
        return None
    return next((name for name, letters in _SCRIPTS.items() if first in letters), None)


def script_stem(word: str, script: str) -> str:
    """The stem of a word by its script."""
    if script == "arabic":
        return arabic_stem(word)
    if script == "hebrew":  # the article
        return word[1:] if len(word) > 3 and word[0] == "ה" else word
    return stems([word], _STEMMER_OF_SCRIPT[script])[0]


def foreign_weight(word: str) -> float:
    """The most that a word in lower case brings a language nearer, relative to English."""
    weight = 0.0 if word.isascii() else LETTER_WEIGHT
    if word in _ENGLISH:
        return weight
    if word not in _LANGUAGES_OF and "'" in word:
        word = _elision(word)
    if word in _LANGUAGES_OF:
        weight += SHARED_WEIGHT if word in _SHARED else 1.0
    return weight


def languages_of(words: Sequence[str]) -> tuple[str, ...]:
    """The languages of a text other than English, by its words in lower case.

    Usually one, or several if they have equally many of its function words. None for English, and
    for a text that does not show its language.
    """
    distinct = set(words)  # a name does not count for each time
    english = len(distinct & _ENGLISH)
    known = distinct & _FUNCTION_WORDS
    known |= {_elision(word) for word in distinct - known if "'" in word} & _FUNCTION_WORDS
    shared = known & _SHARED
    most = len(known) - (1 - SHARED_WEIGHT) * len(shared) + LETTER_WEIGHT
    if most < LEAST_SCORE or most <= english:  # the common case
        return ()
    scores: dict[str, float] = {}
    for word in known:
        weight = SHARED_WEIGHT if word in shared else 1.0
        for language in _LANGUAGES_OF[word]:
            scores[language] = scores.get(language, 0.0) + weight
    letters: set[str] = set().union(*distinct)
    for language in scores:
        if not letters.isdisjoint(_LETTERS.get(language, "")):
            scores[language] += LETTER_WEIGHT
    best = max(scores.values(), default=0)
    if best < LEAST_SCORE or best <= english:
        return ()
    equal = [language for language in _LATIN if scores.get(language) == best]
    return tuple(equal[:MAX_LANGUAGES])


def foreign_stems(words: Sequence[str], language: str) -> list[str]:
    """The stems of words in a language other than English, without what is elided before them."""
    return stems([_inner(word, language) for word in words], language)


def is_function_word(word: str, languages: Iterable[str]) -> bool:
    """Whether a word is a function word of its script, or of one of these languages."""
    script = script_of(word)
    if script == "arabic":
        key = arabic_key(word)
        known = _WORDS_OF_SCRIPT[script]
        return key in known or (key[:1] in ("و", "ف") and key[1:] in known)  # and, so
    if script is not None:
        return word in _WORDS_OF_SCRIPT[script]
    return any(
        word in _WORDS[language] or _inner(word, language) in _WORDS[language]
        for language in languages
    )


def _elision(word: str) -> str:
    return word[: word.index("'") + 1]


def _inner(word: str, language: str) -> str:
    """A word without elisions before it (l'eau), or the suffixes of a Turkish name (Ankara'da)."""
    if language == "turkish":
        # The capital İ is in lower case an i with a dot above.
        return word.partition("'")[0].replace("i\u0307", "i")
    while "'" in word and _elision(word) in _WORDS[language]:
        word = word[word.index("'") + 1 :]
    return word
