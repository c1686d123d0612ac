"""One memory as one quotation of the user's message, on one line or on several.

A quotation begins with "On " at the beginning of a line. No text can end its quotation, or begin a
line there, so no part of it reads as another memory or message.
"""

import re
import unicodedata

from memory.text.layout import lines_matter
from memory.types import Slot

# Invisible characters that a model reads: controls, text direction, zero-width spaces, and tags
# that spell ASCII. Joiners stay, because Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Spaces of all kinds but two. In a line there are no line breaks.
_OTHER_SPACE = re.compile(r"[^\S \t]")
# Before each line of a text whose lines matter.
INDENTATION = "    "
# Double quotation marks, and what looks like them, become single inside a quotation. In code too:
# it is the text that says what is code, so an exception would be open to every text.
_SINGLE = str.maketrans('"“”„‟«»＂″‶〝〞〟', "'‘’‚‛‹›＇′‵'''")
# No names: the slot's role says who speaks.
_ROLES = frozenset({"i", "you", "we", "me", "system", "user", "assistant", "developer", "tool"})


def quote(slot: Slot) -> str:
    """The date, speaker and text of a memory, on one line.

    If the lines of the text matter, each is a line of its own after ``INDENTATION``. Safety does
    not depend on that, because a text can choose it.

    In the user's message the user is "I" and the assistant "you". The date is written out, because
    a small model copies it into its answer.
    """
    day = f"{slot.created_at.day} {slot.created_at:%B %Y}"
    text = _indented(slot.text) if lines_matter(slot.text) else _on_one_line(slot.text)
    return f'On {day} {_speaker(slot)} said: "{text}"\n'


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
