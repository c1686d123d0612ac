"""A chat that WhatsApp exports as text.

The language and settings of the phone decide how a date is written:
``[31.12.23, 21:05:10] Ada: text``, ``12/31/23, 9:05 PM - Ada: text``. Days and months are told
apart by all dates of the file. A line that does not begin with a date belongs to the message
before it.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import BinaryIO

from app.importers.exported import ExportedConversation, ExportedMessage

# Messages of one part of a conversation, and characters of one message.
PART = 1_000
MAX_CHARACTERS = 1_000_000
_MAX_SPEAKERS = 10_000
_BEFORE_NOON = "am|a. m.|a.m.|上午|凌晨|早上|오전|午前|ص|π.μ."
_AFTER_NOON = "pm|p. m.|p.m.|下午|中午|晚上|오후|午後|م|μ.μ."
_HALF = "|".join(map(re.escape, f"{_BEFORE_NOON}|{_AFTER_NOON}".split("|")))
_LATE = frozenset(_AFTER_NOON.split("|"))
_LINE = re.compile(
    r"\[?(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})\.?,? "
    rf"(?:({_HALF}) ?)?(\d{{1,2}})[:.](\d{{2}})(?:[:.](\d{{2}}))?(?: ?({_HALF}))?"
    r"(?:\] ?| [-–] )",
    re.IGNORECASE,
)
_SPEAKER = re.compile(r"([^:\n]{1,80}?) ?: ?(.*)", re.DOTALL)
# Marks of the direction of text, which stand at the beginning of lines and around names.
_MARKS = dict.fromkeys(
    map(ord, "\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_SPACES = {0xA0: " ", 0x202F: " "}
# The phone writes what begins with this mark: notices, and that a file was left out.
_NOTICE = ": \u200e"
_INSERTED = re.compile(" ?\u200e<[^<>]{1,80}>")
_LEFT_OUT = re.compile(r"<[^<>]{1,80}>")
_FILE = re.compile(r"[\w-]{1,200}\.\w{2,5} \([^()\n]{1,60}\)")
# Only the owner's own file says "you".
_OWN_DELETED = frozenset(
    (
        "You deleted this message",
        "Du hast diese Nachricht gelöscht",
        "Eliminaste este mensaje",
        "Vous avez supprimé ce message",
        "Você apagou esta mensagem",
        "Hai eliminato questo messaggio",
        "Je hebt dit bericht verwijderd",
        "Вы удалили данное сообщение",
        "您已删除此消息",
    )
)
_DELETED = frozenset(
    (
        "This message was deleted",
        "Diese Nachricht wurde gelöscht",
        "Este mensaje fue eliminado",
        "Se eliminó este mensaje",
        "Ce message a été supprimé",
        "Esta mensagem foi apagada",
        "Questo messaggio è stato eliminato",
        "Dit bericht is verwijderd",
        "Данное сообщение удалено",
        "此消息已删除",
    )
)


def is_whatsapp(begun: bytes) -> bool:
    """Whether a file that begins like this is a chat: its first line is a message or a notice."""
    first = begun.decode(errors="replace").lstrip("\ufeff \r\n").partition("\n")[0]
    return _LINE.match(_plain(first)) is not None


def read_whatsapp(
    opened: Callable[[], BinaryIO], name: str | None, zone: tzinfo
) -> Iterator[ExportedConversation]:
    """The chat in parts, oldest first. ``name`` is that of the file, if it has one.

    The file is read twice: ``opened`` opens it. ``zone`` is that of its dates.
    """
    about = _About()
    with opened() as file:
        for line in _lines(file):
            about.look_at(line)
    key = f"whatsapp-{about.first}"
    title = about.title()
    owner = about.owner or about.other_than(name)
    seen: Counter[tuple[datetime, str, str]] = Counter()  # in one minute
    part: list[ExportedMessage] = []
    with opened() as file:
        for date, speaker, text in _messages(_lines(file), about.order(), zone):
            if seen and next(iter(seen))[0] != date:
                seen.clear()
            seen[date, speaker, text] += 1
            own_id = f"{date.isoformat()}/{speaker}/{text}/{seen[date, speaker, text]}"
            part.append(ExportedMessage(own_id, "user", text, date, speaker))
            if len(part) == PART:
                yield ExportedConversation(key, title, part[0].created_at, part, owner=owner)
                part = []
    if part:
        yield ExportedConversation(key, title, part[0].created_at, part, owner=owner)


@dataclass(slots=True)
class _About:
    """What all lines of a file tell together."""

    first: str = ""
    owner: str | None = None
    speakers: dict[str, None] = field(default_factory=dict)
    _year_first: bool = False
    _no_months: list[int] = field(default_factory=lambda: [0, 0])
    _steps_back: list[int] = field(default_factory=lambda: [0, 0])
    _before: tuple[int, int, int] | None = None
    _has_halves: bool = False

    def look_at(self, line: str) -> None:
        found = _LINE.match(_plain(line))
        if found is None:
            return
        self.first = self.first or _plain(line)[:300]
        a, b, c = (int(number) for number in found.groups()[:3])
        self._year_first = self._year_first or a > 31
        self._has_halves = self._has_halves or bool(found[4] or found[8])
        self._no_months[0] += a > 12
        self._no_months[1] += b > 12
        if self._before is not None:
            x, y, z = self._before
            self._steps_back[0] += (c, b, a) < (z, y, x)
            self._steps_back[1] += (c, a, b) < (z, x, y)
        self._before = a, b, c
        said = _SPEAKER.match(_plain(line)[found.end() :])
        if said is not None and len(self.speakers) < _MAX_SPEAKERS:
            self.speakers.setdefault(_name(said))
            if said[2].strip().rstrip(".") in _OWN_DELETED:
                self.owner = _name(said)

    def order(self) -> tuple[int, int, int]:
        """Where the year, the month and the day stand in a date."""
        if self._year_first:
            return 0, 1, 2
        first, second = self._no_months
        if first != second:
            return (2, 1, 0) if first > second else (2, 0, 1)
        day_first, month_first = self._steps_back
        if day_first != month_first:
            return (2, 1, 0) if day_first < month_first else (2, 0, 1)
        return (2, 0, 1) if self._has_halves else (2, 1, 0)

    def title(self) -> str:
        return "WhatsApp: " + ", ".join([*self.speakers][:3])

    def other_than(self, name: str | None) -> str | None:
        """Of two speakers, the one whose name the file has not: it has the other's name."""
        named = [each for each in self.speakers if name and name.endswith(each)]
        if len(self.speakers) != 2 or len(named) != 1:
            return None
        return next(each for each in self.speakers if each not in named)


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines. A very long one comes in parts."""
    with io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n") as text:
        while line := text.readline(MAX_CHARACTERS):
            yield line.rstrip("\r\n")


def _plain(line: str) -> str:
    return line.translate(_MARKS).translate(_SPACES)


def _messages(
    lines: Iterator[str], order: tuple[int, int, int], zone: tzinfo
) -> Iterator[tuple[datetime, str, str]]:
    """Date, speaker and text of each message that has words."""
    begun: tuple[datetime, str] | None = None
    text: list[str] = []
    size = 0
    for line in lines:
        plain = _plain(_INSERTED.sub("", line))
        found = _LINE.match(plain)
        date = None if found is None else _date(found, order, zone)
        if found is None or date is None:
            size += len(line)
            if begun is not None and size <= MAX_CHARACTERS:
                text.append(plain)
            continue
        if begun is not None and (words := _words(text)):
            yield *begun, words
        said = _SPEAKER.match(plain[found.end() :])
        begun, text, size = None, [], len(line)
        if said is not None and _NOTICE not in line[:200]:
            begun, text = (date, _name(said)), [said[2]]
    if begun is not None and (words := _words(text)):
        yield *begun, words


def _name(said: re.Match[str]) -> str:
    """The name of a speaker. That of a person without a contact stands after a tilde."""
    return said[1].strip().removeprefix("~").strip()


def _words(text: list[str]) -> str:
    """The words of a message; nothing for a file alone, or a message that was deleted."""
    whole = "\n".join(text[1:] if _FILE.fullmatch(text[0]) else text).strip()
    short = whole.rstrip(".")
    if _LEFT_OUT.fullmatch(whole) or short in _OWN_DELETED or short in _DELETED:
        return ""
    return whole


def _date(found: re.Match[str], order: tuple[int, int, int], zone: tzinfo) -> datetime | None:
    """The moment, or None: a line of a message may look like a date."""
    numbers = [int(number) for number in found.groups()[:3]]
    year, month, day = (numbers[place] for place in order)
    year += 2000 if year < 100 else -543 if year > 2400 else 0
    hour, half = int(found[5]), (found[4] or found[8] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half in _LATE else 0)
    try:
        local = datetime(year, month, day, hour, int(found[6]), int(found[7] or 0), tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
