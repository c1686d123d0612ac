"""What a message says about the slots that would answer it, by its words alone.

Pure and cheap: regular expressions, in English and Chinese. The read head weighs what is found
here; nothing is decided. Of a long message its beginning and its end are looked at.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime

from memory.tape.bm25 import ANY_UNSPACED, content_terms, terms

# A message that quotes a chat ("<Ada>: …" line by line) is about what the people in it say, not
# about what an assistant answered them.
_QUOTED_ASSISTANT = re.compile(
    # Spaces of its own line only: those of many empty lines would be read again for each of them.
    r"^[^\S\n]*+<?(?:assistant|bot)>?\s*+[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
_ME = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours)\b|我|咱", re.IGNORECASE)
_WHEN = re.compile(
    r"\bwhen\b|\bhow (?:long|recently)\b|\bhow many (?:days|weeks|months|years)\b"
    r"|\b(?:what|which) (?:date|day|month|year|time)\b|什么时候|何时|多久|哪天|几[月号日点]",
    re.IGNORECASE,
)
_MONTHS = tuple(calendar.month_name)[1:]
# "May" alone is more often a verb: it counts with a capital only, as all of them do.
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b|(\d{{1,2}})\s*月")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

LOOKED_AT = 8_000
"""Characters at the beginning of a message that are looked at, and as many at its end."""


@dataclass(frozen=True, slots=True)
class Question:
    """A message as a read sees it.

    ``terms`` are what it is about, ``words`` all of its terms. ``months`` are 1 to 12. ``whole``:
    nothing of it was passed over.
    """

    terms: tuple[str, ...]
    words: frozenset[str]
    unspaced: bool
    about_me: bool
    asks_when: bool
    months: frozenset[int]
    years: frozenset[int]
    whole: bool = True

    @classmethod
    def of(cls, text: str) -> "Question":
        """The message taken apart. One that only quotes an assistant is taken whole.

        Of one that is longer than twice ``LOOKED_AT`` what stands between is passed over.
        """
        whole = len(text) <= 2 * LOOKED_AT
        if not whole:
            text = f"{text[:LOOKED_AT]}\n{text[-LOOKED_AT:]}"
        said = _QUOTED_ASSISTANT.sub("", text)
        if not said.strip():
            said = text
        return cls(
            terms=tuple(content_terms(said)),
            words=frozenset(terms(text)),
            unspaced=bool(ANY_UNSPACED.search(said)),
            about_me=bool(_ME.search(said)),
            asks_when=bool(_WHEN.search(said)),
            months=frozenset(map(_month_number, _MONTH.finditer(said))),
            years=frozenset(int(year) for year in _YEAR.findall(said)),
            whole=whole,
        )

    def names(self, speaker: str | None) -> bool:
        """Whether it names this speaker: by any part of the name."""
        return speaker is not None and not self.words.isdisjoint(terms(speaker))

    def repeats(self, words: frozenset[str]) -> bool:
        """Whether a text of these terms may be the very same message."""
        return self.words == words if self.whole else self.words <= words

    def matches_date(self, moment: datetime) -> bool:
        """Whether a time lies in a month (of any year, or the year) that it mentions."""
        if self.months and moment.month not in self.months:
            return False
        if self.years and moment.year not in self.years:
            return False
        return bool(self.months or self.years)


def asks(text: str) -> bool:
    """Whether a text ends as a question: it seeks what it talks about, and does not tell it."""
    return text.rstrip().rstrip("\"'”’)）").endswith(("?", "？"))


def _month_number(found: re.Match[str]) -> int:
    if found[1] is not None:
        return min(int(found[1]), 12)
    return _MONTHS.index(found[0]) + 1
