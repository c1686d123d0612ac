"""One memory as one quoted line of the user's message.

No text can end its line or its quotation, so no part of it reads as another memory or message.
"""

import re
import unicodedata

from memory.types import Slot

# Invisible characters that a model reads: controls, text direction, zero-width spaces, and tags
# that spell ASCII. Joiners stay, because Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Double quotation marks, and what looks like them, become single inside a quotation.
_SINGLE = str.maketrans('"“”„‟«»＂″‶〝〞〟', "'‘’‚‛‹›＇′‵'''")
# No names: the slot's role says who speaks.
_ROLES = frozenset({"i", "you", "we", "me", "system", "user", "assistant", "developer", "tool"})


def quote(slot: Slot) -> str:
    """The date, speaker and text of a memory, on one line.

    In the user's message the user is "I" and the assistant "you". The date is written out, because
    a small model copies it into its answer.
    """
    day = f"{slot.created_at.day} {slot.created_at:%B %Y}"
    return f'On {day} {_speaker(slot)} said: "{_on_one_line(slot.text)}"\n'


def _speaker(slot: Slot) -> str:
    """The speaker's name without colons, or a pronoun for a name that is a role or missing."""
    name = _on_one_line((slot.speaker or "").replace(":", " "))
    if not name or unicodedata.normalize("NFKC", name).casefold() in _ROLES:
        return "a document" if slot.kind == "document" else "I" if slot.role == "user" else "you"
    return name


def _on_one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).split()).translate(_SINGLE)
