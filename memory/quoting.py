"""One memory as one quotation of the user's message, on one line or on several.

A quotation begins with "On " at the beginning of a line. No text can end its quotation, or begin a
line there, so no part of it reads as another memory or message. What "yesterday" means stands after
the quotation.
"""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo

from memory.dates import relative_days
from memory.text.layout import lines_matter
from memory.types import Slot

# Invisible characters that a model reads: controls, text direction, zero-width spaces, and tags
# that spell ASCII. Joiners stay, because Persian and emoji need them.
UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_UNSEEN = re.compile(f"[{UNSEEN}]")
# Spaces of all kinds but two. In a line there are no line breaks.
_OTHER_SPACE = re.compile(r"[^\S \t]")
# Before each line of a text whose lines matter.
INDENTATION = "    "
# Double quotation marks, and what looks like them, become single inside a quotation. In code too:
# it is the text that says what is code, so an exception would be open to every text.
_SINGLE = str.maketrans('"“”„‟«»＂″‶〝〞〟', "'‘’‚‛‹›＇′‵'''")
# No names: the slot's role says who speaks.
_ROLES = frozenset({"i", "you", "we", "me", "system", "user", "assistant", "developer", "tool"})
# Relative expressions of time of one memory whose days are written out.
MOST_DAYS = 2


def quote(slot: Slot, zone: tzinfo = UTC) -> str:
    """The date, speaker and text of a memory, on one line; then what it says of relative times.

    The date is that of the zone. ``[yesterday: 7 May 2023]`` stands after a text that says
    "yesterday". A passage of a document has no day of saying, so nothing stands after it.

    If the lines of the text matter, each is a line of its own after ``INDENTATION``. Safety does
    not depend on that, because a text can choose it.

    In the user's message the user is "I" and the assistant "you". The date is written out, because
    a small model copies it into its answer.
    """
    said = _in_zone(slot.created_at, zone)
    text = _indented(slot.text) if lines_matter(slot.text) else _on_one_line(slot.text)
    day = f"{said.day} {said:%B %Y}"
    return f'On {day} {_speaker(slot)} said: "{text}"{_days(slot, zone)}\n'


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # at the ends of the calendar
        return moment


def _days(slot: Slot, zone: tzinfo) -> str:
    """The days of the relative expressions in a memory, in brackets, after a space."""
    if slot.kind == "document":
        return ""
    found = relative_days(slot.text, slot.created_at, zone, most=MOST_DAYS)
    days = "; ".join(f"{_on_one_line(each.text)}: {each.days}" for each in found)
    return f" [{days}]" if days else ""


def _speaker(slot: Slot) -> str:
    """The speaker's name without colons, or a pronoun for a name that is a role or missing."""
    name = _on_one_line((slot.speaker or "").replace(":", " "))
    if not name or unicodedata.normalize("NFKC", name).casefold() in _ROLES:
        return "a document" if slot.kind == "document" else "I" if slot.role == "user" else "you"
    return name


def _on_one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).split()).translate(_SINGLE)


def _indented(text: str) -> str:
    """The lines that are not empty, with their own indentation, each after a line break.

    An empty line would read as the end of the memories.
    """
    lines = (_OTHER_SPACE.sub(" ", _UNSEEN.sub("", line)).rstrip() for line in text.splitlines())
    return "".join(f"\n{INDENTATION}{line}" for line in lines if line).translate(_SINGLE)
