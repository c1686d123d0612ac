"""A light stemmer for Arabic: Larkey, Ballesteros & Connell 2002, "Improving Stemming for Arabic
Information Retrieval" (light10).

It removes articles and endings, and no inner letters. Snowball's Arabic stemmer leaves the article
at short nouns and treats the feminine ending differently with and without a possessive.
"""

import re

_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670]")  # vowels and the stretching line
# Letters that are often written for each other, and Persian forms of Arabic letters.
_LETTERS = str.maketrans("أإآٱىیک", "ااااييك")

_HAMZA_ALEF = ("أ", "إ")
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "ولل", "لل")
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
# Possessives that are more often root letters. They are not of light10.
_POSSESSIVES = ("هم", "كم", "نا", "ك")
# A stem has at least so many letters, and more before what is often of the root.
_LEAST = 2
_LEAST_BEFORE_ROOT_LETTER = 3
# Nouns of three letters whose ت is a root letter. Elsewhere a last ت is the feminine ending, as it
# is written before a possessive.
_NOUNS = "بيت بنت اخت وقت موت صوت زيت حوت توت نبت ست بخت تخت قوت سبت"
_ROOT_T = frozenset(_NOUNS.split())


def arabic_key(word: str) -> str:
    """A word without vowel marks and in one spelling of alef and yeh."""
    return _MARKS.sub("", word).translate(_LETTERS)


def arabic_stem(word: str) -> str:
    """The light stem of a word. A word that has no stem of two letters keeps its key."""
    bare = _MARKS.sub("", word)
    # Before alef with hamza, a ل or ب is a preposition and a و or ف is "and".
    while len(bare) > 3 and bare[0] in "لبوف" and bare[1] in _HAMZA_ALEF:
        bare = bare[1:]
    stem = bare.translate(_LETTERS)
    for article in _ARTICLES:
        if stem.startswith(article) and len(stem) - len(article) >= _LEAST:
            stem = stem[len(article) :]
            break
    for ending in (*_ENDINGS, *_POSSESSIVES):
        least = _LEAST if ending in _ENDINGS else _LEAST_BEFORE_ROOT_LETTER
        if stem.endswith(ending) and len(stem) - len(ending) >= least:
            stem = stem[: -len(ending)]
            break
    if stem.endswith("ت") and len(stem) > _LEAST and stem not in _ROOT_T:
        stem = stem[:-1]
    return stem
