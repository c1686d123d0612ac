"""One memory as one line of data in the user's own message.

Nothing that a memory says can end its line or its quotation, so nothing in it reads as another
memory, or as something that was said elsewhere in the prompt.
"""

import re
import unicodedata

from memory.types import Slot

# What a reader does not see and a model does: controls, orders to write backwards, spaces of no
# width, and the tags that spell ASCII. Joiners stay: Persian and emoji are written with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Inside a quotation, quotation marks are single, as in print. What looks like a double one is one.
_SINGLE = str.maketrans('"“”„‟«»＂″‶〝〞〟', "'‘’‚‛‹›＇′‵'''")
# Who speaks in a prompt is for the slot's role to say.
_ROLES = frozenset({"i", "you", "we", "me", "system", "user", "assistant", "developer", "tool"})


def quote(slot: Slot) -> str:
    """A memory: when it was said, by whom, and its words, on one line.

    The line is the user's to say, so the user is "I" in it and the assistant "you"; what a document
    says nobody said. The date is written out: a small model copies it, and nobody answers
    "2023-05-07".
    """
    day = f"{slot.created_at.day} {slot.created_at:%B %Y}"
    return f'On {day} {_speaker(slot)} said: "{_on_one_line(slot.text)}"\n'


def _speaker(slot: Slot) -> str:
    """The speaker's name, where it is one: no role, and nothing that could go on as speech."""
    name = _on_one_line((slot.speaker or "").replace(":", " "))
    if not name or unicodedata.normalize("NFKC", name).casefold() in _ROLES:
        return "a document" if slot.kind == "document" else "I" if slot.role == "user" else "you"
    return name


def _on_one_line(text: str) -> str:
    return " ".join(_UNSEEN.sub("", text).split()).translate(_SINGLE)
