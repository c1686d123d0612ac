"""Features of a query by regular expressions, in English and Chinese.

They only steer the read head. Of a long message only the beginning and the end are used.
"""

import calendar
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from memory.dates import asked_interval, time_expressions
from memory.messages.attributes import asked_attribute
from memory.messages.message_kinds import FUNCTION_OF_ASKING, MessageKind, content_words, kind_of
from memory.text.chinese import is_chinese_function, without_framing
from memory.text.languages import languages_of
from memory.text.words import ANY_UNSPACED, content_terms, terms, words_of

# A message that quotes a chat ("<Ada>: …" line by line) is about the people's turns in it, not
# about the assistant's.
_QUOTED_ASSISTANT = re.compile(
    # Spaces of the same line only: \s would match those of many empty lines again at each of them.
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
# Case-sensitive, because "may" is usually a verb.
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b|(\d{{1,2}})\s*月")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

# Greek, Cyrillic, Hebrew, Arabic, the scripts of India, Georgian, Ethiopic.
_FOREIGN_LETTER = re.compile("[\u0370-\u074f\u0900-\u0dff\u10a0-\u10ff\u1200-\u139f]")

# What a question about a time says beside the time: "What happened?", "What was new?"
_NO_TOPIC = re.compile(
    r"\b(?:happen(?:s|ed|ing)?|going|new|news|else|interesting|up|stuff|day|days|time)\b"
    r"|发生|新鲜|事情|做了|干了|做|干|事",
    re.IGNORECASE,
)

# Characters of a plain question. In a longer message "know" and "say" may be content.
_SHORT = 300
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_OTHER_UNSPACED = re.compile("[\u3041-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uac00-\ud7a3]")
# Characters of one question in Chinese.
_ONE_QUESTION = 40
# A message of so many content words says little by itself: "How much would that cost?"
_LITTLE = 1

# Characters that are used at the beginning and at the end of a message.
EDGE_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a message, analysed.

    ``terms`` are its content terms, ``words`` all of its distinct terms. ``months`` are 1 to 12.
    ``unspaced``: it has a script without spaces. ``complete``: no part was skipped. ``interval``:
    the seconds since 1970 that it asks about, half-open. ``topic_words``: the number of its content
    words, without those of time and of asking. ``foreign``: it is in another language with spaces
    between words than English.
    ``plain``: it is short, and so perhaps a plain question to the memory; others are quoted chats,
    texts, stories.
    """

    terms: tuple[str, ...]
    words: frozenset[str]
    unspaced: bool
    about_me: bool
    asks_when: bool
    months: frozenset[int]
    years: frozenset[int]
    complete: bool = True
    kind: MessageKind = field(default_factory=MessageKind)
    interval: tuple[float, float] | None = None
    topic_words: int = 1
    foreign: bool = False
    plain: bool = True
    chinese: bool = False
    characters: int = 0
    attribute: str | None = None

    @classmethod
    def of(
        cls, text: str, *, context: str = "", now: datetime | None = None, zone: tzinfo = UTC
    ) -> "Query":
        """The query of a message, without what an assistant says in a quoted chat, if others speak
        in it. Of a message longer than twice ``EDGE_CHARACTERS`` the middle is skipped.

        ``context`` is what it refers back to: its terms count, too. With ``now`` expressions of
        time become an interval, in days of the zone.
        """
        kind = kind_of(text)
        asked = None if now is None or kind.statement else asked_interval(text, now, zone)
        topic = text
        if asked is not None and now is not None:
            for each in reversed(time_expressions(text, now, zone)):
                topic = f"{topic[: each.start]} {topic[each.end :]}"
        complete = len(text) <= 2 * EDGE_CHARACTERS
        if not complete:
            text = f"{text[:EDGE_CHARACTERS]}\n{text[-EDGE_CHARACTERS:]}"
        unquoted = _QUOTED_ASSISTANT.sub("", text)
        if not unquoted.strip():
            unquoted = text
        return cls(
            terms=_search_terms(unquoted, context),
            words=frozenset(terms(text)),
            unspaced=bool(ANY_UNSPACED.search(unquoted)),
            about_me=bool(_ME.search(unquoted)),
            asks_when=bool(_WHEN.search(unquoted)),
            months=frozenset(map(_month_number, _MONTH.finditer(unquoted))),
            years=frozenset(int(year) for year in _YEAR.findall(unquoted)),
            complete=complete,
            kind=kind,
            interval=None if asked is None else (asked.start.timestamp(), asked.end.timestamp()),
            foreign=bool(languages_of(words_of(unquoted)) or _mostly_foreign(unquoted)),
            plain=len(text) <= _SHORT,
            chinese=bool(_HAN.search(unquoted)) and not _OTHER_UNSPACED.search(unquoted),
            characters=len(text),
            attribute=asked_attribute(text) if len(text) <= _SHORT else None,
            topic_words=content_words(_NO_TOPIC.sub(" ", topic)),
        )

    @property
    def short_chinese(self) -> bool:
        """Whether it is a short question in Chinese."""
        return self.chinese and self.characters <= _ONE_QUESTION

    @property
    def wants_many(self) -> bool:
        """Whether it asks for many memories, not for one."""
        kind = self.kind
        return self.plain and (
            kind.asks_all or kind.asks_count or kind.asks_extreme or kind.asks_overview
        )

    def mentions(self, speaker: str | None) -> bool:
        """Whether it contains any part of the speaker's name."""
        return speaker is not None and not self.words.isdisjoint(terms(speaker))

    def may_equal(self, words: frozenset[str]) -> bool:
        """Whether a text of these terms may be the same message."""
        return self.words == words if self.complete else self.words <= words

    def matches_date(self, moment: datetime) -> bool:
        """Whether a time is in a month (of any year, or of the year) that it mentions."""
        if self.months and moment.month not in self.months:
            return False
        if self.years and moment.year not in self.years:
            return False
        return bool(self.months or self.years)


def _mostly_foreign(text: str) -> bool:
    """Whether most letters are of a script with spaces that English does not use."""
    return 2 * len(_FOREIGN_LETTER.findall(text)) > sum(map(str.isalpha, text))


def _search_terms(message: str, context: str) -> tuple[str, ...]:
    """The content terms of a message; of a short one, without those that only frame a question.

    With a context they are the context's, and the message's own only if it says much by itself.
    """
    found = content_terms(message)
    if _HAN.search(message):
        unframed = content_terms(without_framing(message))
        if not all(map(is_chinese_function, unframed)):
            found = unframed
    telling = tuple(found)
    if len(message) <= _SHORT:
        telling = tuple(term for term in found if term not in FUNCTION_OF_ASKING) or telling
    if not context:
        return telling
    own = telling if tells_much(message) else ()
    return tuple(dict.fromkeys((*own, *content_terms(context))))


def tells_much(message: str) -> bool:
    """Whether it says by itself what it is about: "How much would that cost?" does not."""
    return content_words(message) > _LITTLE


def is_question(text: str) -> bool:
    """Whether a text ends with a question mark."""
    return text.rstrip().rstrip("\"'”’)）").endswith(("?", "？"))


def _month_number(month: re.Match[str]) -> int:
    if month[1] is not None:
        return min(int(month[1]), 12)
    return _MONTHS.index(month[0]) + 1
